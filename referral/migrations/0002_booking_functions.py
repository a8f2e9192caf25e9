"""Installs the two functions of a booking: facts under lock, and the write."""

from django.db import migrations

from vault.sqlfiles import InstallSql


class Migration(migrations.Migration):
    dependencies = [("referral", "0001_initial"), ("vault", "0003_functions"), ("reserved_pools", "0002_moves_of_places")]

    operations = [InstallSql("referral", "booking_facts.sql", "booking_write.sql")]
