"""Installs the functions that move places."""

from django.db import migrations

from vault.sqlfiles import InstallSql


class Migration(migrations.Migration):
    dependencies = [("reserved_pools", "0001_initial")]

    operations = [
        InstallSql("reserved_pools", "pool_claim.sql", "pool_give_back.sql", "pool_release_cooled.sql", "pool_close.sql"),
    ]
