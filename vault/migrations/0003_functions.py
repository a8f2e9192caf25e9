"""The SQL functions that Python and the booking path share."""

from django.db import migrations

from vault.sqlfiles import InstallSql


class Migration(migrations.Migration):
    dependencies = [("vault", "0002_trail_by_month")]

    operations = [
        InstallSql(
            "vault",
            "vault_event.sql",
            "vault_advance.sql",
            "vault_audit.sql",
            "vault_idempotency_key.sql",
            "vault_outbox_put.sql",
            "vault_spend.sql",
            "vault_claim_message.sql",
        ),
    ]
