"""The facts of a booking name every hospital that restricts the resident, and what two persons let pass for the booking it follows."""

from django.db import migrations

from vault.sqlfiles import InstallSql


class Migration(migrations.Migration):
    dependencies = [("referral", "0021_came_and_not_seen")]

    operations = [InstallSql("referral", "booking_facts.sql")]
