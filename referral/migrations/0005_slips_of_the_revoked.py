"""A copy that was asked for under a right that is lost is never printed."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("referral", "0004_handover")]

    operations = [
        migrations.AlterField(
            model_name="slip",
            name="failure",
            field=models.TextField(
                blank=True,
                choices=[("", "None"), ("characters", "Characters"), ("press", "Press"), ("revoked", "Revoked")],
                default="",
            ),
        ),
    ]
