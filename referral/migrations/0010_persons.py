"""Controlled documents keep what their hash is renewed from, bookers are found by phone, exceptions say what was refused."""

import django.db.models.deletion
from django.db import migrations, models

import vault.crypto


class Migration(migrations.Migration):
    dependencies = [("reserved_pools", "0006_indexes_of_days"), ("referral", "0009_rules")]

    operations: list[migrations.operations.base.Operation] = [
        migrations.AddField(
            model_name="controlledidentity",
            name="lookup",
            field=vault.crypto.EncryptedTextField(blank=True, default="", purpose="identity"),
        ),
        migrations.AddField(
            model_name="referral",
            name="booker_phone_hash",
            field=models.TextField(blank=True, db_default="", default=""),
        ),
        migrations.AddIndex(
            model_name="referral",
            index=models.Index(
                condition=models.Q(("booker_phone_hash", ""), _negated=True), fields=["booker_phone_hash"], name="referral_by_booker_phone"
            ),
        ),
        migrations.AddField(
            model_name="ruleoverride",
            name="pool_slot",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="reserved_pools.poolslot"
            ),
        ),
        migrations.AddField(model_name="ruleoverride", name="counted", field=models.PositiveSmallIntegerField(blank=True, null=True)),
        migrations.AddField(model_name="ruleoverride", name="bound", field=models.PositiveSmallIntegerField(blank=True, null=True)),
    ]
