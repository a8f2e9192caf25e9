from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("permissions", "0006_evidence")]

    operations = [
        migrations.AddField("session", "kiosk_since", models.DateTimeField(blank=True, null=True)),
        migrations.AddConstraint(
            "session",
            models.CheckConstraint(
                condition=models.Q(("kiosk_since", None), ("kind", "browser"), _connector="OR"), name="session_only_browsers_are_kiosks"
            ),
        ),
    ]
