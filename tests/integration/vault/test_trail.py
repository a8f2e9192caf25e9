"""The trail: acts, seals, anchors, and five kinds of tampering, each found and named."""

import json
import re
import time
from contextlib import contextmanager
from io import StringIO
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.transaction import TransactionManagementError

from tests.database import as_owner
from tests.integration.vault.stage import DOCTOR, act, as_sealer, seal_everything
from vault import audit
from vault.audit.models import AccessEntry, AuditEntry, AuditSeal
from vault.audit.seal import NotQuiet, SeriesBroken, restart, seal, waiting_seconds
from vault.audit.verify import verify

pytestmark = [pytest.mark.horizon, pytest.mark.django_db(transaction=True)]


@contextmanager
def tampering():
    """What a database administrator can do: the owner, with the walls taken down."""
    tables = ("vault_auditentry", "vault_auditseal")
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("".join(f"ALTER TABLE {table} DISABLE TRIGGER USER;" for table in tables))
        yield cursor
        cursor.execute("".join(f"ALTER TABLE {table} ENABLE TRIGGER USER;" for table in tables))


@pytest.fixture
def sealed() -> list[int]:
    """Nine acts under three seals, anchored; the ids of their rows."""
    for _ in range(3):
        for number in range(3):
            act(details={"n": number, "when": "2026-11-30", "list": [1, None, True, "字"]})
        seal_everything()
    anchor()
    assert report() == []
    return list(AuditEntry.objects.order_by("tx", "id").values_list("id", flat=True))


def anchor() -> None:
    with as_sealer():
        call_command("seal", "--once", stdout=StringIO())


def report() -> list[str]:
    return [str(finding) for finding in verify().findings]


def test_an_act_is_on_record_with_its_actor_and_vanishes_with_its_transaction():
    thing = act("book", {"pool_slot": "x"})
    with transaction.atomic():
        audit.record("cancel", "parcel", thing, by=DOCTOR)
        transaction.set_rollback(True)

    entry = AuditEntry.objects.get()
    assert (entry.verb, entry.kind, entry.object_id, entry.reason, entry.details) == ("book", "parcel", thing, "试", {"pool_slot": "x"})
    assert (entry.actor_kind, entry.actor_id, entry.post_id) == ("user", DOCTOR.public_id, DOCTOR.post_id)
    assert waiting_seconds() > 0
    with pytest.raises(TransactionManagementError):
        audit.record("book", "parcel", thing, by=DOCTOR)


def test_every_row_is_under_one_seal_and_the_seals_are_chained(sealed):
    seals = list(AuditSeal.objects.order_by("seq"))

    assert [each.seq for each in seals] == list(range(1, len(seals) + 1))
    assert sum(each.rows for each in seals) == 9
    assert [bytes(each.previous) for each in seals] == [b"", *(bytes(each.mac) for each in seals[:-1])]
    seen = verify()
    assert (seen.rows, seen.waiting, seen.anchored, seen.findings) == (9, 0, 1, [])
    assert waiting_seconds() == 0
    with as_sealer():
        assert seal() is None


@pytest.mark.parametrize(
    "change",
    [
        "reason = 'x'",
        "verb = 'cancel'",
        "details = details || '{\"n\": 7}'",
        "actor_id = NULL",
        "object_id = gen_random_uuid()",
        "actor_kind = 'ghost'",
    ],
)
def test_an_altered_row_is_named(sealed, change):
    with tampering() as cursor:
        cursor.execute(f"UPDATE vault_auditentry SET {change} WHERE id = %s", [sealed[4]])

    found = report()

    assert len(found) == 1
    assert found[0].startswith(f"row {sealed[4]}: altered or inserted")


@pytest.mark.parametrize("change", ["at = at + interval '1 second'", "digest = '\\x00'"])
def test_a_moved_time_or_digest_is_found(sealed, change):
    with tampering() as cursor:
        cursor.execute(f"UPDATE vault_auditentry SET {change} WHERE id = %s", [sealed[4]])

    found = report()

    assert len(found) == 1
    assert re.match(rf"(seal \d+: altered, or the time|row {sealed[4]}: altered)", found[0])


def test_a_deleted_row_is_missed_in_its_seal(sealed):
    with tampering() as cursor:
        cursor.execute("DELETE FROM vault_auditentry WHERE id = %s", [sealed[4]])

    found = report()

    assert len(found) == 1
    assert re.match(r"seal \d+: 1 of its \d rows deleted", found[0])


def test_a_row_smuggled_below_a_horizon_is_found_even_with_a_stolen_digest(sealed):
    with tampering() as cursor:
        columns = "tx, at, actor_kind, actor_id, post_id, verb, kind, object_id, reason, details, digest"
        cursor.execute(f"INSERT INTO vault_auditentry ({columns}) SELECT {columns} FROM vault_auditentry WHERE id = %s", [sealed[4]])

    found = report()

    assert len(found) == 1
    assert re.match(r"seal \d+: 1 rows inserted", found[0])


def test_a_row_numbered_below_the_first_is_named_though_no_seal_could_cover_it(sealed):
    with tampering() as cursor:
        columns = "tx, at, actor_kind, actor_id, post_id, verb, kind, object_id, reason, details, digest"
        cursor.execute(f"INSERT INTO vault_auditentry (id, {columns}) SELECT 0, {columns} FROM vault_auditentry WHERE id = %s", [sealed[4]])

    assert report() == ["row 0: inserted: no act is numbered below 1"]


def test_an_altered_seal_is_named(sealed):
    with tampering() as cursor:
        cursor.execute("UPDATE vault_auditseal SET mac = '\\xabcd' WHERE seq = 2")

    found = report()

    assert any(line.startswith("seal 2: altered") for line in found)
    assert any(line.startswith("seal 3: does not follow") for line in found)


def test_a_deleted_seal_is_named(sealed):
    with tampering() as cursor:
        cursor.execute("DELETE FROM vault_auditseal WHERE seq = 2")

    assert report() == ["seal 2: deleted"]


def test_a_cut_off_end_is_found_by_its_anchor(sealed):
    last = AuditSeal.objects.order_by("-seq").first()
    with tampering() as cursor:
        cursor.execute("DELETE FROM vault_auditseal WHERE seq = %s", [last.seq])
        cursor.execute("DELETE FROM vault_auditentry WHERE id = %s", [sealed[-1]])

    found = report()

    assert len(found) == 1
    assert found[0].startswith(f"seal {last.seq}: deleted: it was anchored at 20")


def test_a_trail_written_anew_with_another_key_is_found_by_its_anchor(sealed, settings):
    genuine = settings.AUDIT_KEY
    with tampering() as cursor:
        cursor.execute("TRUNCATE vault_auditseal, vault_auditentry")
    settings.AUDIT_KEY = b"f" * 32
    act()
    seal_everything()
    settings.AUDIT_KEY = genuine

    assert any("is not the one that was anchored" in line or "deleted: it was anchored" in line for line in report())


def test_a_row_altered_before_its_seal_is_named(sealed):
    act()
    newest = AuditEntry.objects.latest("id").pk
    with tampering() as cursor:
        cursor.execute("UPDATE vault_auditentry SET reason = 'x' WHERE id = %s", [newest])

    assert report() == [f"row {newest}: altered or inserted before it was sealed"]


def test_the_command_names_the_row_and_ends_with_one(sealed):
    said = StringIO()
    call_command("audit_verify", stdout=said, no_color=True)
    assert "9 rows under" in said.getvalue()
    assert "all genuine" in said.getvalue()
    with tampering() as cursor:
        cursor.execute("UPDATE vault_auditentry SET reason = 'x' WHERE id = %s", [sealed[0]])

    with pytest.raises(SystemExit) as ended:
        call_command("audit_verify", stdout=said, no_color=True)

    assert ended.value.code == 1
    assert f"row {sealed[0]}: altered" in said.getvalue()
    assert "1 FOUND" in said.getvalue()


def test_the_head_is_anchored_once_outside_the_database(sealed, own_state_dir):
    anchor()

    lines = [json.loads(line) for line in (own_state_dir / "anchors.jsonl").read_text().splitlines()]
    head = AuditSeal.objects.order_by("-seq").first()
    assert [(line["seq"], line["mac"]) for line in lines] == [(head.seq, bytes(head.mac).hex())]


def test_after_a_restore_from_a_dump_a_new_series_begins_and_all_of_it_verifies(monkeypatch):
    old_server = 10**12  # a server that had counted far more transactions than this one
    for _ in range(4):
        act("before")
    with tampering() as cursor:
        cursor.execute("UPDATE vault_auditentry SET tx = (tx::text::bigint + %s)::text::xid8", [old_server])
    rows = AuditEntry.objects.order_by("id").values_list("tx", flat=True)
    monkeypatch.setattr("vault.audit.seal._horizon", lambda: rows[3])
    with as_sealer():
        assert seal().rows == 3  # the fourth was never sealed by the old server
    monkeypatch.undo()

    act("after")
    with as_sealer(), pytest.raises(SeriesBroken):
        seal()
    with as_sealer(), pytest.raises(CommandError, match="restored from a dump"):
        call_command("seal", "--once")
    with as_sealer():
        fresh = restart_when_quiet("演练恢复")
    act("after")
    later = seal_everything()

    assert (fresh.seq, fresh.kind, fresh.series, fresh.rows, fresh.reason) == (2, "restart", 2, 2, "演练恢复")
    assert [(each.seq, each.kind, each.series, each.rows) for each in later] == [(3, "seal", 2, 1)]
    seen = verify()
    assert (seen.rows, seen.waiting, seen.findings) == (6, 0, [])
    said = StringIO()
    call_command("audit_verify", stdout=said, no_color=True)
    assert "seal 2: series 2 began on" in said.getvalue()
    assert "演练恢复" in said.getvalue()


def restart_when_quiet(reason: str) -> AuditSeal:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        try:
            return restart(reason)
        except NotQuiet:
            time.sleep(0.01)
    raise AssertionError("the server did not become quiet")


def test_who_saw_what_is_on_record():
    thing = UUID(int=5)

    audit.saw(DOCTOR, "patient", thing, "treatment")

    entry = AccessEntry.objects.get()
    assert (entry.kind, entry.object_id, entry.purpose, entry.actor_id) == ("patient", thing, "treatment", DOCTOR.public_id)
    assert (entry.actor_kind, entry.post_id) == ("user", DOCTOR.post_id)
