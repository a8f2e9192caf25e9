"""Nobody changes or deletes the record of a place's moves."""

from django.db import migrations

TRIGGER = """
CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON reserved_pools_placeevent
FOR EACH ROW EXECUTE FUNCTION vault_refuse_change();
"""
NO_TRIGGER = "DROP TRIGGER refuse_change ON reserved_pools_placeevent;"


class Migration(migrations.Migration):
    dependencies = [("reserved_pools", "0002_moves_of_places"), ("vault", "0004_insert_only")]

    operations = [migrations.RunSQL(TRIGGER, NO_TRIGGER)]
