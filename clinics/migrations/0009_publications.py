"""Each publishing of a timetable leaves a row that nobody changes."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import vault.ids

TRIGGER = "CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON clinics_publication FOR EACH ROW EXECUTE FUNCTION vault_refuse_change();"
NO_TRIGGER = "DROP TRIGGER refuse_change ON clinics_publication;"


class Migration(migrations.Migration):
    dependencies = [
        ("clinics", "0008_doctors_by_name"),
        ("vault", "0004_insert_only"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Publication",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=vault.ids.uuid7, editable=False, unique=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("first_day", models.DateField()),
                ("last_day", models.DateField()),
                ("copied_from", models.DateField(blank=True, null=True)),
                ("sessions", models.PositiveIntegerField()),
                ("places", models.PositiveIntegerField()),
                ("reserved", models.PositiveIntegerField()),
                ("reason", models.CharField(blank=True, default="", max_length=200)),
                (
                    "institution",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="publications", to="clinics.institution"),
                ),
                (
                    "published_by",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
                ),
            ],
            options={
                "default_permissions": (),
                "indexes": [models.Index(fields=["institution", "id"], name="publication_of_institution")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("last_day__gte", models.F("first_day"))), name="publication_ends_after_it_begins"
                    )
                ],
            },
        ),
        migrations.RunSQL(TRIGGER, NO_TRIGGER),
    ]
