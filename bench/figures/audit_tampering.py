"""The trail of acts: every act in it with actor and reason, every kind of tampering found and named, and what sealing costs.

Tampering is done by the superuser with triggers off, as nobody else can; bookings are made with the sealer running and stopped
in turn, and the loss is told with the interval that resampling the rounds gives.
"""

import os
import random
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any
from uuid import uuid4

from bench.figure import ROOT, Figure
from bench.stage import stage
from deploy import processes

NAME = "audit-tampering"
ROUNDS, EACH, THREADS = {"short": 12, "long": 60}, 80, 4
MOST_LOSS, RESAMPLES = 0.05, 4000

COLUMNS = "actor_kind, actor_id, post_id, verb, kind, object_id, reason, details, digest"
INSERT = (
    f"INSERT INTO vault_auditentry (id, tx, at, {COLUMNS})"
    f" SELECT {{}}, tx, at + interval '1 millisecond', {COLUMNS} FROM vault_auditentry WHERE id = 3"
)
KEEP = "CREATE TABLE kept_{0} AS TABLE vault_{0};"
RESTORE = "DELETE FROM vault_{0}; INSERT INTO vault_{0} SELECT * FROM kept_{0};"
TABLES = ("auditentry", "auditseal")
# Each kind of tampering as one statement, and the words by which it must be named.
TAMPERINGS = {
    "verb altered": ("UPDATE vault_auditentry SET verb = 'right.grant' WHERE id = 3", "row 3: altered"),
    "actor altered": ("UPDATE vault_auditentry SET actor_id = gen_random_uuid() WHERE id = 4", "row 4: altered"),
    "reason altered": ("UPDATE vault_auditentry SET reason = 'altered' WHERE id = 5", "row 5: altered"),
    "evidence altered": ("UPDATE vault_auditentry SET details = '{}' WHERE id = 6", "row 6: altered"),
    "time moved": ("UPDATE vault_auditentry SET at = at - interval '1 second' WHERE id = 7", "time, order or transaction"),
    "row deleted": ("DELETE FROM vault_auditentry WHERE id = 8", "rows deleted"),
    "two rows exchanged": (
        "UPDATE vault_auditentry a SET id = -a.id WHERE id IN (9, 10); UPDATE vault_auditentry SET id = CASE id WHEN -9 THEN 10 ELSE 9 END"
        " WHERE id < 0", "time, order or transaction",
    ),
    "row inserted": (INSERT.format("id"), "rows inserted"),
    "row inserted before the first": (INSERT.format("0"), "row 0: inserted"),
    "seal altered": ("UPDATE vault_auditseal SET rows = rows + 1 WHERE seq = 1", "seal 1"),
    "seal deleted": ("DELETE FROM vault_auditseal WHERE seq = 2", "seal 2: deleted"),
    "end cut off": (
        "DELETE FROM vault_auditentry WHERE id > (SELECT top FROM vault_auditseal WHERE seq = 1);"
        " DELETE FROM vault_auditseal WHERE seq > 1", "deleted: it was anchored",
    ),
}  # fmt: skip


def measure(profile: str) -> Figure:
    """Acts, tampering, the limit of what can be found, and the price."""
    with stage() as server:
        from tests.cast_referral import world

        cast = world()
        missing = unrecorded(cast)
        found, unnamed = tampered(server)
        limit = unseen(server)
        price = cost(cast, ROUNDS[profile])
    return told(missing, found, unnamed, limit, price)


def unrecorded(cast: Any) -> dict[str, str]:
    """Acts of a right's, an account's and a booking's life that the trail does not show with actor and reason."""
    from vault.models import AuditEntry

    missing = {}
    for name, (act, reason) in acts(cast).items():
        before = set(AuditEntry.objects.values_list("pk", flat=True))
        act()
        rows = AuditEntry.objects.exclude(pk__in=before)
        told_by = [row for row in rows if row.actor_id is not None and row.kind and row.object_id]
        if not told_by or (reason and reason not in {row.reason for row in told_by}):
            missing[name] = str([(row.verb, row.reason) for row in rows])
        if name in ("revoke", "leave"):
            sealed()
    return missing


def acts(cast: Any) -> dict[str, tuple[Callable[[], Any], str]]:
    """What people do about rights, accounts and bookings, each with the reason it must leave."""
    from bench.people import doctors, drafts
    from clinics import posts, rights
    from permissions.accounts import open_account
    from permissions.roles import Role
    from referral.booking.book import book
    from tests.cast import a_phone

    ((doctor, _), (leaver, _)) = doctors(cast, 2)
    (referral,), place, by = drafts(cast, 1), cast.place(), cast.district_admin
    person = open_account(name="王晨", phone=a_phone(), district=cast.district, by=by.actor)
    return {
        "enrol": (lambda: open_account(name="李宁", phone=a_phone(), district=cast.district, by=by.actor), ""),
        "appoint": (lambda: posts.appoint(person, cast.centre, Role.FAMILY_DOCTOR, by=by), ""),
        "book": (lambda: book(referral=referral.public_id, pool_slot=place.public_id, version=1, key=str(uuid4()), by=doctor), ""),
        "suspend": (lambda: rights.suspend(doctor.post.right, by=by, reason="leave"), "leave"),
        "reinstate": (lambda: rights.reinstate(doctor.post.right, by=by), ""),
        "revoke": (lambda: rights.revoke(doctor.post.right, by=by, reason="misconduct"), "misconduct"),
        "leave": (lambda: posts.dismiss(leaver.post, by=by, reason="left"), "left"),
    }


def tampered(server: Any) -> tuple[dict[str, list[str]], list[str]]:
    """Every tampering in turn, with what was found; those that were not found, or not by name."""
    from vault.audit.verify import verify

    sealed()
    assert verify().findings == []
    for table in TABLES:
        server.sql(KEEP.format(table), "referral")
    found, unnamed = {}, []
    for name, (statement, words) in TAMPERINGS.items():
        server.sql(f"SET session_replication_role = replica; {statement}", "referral")
        found[name] = [str(finding) for finding in verify().findings]
        if not any(words in finding for finding in found[name]):
            unnamed.append(name)
        server.sql("SET session_replication_role = replica;" + "".join(RESTORE.format(table) for table in TABLES), "referral")
    assert verify().findings == []
    return found, unnamed


def unseen(server: Any) -> dict[str, Any]:
    """The stated limit: what is taken away before its seal leaves no trace; how old the newest unsealed row gets."""
    from django.db import transaction

    from vault import audit
    from vault.actor import SYSTEM
    from vault.audit.seal import waiting_seconds
    from vault.audit.verify import verify

    with transaction.atomic():
        audit.record("test.unsealed", "test", uuid4(), by=SYSTEM)
    server.sql("SET session_replication_role = replica; DELETE FROM vault_auditentry WHERE verb = 'test.unsealed'", "referral")
    silent = not verify().findings
    ages = []
    with sealing():
        for _look in range(40):
            with transaction.atomic():
                audit.record("test.look", "test", uuid4(), by=SYSTEM)
            time.sleep(0.1)
            ages.append(waiting_seconds())
    return {"deleted_before_its_seal": "not found" if silent else "found", "oldest_unsealed_seconds": round(max(ages), 2)}


def cost(cast: Any, rounds: int) -> dict[str, Any]:
    """Bookings a second with the sealer stopped and running, in turn; the loss with its 95 % interval."""
    rates: dict[str, list[float]] = {"off": [], "on": []}
    with sealing() as sealer:
        booked_per_second(cast)
        for _round in range(rounds):
            for kind in random.sample(("off", "on"), 2):
                sealer.send_signal(signal.SIGSTOP if kind == "off" else signal.SIGCONT)
                if kind == "on":
                    caught_up()
                rates[kind].append(booked_per_second(cast))
        sealer.send_signal(signal.SIGCONT)
    resampled = sorted(loss({kind: random.choices(values, k=rounds) for kind, values in rates.items()}) for _ in range(RESAMPLES))
    interval = [resampled[int(RESAMPLES * share)] for share in (0.025, 0.975)]
    return {
        "bookings_per_second": {kind: round(statistics.median(values), 1) for kind, values in rates.items()},
        "loss": round(loss(rates), 4), "interval_95": [round(end, 4) for end in interval], "rounds": rounds, "each": EACH,
    }  # fmt: skip


def loss(rates: dict[str, list[float]]) -> float:
    """The share of throughput that sealing takes; negative when it seems to give some."""
    return 1 - statistics.median(rates["on"]) / statistics.median(rates["off"])


def booked_per_second(cast: Any) -> float:
    """A round of bookings by some threads."""
    from django.db import connection

    from bench.people import drafts
    from referral.booking.book import book

    place, referrals = cast.place(places=EACH), drafts(cast, EACH)

    def run(own: list[Any]) -> None:
        for referral in own:
            book(referral=referral.public_id, pool_slot=place.public_id, version=1, key=str(uuid4()), by=cast.doctor)
        connection.close()

    threads = [Thread(target=run, args=(referrals[start::THREADS],)) for start in range(THREADS)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return EACH / (time.perf_counter() - began)


def caught_up() -> None:
    """Until the sealer has closed what was written while it stood still."""
    from vault.audit.seal import waiting_seconds

    deadline = time.monotonic() + 20
    while waiting_seconds() > 1.5 and time.monotonic() < deadline:
        time.sleep(0.1)


def sealed() -> None:
    """One seal and one anchor, by the only role that may."""
    command = [sys.executable, "manage.py", "seal", "--once"]
    subprocess.run(command, cwd=ROOT, env=os.environ | {"DATABASE_ROLE": "sealer"}, check=True, capture_output=True)


@contextmanager
def sealing() -> Iterator[Any]:
    """The sealer as the supervisor runs it."""
    child = processes.start([sys.executable, "manage.py", "seal"], cwd=ROOT, env=os.environ | {"DATABASE_ROLE": "sealer"})
    time.sleep(2.5)
    try:
        yield child
    finally:
        child.send_signal(signal.SIGCONT)
        processes.stop(child, signal.SIGTERM)


def told(missing: dict[str, str], found: dict[str, list[str]], unnamed: list[str], limit: dict[str, Any], price: dict[str, Any]) -> Figure:
    """Tamperings not found and named; the loss counts as too great only when its whole interval lies beyond the bound."""
    affordable = price["interval_95"][0] <= MOST_LOSS
    return Figure(
        NAME, len(unnamed), "kinds of tampering not found", "0; every act recorded; no loss beyond 5 % that its interval does not cover",
        not unnamed and not missing and affordable, len(found),
        {"acts_not_recorded": missing, "found": {name: rows[:2] for name, rows in found.items()}, "limit": limit, "sealing": price},
    )  # fmt: skip
