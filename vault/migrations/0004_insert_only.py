"""Events, trail, seals and access log: inserted and read, never changed, each by the one role that writes it."""

from django.db import migrations

from vault.sqlfiles import InstallSql

INSERT_ONLY = ("vault_event", "vault_auditentry", "vault_auditseal", "vault_accessentry")

TRIGGERS = "".join(
    f"CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION vault_refuse_change();"
    for table in INSERT_ONLY
)
NO_TRIGGERS = "".join(f"DROP TRIGGER refuse_change ON {table};" for table in INSERT_ONLY)

# A server whose roles we could not create still migrates; /readyz then says that the roles are missing.
PRIVILEGES = """
DO $$
BEGIN
    REVOKE ALL ON FUNCTION vault_make_partitions(integer) FROM PUBLIC;
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'referral_app') THEN
        REVOKE ALL ON vault_event, vault_auditentry, vault_auditseal, vault_accessentry FROM referral_app;
        GRANT SELECT, INSERT ON vault_event, vault_auditentry, vault_accessentry TO referral_app;
        GRANT SELECT ON vault_auditseal TO referral_app;
        GRANT EXECUTE ON FUNCTION vault_make_partitions(integer) TO referral_app;
    END IF;
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'referral_sealer') THEN
        GRANT SELECT ON vault_auditentry TO referral_sealer;
        GRANT SELECT, INSERT ON vault_auditseal TO referral_sealer;
    END IF;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("vault", "0003_functions")]

    operations = [
        InstallSql("vault", "vault_refuse_change.sql"),
        migrations.RunSQL(TRIGGERS, NO_TRIGGERS),
        migrations.RunSQL(PRIVILEGES, migrations.RunSQL.noop),
    ]
