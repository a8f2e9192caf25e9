"""Counts the ledger again from what happened, and names every row that says something else (R059, R134)."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Prefetch, Q, Subquery

from referral.credit.ledger import Missed, listings
from referral.credit.models import OF_RESIDENT, STANDING, BookingBan, Breach, Restriction
from referral.credit.terms import Terms
from referral.patients.models import Patient
from vault import audit
from vault.actor import SYSTEM
from vault.ids import uuid7
from vault.states import Event

log = logging.getLogger(__name__)
AT_ONCE: Final = 500
MOST_NAMED: Final = 20
# Whoever has a row of the ledger, and whoever missed a visit, so that a row that is not there is found too.
WITH_A_LEDGER: Final = Q(breaches__isnull=False) | Q(bans__isnull=False) | Q(bookings__status="noshow")


@dataclass(frozen=True, slots=True)
class Fault:
    """One row that does not follow from the events: what it is, its id, and in what."""

    kind: str
    id: UUID
    trouble: str

    def __str__(self) -> str:
        return f"{self.kind} {self.id}: {self.trouble}"


def verify(patients: Any = None) -> Iterator[Fault]:
    """Every fault of the ledger of these residents, all by default; reads only, some hundred residents at a time."""
    rows = Patient.objects.filter(WITH_A_LEDGER) if patients is None else patients
    keys = list(rows.order_by("pk").values_list("pk", flat=True).distinct())
    for begin in range(0, len(keys), AT_ONCE):
        yield from _of_residents(keys[begin : begin + AT_ONCE])
    restrictions = Restriction.objects.all() if patients is None else Restriction.objects.filter(patient__in=keys)
    yield from _lives("restriction", list(restrictions))


def prove() -> list[Fault]:
    """Use case: the whole ledger against a re-count; what differs stands in the audit trail and the log."""
    faults = list(verify())
    if faults:
        details = {"number": len(faults), "rows": [str(fault) for fault in faults[:MOST_NAMED]]}
        with transaction.atomic(durable=True):
            audit.record("find_wrong_ledger", "ledger", uuid7(), by=SYSTEM, details=details)
        log.error("ledger: %d rows differ from the re-count, first %s", len(faults), faults[0])
    return faults


def _of_residents(keys: list[int]) -> Iterator[Fault]:
    breaches = list(Breach.objects.filter(patient__in=keys).select_related("booking").order_by("created_at", "pk"))
    bans = list(BookingBan.objects.filter(patient__in=keys).prefetch_related(Prefetch("breaches", Breach.objects.only("pk"))))
    yield from _lives("breach", breaches)
    yield from _lives("booking_ban", bans)
    yield from _without_a_miss(breaches)
    yield from _without_a_breach(keys)
    for key in keys:
        standing = [_missed(one) for one in breaches if one.patient_id == key and one.status in STANDING]
        yield from _bans(standing, [ban for ban in bans if ban.patient_id == key and ban.status == "in_force"])


def _lives(kind: str, rows: list[Any]) -> Iterator[Fault]:
    """Status and version of each row against its own events."""
    ends: dict[UUID, tuple[str, int]] = {}
    for event in Event.objects.filter(object_id__in=[one.public_id for one in rows]).order_by("id"):
        ends[event.object_id] = (event.target, ends.get(event.object_id, ("", 0))[1] + 1)
    for one in rows:
        status, steps = ends.get(one.public_id, ("", 0))
        if status != one.status:
            yield Fault(kind, one.public_id, f"is {one.status}, its events say {status or 'nothing'}")
        elif steps != one.version:
            yield Fault(kind, one.public_id, f"has version {one.version} after {steps} events")


def _without_a_miss(breaches: list[Breach]) -> Iterator[Fault]:
    """A standing missed visit belongs to a booking that was missed, for the cause its last report names."""
    standing = [one for one in breaches if one.status in STANDING and one.kind != "evasion"]
    reports = Event.objects.filter(object_id__in=[one.booking.public_id for one in standing], kind="booking").order_by("id")
    last = {event.object_id: event for event in reports if event.target == "noshow" or event.source == "noshow"}
    for one in standing:
        event = last.get(one.booking.public_id)
        if event is None or event.target != "noshow" or event.reason != one.cause:
            yield Fault("breach", one.public_id, "no report of a missed visit stands behind it")


def _without_a_breach(keys: list[int]) -> Iterator[Fault]:
    """A booking that stands as missed for a cause of the resident's own has its breach, whatever became of that one since."""
    bookings: Any = Breach._meta.get_field("booking").related_model  # its table lies above the ledger; here it is only read
    last = Event.objects.filter(object_id=OuterRef("public_id"), kind="booking").order_by("-id").values("reason")[:1]
    missed = bookings.objects.filter(patient__in=keys, status="noshow").annotate(cause=Subquery(last)).filter(cause__in=OF_RESIDENT)
    recorded = Breach.objects.filter(booking=OuterRef("pk")).exclude(kind="evasion")
    for public_id in missed.exclude(Exists(recorded)).order_by("pk").values_list("public_id", flat=True):
        yield Fault("booking", public_id, "was missed without a word and no breach stands behind it")


def _bans(standing: list[Missed], held: list[BookingBan]) -> Iterator[Fault]:
    """The bans in force against those that follow from the breaches that stand."""
    wanted = {(one.valid_from, one.valid_to, one.covers, one.keys) for one in listings(standing)}
    for ban in held:
        said = (ban.valid_from, ban.valid_to, ban.covers, frozenset(breach.pk for breach in ban.breaches.all()))
        if said in wanted:
            wanted.discard(said)
        else:
            yield Fault("booking_ban", ban.public_id, "does not follow from the breaches that stand")
    for one in wanted:
        breach = Breach.objects.get(pk=max(one[3]))
        yield Fault("breach", breach.public_id, f"a ban from {one[0].isoformat()} follows and is not there")


def _missed(one: Breach) -> Missed:
    return Missed(one.pk, one.visit_date, one.created_at, one.kind, Terms.from_json(one.policy))
