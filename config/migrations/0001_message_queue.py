"""Installs the SQL of the message queue that Celery uses when no other broker is named, once in a database."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps
from pgmq.install import get_embedded_install_sql

IS_INSTALLED = "SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = 'pgmq')"
GRANTS = """
GRANT USAGE, CREATE ON SCHEMA pgmq TO referral_app;
GRANT ALL ON ALL TABLES IN SCHEMA pgmq TO referral_app;
GRANT ALL ON ALL SEQUENCES IN SCHEMA pgmq TO referral_app;
"""
HAS_ROLE = "SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = 'referral_app')"


def install(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """The worker makes its own queues in this schema; a schema that is already there is the administrator's and stays as it is."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(IS_INSTALLED)
        if cursor.fetchone()[0]:
            return
        cursor.execute(get_embedded_install_sql())
        cursor.execute(HAS_ROLE)
        if cursor.fetchone()[0]:
            cursor.execute(GRANTS)


class Migration(migrations.Migration):
    dependencies: list[tuple[str, str]] = []
    operations = [migrations.RunPython(install, migrations.RunPython.noop)]
