"""Who came and who did not, as the hospital's own system reports it: each row a transaction of its own, once for each key (R123, R134)."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q, TextChoices
from django.utils.translation import gettext_lazy as _

from clinics import policy
from clinics.models import Institution
from permissions.acting import Acting
from referral import parameters
from referral.booking.expected import database_now, locked
from referral.booking.facts import SHANGHAI
from referral.booking.models import Booking, CancelCause
from referral.booking.noshow import NoShowCause, miss
from referral.booking.proof import by_code
from referral.booking.stopped import lock_place
from referral.cases.models import Referral
from referral.credit.record import locked_patient
from referral.exchange.models import FeedKind, FeedRecord
from referral.exchange.rows import Outcome, Result, Said, known, refused, remember, unreadable
from vault import audit
from vault.refusal import Refusal, invalid
from vault.states import advance

MOST: Final = 200  # rows of one batch
LATE: Final = timedelta(days=7)  # how long after the visit it may be reported
SKEW: Final = timedelta(minutes=5)  # how far the hospital's clock may be ahead


class Attendance(TextChoices):
    ARRIVED = "arrived", _("Arrived")
    FULFILLED = "fulfilled", _("Visit done")
    NOSHOW = "noshow", _("No-show")


def report_attendance(hospital: Institution, rows: Sequence[Said], *, by: Acting) -> list[Result]:
    """Use case: what became of each reported visit; a bad row is refused alone, one said before changes nothing.

    A row gives `booking` or `code`, `status`, for a no-show its `cause`, and `at`, when it was so at the hospital.
    """
    refusals = unreadable(rows)
    before = known(hospital, FeedKind.ATTENDANCE, rows)
    return [refusals.get(position) or _one(hospital, row, before.get(row.key), by) for position, row in enumerate(rows)]


def _one(hospital: Institution, row: Said, before: FeedRecord | None, by: Acting) -> Result:
    if before is not None and bytes(before.digest) == row.digest:
        return Result(row.key, Outcome.UNCHANGED, before.object_id)
    try:
        with transaction.atomic(durable=True):
            booking, moved = _reported(hospital, row.given, by)
            if before is not None and before.object_id != booking.public_id:
                raise invalid("key", _("This key stands for another booking."))
            remember(hospital, FeedKind.ATTENDANCE, [(row, booking.public_id)])
    except Refusal as refusal:
        return refused(row.key, refusal)
    outcome = Outcome.UNCHANGED if not moved else Outcome.CHANGED if before is not None else Outcome.CREATED
    return Result(row.key, outcome, booking.public_id, status=booking.status)


def _reported(hospital: Institution, given: Any, by: Acting) -> tuple[Booking, bool]:
    """Step: the booking, brought to the reported status, and whether it moved; locks its referral, then it."""
    now = database_now()
    _check_at(given["at"], now)
    here = Booking.objects.filter(institution=hospital)
    public_id = _booking_meant(hospital, given)
    referral_id, patient_id = here.filter(public_id=public_id).values_list("referral_id", "patient_id").first() or (None, None)
    if patient_id and given["status"] == Attendance.NOSHOW:
        locked_patient(patient_id)  # what follows for her is counted behind this lock
        lock_place(Q(public_id=public_id))
    referral = Referral.objects.select_for_update(no_key=True).filter(pk=referral_id).first()
    booking = locked(here.select_related("institution", "department", "patient"), public_id)
    assert referral is not None
    booking.referral = referral
    if given["status"] == Attendance.NOSHOW and booking.cancel_cause == CancelCause.STOPPED:
        return booking, False  # as a stopped clinic it has ended already, by such a report or before it
    if booking.status == given["status"] or (booking.status, given["status"]) == ("fulfilled", "arrived"):
        return booking, False
    _check_day(booking, given["at"])
    _STEPS[Attendance(given["status"])](booking, referral, given, now, by)
    return booking, True


def _arrived(booking: Booking, _referral: Referral, _given: Any, _now: datetime, by: Acting) -> None:
    _check_live(booking)
    advance(booking, "arrived", by=by.actor)
    audit.record("arrive", "booking", booking.public_id, by=by.actor, details={"proof": "system"})


def _fulfilled(booking: Booking, referral: Referral, given: Any, now: datetime, by: Acting) -> None:
    if booking.status != "arrived":
        _arrived(booking, referral, given, now, by)
    advance(booking, "fulfilled", by=by.actor)
    advance(referral, "attended", by=by.actor)
    audit.record("fulfil", "booking", booking.public_id, by=by.actor, details={"proof": "system"})


def _noshow(booking: Booking, referral: Referral, given: Any, now: datetime, by: Acting) -> None:
    if not given.get("cause"):
        raise invalid("cause", _("Say why, with one of the codes."))
    _check_live(booking)
    miss(booking, referral, cause=NoShowCause(given["cause"]), now=now, by=by)


_STEPS: Final = {Attendance.ARRIVED: _arrived, Attendance.FULFILLED: _fulfilled, Attendance.NOSHOW: _noshow}


def _booking_meant(hospital: Institution, given: Any) -> UUID:
    """By its id, or by the confirmation code shown at the hospital that day. Refuses with `invalid_input` and `not_found`."""
    if ("booking" in given) == ("code" in given):
        raise invalid("booking", _("Send either the booking's id or the confirmation code."))
    if "booking" in given:
        return UUID(str(given["booking"]))
    days = _days(hospital, given["at"].astimezone(SHANGHAI).date())
    rows = Booking.objects.filter(by_code(given["code"]).fits, institution=hospital, visit_date__range=days)
    found = list(rows.values_list("public_id", flat=True)[:2])
    if len(found) != 1:
        raise Refusal("not_found", _("No booking of this day at this hospital has this code."))
    return found[0]


def _days(hospital: Institution, day: date) -> tuple[date, date]:
    early = policy.value(parameters.ARRIVAL_EARLY_DAYS, at=day, institution=hospital)
    return day, day + timedelta(days=int(early))


def _check_at(at: datetime, now: datetime) -> None:
    """The hospital says when it was: not ahead of the clock, and within a week."""
    if at > now + SKEW:
        raise invalid("at", _("This lies in the future. Check the clock of your system."))
    if at < now - LATE:
        raise invalid("at", _("What is older than seven days is no longer changed by a program."))


def _check_day(booking: Booking, at: datetime) -> None:
    """It was so on the day of the visit, or as long before it as the hospital receives."""
    first, last = _days(booking.institution, at.astimezone(SHANGHAI).date())
    if not first <= booking.visit_date <= last:
        raise Refusal("not_today", _("The booking is for %(day)s.") % {"day": booking.visit_date.isoformat()})


def _check_live(booking: Booking) -> None:
    if booking.status == "noshow":
        raise Refusal("booking_over", _("This was reported as a no-show. A program does not take that back; call the platform's desk."))
    if booking.status not in ("booked", "arrived"):
        raise Refusal("booking_over", _("This booking does not hold any more: it was cancelled, moved or is done."))
