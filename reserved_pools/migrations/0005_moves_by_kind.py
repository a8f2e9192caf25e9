"""Installs the functions that know kinds of places, resizing and withdrawing; nobody changes a hospital's acknowledgement."""

from django.db import migrations

from vault.sqlfiles import InstallSql

TRIGGER = """
CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON reserved_pools_placestaken
FOR EACH ROW EXECUTE FUNCTION vault_refuse_change();
"""
NO_TRIGGER = "DROP TRIGGER refuse_change ON reserved_pools_placestaken;"


class Migration(migrations.Migration):
    dependencies = [("reserved_pools", "0004_supply"), ("vault", "0004_insert_only")]

    operations = [
        InstallSql(
            "reserved_pools", "pool_claim.sql", "pool_give_back.sql", "pool_release_cooled.sql", "pool_close.sql",
            "pool_withdraw.sql", "pool_resize.sql",
        ),
        migrations.RunSQL(TRIGGER, NO_TRIGGER),
    ]  # fmt: skip
