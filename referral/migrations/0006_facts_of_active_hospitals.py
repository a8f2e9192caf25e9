"""A booking is judged by the places that are open now, at a hospital that takes part on the day of the visit."""

from django.db import migrations

from vault.sqlfiles import InstallSql


class Migration(migrations.Migration):
    dependencies = [("referral", "0005_slips_of_the_revoked"), ("reserved_pools", "0005_moves_by_kind")]

    operations = [InstallSql("referral", "booking_facts.sql")]
