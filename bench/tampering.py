"""Tampering with the trail by the superuser with triggers off, as nobody else can, and the words by which each kind must be named."""

from typing import Any

from bench.sealing import sealed

COLUMNS = "actor_kind, actor_id, post_id, verb, kind, object_id, reason, details, digest"
KEEP = "CREATE TABLE kept_{0} AS TABLE vault_{0};"
RESTORE = "DELETE FROM vault_{0}; INSERT INTO vault_{0} SELECT * FROM kept_{0};"
TABLES = ("auditentry", "auditseal")
TROUBLED = "time, order or transaction"
ONE, TWO = "WHERE id = {one}", "WHERE id = {two}"
INSERT = (
    f"INSERT INTO vault_auditentry (id, tx, at, {COLUMNS})"
    f" SELECT %s, tx, at + interval '1 millisecond', {COLUMNS} FROM vault_auditentry {ONE}"
)
SWAP = (
    "UPDATE vault_auditentry a SET tx = b.tx FROM vault_auditentry b"
    " WHERE a.id IN ({one}, {two}) AND b.id IN ({one}, {two}) AND a.id <> b.id"
)
LATER = "DELETE FROM vault_auditentry WHERE id > (SELECT top FROM vault_auditseal WHERE seq = 1)"
# Each kind as one statement about the rows "one" and "two"; one has a reason and evidence.
TAMPERINGS = {
    "verb altered": (f"UPDATE vault_auditentry SET verb = 'right.grant' {ONE}", "row {one}: altered"),
    "actor altered": (f"UPDATE vault_auditentry SET actor_id = gen_random_uuid() {ONE}", "row {one}: altered"),
    "object altered": (f"UPDATE vault_auditentry SET object_id = gen_random_uuid() {ONE}", "row {one}: altered"),
    "reason altered": (f"UPDATE vault_auditentry SET reason = 'moved' {ONE}", "row {one}: altered"),
    "evidence altered": (f"UPDATE vault_auditentry SET details = details || '{{{{\"note\": \"\"}}}}' {ONE}", "row {one}: altered"),
    "replaced by another row": (
        f"UPDATE vault_auditentry SET (verb, digest) = (SELECT verb, digest FROM vault_auditentry {TWO}) {ONE}", "row {one}: altered",
    ),
    "time moved": (f"UPDATE vault_auditentry SET at = at - interval '1 second' {ONE}", TROUBLED),
    "row deleted": (f"DELETE FROM vault_auditentry {ONE}", "rows deleted"),
    "two rows exchanged": (
        "UPDATE vault_auditentry SET id = -id WHERE id IN ({one}, {two});"
        " UPDATE vault_auditentry SET id = CASE id WHEN -{one} THEN {two} ELSE {one} END WHERE id < 0", TROUBLED,
    ),
    "two transactions exchanged": (SWAP, TROUBLED),
    "row inserted": (INSERT % "id", "rows inserted"),
    "row inserted before the first": (INSERT % "0", "row 0: inserted"),
    "seal altered": ("UPDATE vault_auditseal SET rows = rows + 1 WHERE seq = 1", "seal 1"),
    "seal deleted": ("DELETE FROM vault_auditseal WHERE seq = 2", "seal 2: deleted"),
    "newest rows cut off": (LATER, "rows deleted"),
    "newest rows and their seals cut off": (f"{LATER}; DELETE FROM vault_auditseal WHERE seq > 1", "deleted: it was anchored"),
    "everything emptied": ("DELETE FROM vault_auditentry; DELETE FROM vault_auditseal", "seal 1: deleted: it was anchored"),
}  # fmt: skip


def tampered(server: Any, cast: Any) -> tuple[dict[str, list[str]], list[str]]:
    """Every tampering in turn, with what was found; those that were not found, or not by name."""
    from vault.audit.verify import verify

    rows = victims(cast)
    assert verify().findings == []
    for table in TABLES:
        server.sql(KEEP.format(table), "referral")
    found, unnamed = {}, []
    for name, (statement, words) in TAMPERINGS.items():
        server.sql(f"SET session_replication_role = replica; {statement.format(**rows)}", "referral")
        found[name] = [str(finding) for finding in verify().findings]
        if not any(words.format(**rows) in finding for finding in found[name]):
            unnamed.append(name)
        server.sql("SET session_replication_role = replica;" + "".join(RESTORE.format(table) for table in TABLES), "referral")
    assert verify().findings == []
    return found, unnamed


def victims(cast: Any) -> dict[str, int]:
    """Three seals: one over all that was there, and one each over a suspension with its evidence and a return; the last two rows."""
    from bench.people import doctors
    from clinics import rights
    from vault.models import AuditEntry

    ((doctor, _header),) = doctors(cast, 1)
    right, by = doctor.post.right, cast.district_admin
    rights.suspend(right, by=by, reason="leave", note="请假")
    rights.reinstate(right, by=by)
    sealed()
    rights.suspend(right, by=by, reason="leave", note="请假")
    rights.reinstate(right, by=by)
    sealed()
    rights.revoke(right, by=by, reason="own_request", note="本人申请")
    sealed()
    newest = AuditEntry.objects.filter(object_id=right.public_id).order_by("id")
    one = newest.filter(verb="right.suspend").last()
    two = newest.filter(verb="right.reinstate").last()
    assert one is not None
    assert two is not None
    assert (one.reason, one.details["note"]) == ("leave", "请假")
    return {"one": one.pk, "two": two.pk}
