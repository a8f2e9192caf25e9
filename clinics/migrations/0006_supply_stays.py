"""Nobody changes or deletes what was announced of a timetable, nor a hospital's written rules of booking."""

from django.db import migrations

TABLES = ("clinics_schedulechange", "clinics_bookingrules")
TRIGGERS = "".join(
    f"CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION vault_refuse_change();"
    for table in TABLES
)
NO_TRIGGERS = "".join(f"DROP TRIGGER refuse_change ON {table};" for table in TABLES)


class Migration(migrations.Migration):
    dependencies = [("clinics", "0005_supply"), ("vault", "0004_insert_only")]

    operations = [migrations.RunSQL(TRIGGERS, NO_TRIGGERS)]
