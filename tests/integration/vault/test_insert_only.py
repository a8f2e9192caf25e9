"""What was written stays: by privilege for the application, by trigger for everyone."""

import pytest
from django.db import DatabaseError, connection, transaction

from tests.database import as_owner
from tests.integration.vault.stage import DOCTOR, act, seal_everything
from vault import audit
from vault.audit import partitions
from vault.audit.models import AccessEntry, AuditEntry, AuditSeal
from vault.events import Event

pytestmark = [pytest.mark.horizon, pytest.mark.django_db(transaction=True)]
TABLES = ("vault_event", "vault_auditentry", "vault_auditseal", "vault_accessentry")


@pytest.fixture
def one_row_each():
    thing = act()
    audit.saw(DOCTOR, "parcel", thing, "treatment")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT vault_event('parcel', %s, 'parcel.sent', '', 'sent', 'user', NULL, NULL, '')", [thing])
    assert len(seal_everything()) == 1
    assert [model.objects.count() for model in (Event, AuditEntry, AuditSeal, AccessEntry)] == [1, 1, 1, 1]


def refusal(sql: str) -> str:
    with pytest.raises(DatabaseError) as caught, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    return str(caught.value)


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("change", ["UPDATE {} SET at = now()", "DELETE FROM {}", "TRUNCATE {}"])
def test_the_application_cannot_change_what_was_written(one_row_each, table, change):
    assert f"permission denied for table {table}" in refusal(change.format(table))


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("change", ["UPDATE {} SET at = now()", "DELETE FROM {}"])
def test_not_even_the_owner_changes_what_was_written(one_row_each, table, change):
    with as_owner():
        said = refusal(change.format(table))

    assert "is insert-only" in said
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        assert cursor.fetchone() == (1,)


def test_a_month_cannot_be_reached_around_its_table(one_row_each):
    with connection.cursor() as cursor:
        cursor.execute("SELECT tableoid::regclass::text FROM vault_auditentry")
        (month,) = cursor.fetchone()

    assert "permission denied" in refusal(f"SELECT * FROM {month}")
    assert "permission denied" in refusal(f"INSERT INTO {month} SELECT * FROM {month}")
    with as_owner():
        assert "is insert-only" in refusal(f"UPDATE {month} SET reason = 'x'")


def test_only_the_sealer_seals_and_the_sealer_only_seals(one_row_each):
    insert_seal = "INSERT INTO vault_auditseal SELECT * FROM vault_auditseal"
    insert_row = "SELECT vault_audit('user', NULL, NULL, 'x', 'x', gen_random_uuid(), '', '{}', '')"
    assert "permission denied for table vault_auditseal" in refusal(insert_seal)

    with connection.cursor() as cursor:
        cursor.execute("SET ROLE referral_sealer")
    try:
        assert "permission denied for table vault_auditentry" in refusal(insert_row)
        assert "permission denied for table vault_event" in refusal("SELECT * FROM vault_event")
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SET ROLE referral_app")


def test_the_application_can_continue_the_months_but_not_make_tables(db):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT inhparent::regclass::text, count(*) FROM pg_inherits JOIN pg_class c ON c.oid = inhrelid"
            " WHERE c.relkind = 'r' AND inhparent::regclass::text LIKE 'vault_%' GROUP BY 1 ORDER BY 1"
        )
        assert cursor.fetchall() == [("vault_accessentry", 26), ("vault_auditentry", 26)]

    assert partitions.make_ahead() == 0
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT vault_make_partitions(25)")
        assert cursor.fetchone() == (2,)
        transaction.set_rollback(True)

    month = "PARTITION OF vault_auditentry FOR VALUES FROM ('2099-01-01') TO ('2099-02-01')"
    assert "permission denied" in refusal(f"CREATE TABLE vault_auditentry_209901 {month}")
