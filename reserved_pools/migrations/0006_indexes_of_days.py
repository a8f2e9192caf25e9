"""Finds the pool slots of a hospital's day, closed or not, for compliance and for what came back, and those of a search in one index."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reserved_pools", "0005_moves_by_kind")]

    operations = [
        migrations.AddIndex(
            model_name="poolslot",
            index=models.Index(fields=["institution", "visit_date"], name="pool_slot_by_visit_day"),
        ),
        migrations.AddIndex(
            model_name="poolslot",
            index=models.Index(
                condition=models.Q(("closed_at__isnull", True), ("kind", "community_referral")),
                fields=["institution", "standard_code", "visit_date"],
                name="pool_slot_to_search",
            ),
        ),
        # Indexes of foreign keys that are the beginning of another index: a million places are written faster without them.
        migrations.AlterField(
            model_name="poolslot",
            name="institution",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="clinics.institution"
            ),
        ),
        migrations.AlterField(
            model_name="poolslot",
            name="slot",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="pool_slots", to="clinics.slot"
            ),
        ),
        migrations.AlterField(
            model_name="placeevent",
            name="pool_slot",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="events", to="reserved_pools.poolslot"
            ),
        ),
    ]
