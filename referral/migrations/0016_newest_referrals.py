"""A unit's list of referrals, newest first, is read from an index however many referrals everybody has."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """One index."""

    dependencies = [("referral", "0015_ledger")]

    operations = [
        migrations.AddIndex(
            "referral",
            models.Index(fields=["institution", "-created_at", "-id"], name="referral_newest_of_institution"),
        ),
    ]
