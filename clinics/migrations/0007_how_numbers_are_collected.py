"""How numbers are collected at a hospital: at a window or a machine (R079)."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("clinics", "0006_supply_stays")]

    operations = [
        migrations.AddField(
            model_name="institution",
            name="pickup_by",
            field=models.TextField(
                blank=True,
                choices=[
                    ("window", "at a window"),
                    ("self_service", "at a self-service machine"),
                    ("both", "at a window or a self-service machine"),
                ],
                default="",
            ),
        ),
        migrations.AddConstraint(
            model_name="institution",
            constraint=models.CheckConstraint(
                condition=models.Q(("pickup_by__in", ["", "window", "self_service", "both"])), name="institution_pickup_is_known"
            ),
        ),
    ]
