"""Calls those who did not arrive by the end of their band, and closes the day: proposes what became of each visit (R192, R134)."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Prefetch, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from clinics import policy
from clinics.models import Institution
from permissions.acting import Acting
from permissions.roles import Capability
from referral import parameters as p
from referral.booking.call_models import SAID, AbsenceCall, CallOutcome
from referral.booking.expected import NOTHING_HERE, database_now, locked
from referral.booking.facts import SHANGHAI
from referral.booking.models import Booking
from referral.booking.noshow import NoShowCause, miss, report_noshow
from referral.booking.queries import bookings_at
from referral.booking.stopped import lock_place
from referral.cases.models import Referral
from referral.credit.record import locked_patient
from vault import audit
from vault.faults import Faults
from vault.refusal import Refusal, invalid

LONGEST_NOTE: Final = 200
MOST_AT_ONCE: Final = 200


def absent_at(by: Acting, now: datetime) -> QuerySet[Booking]:
    """The bookings of the acting hospital whose band is over and of which nobody knows yet, the oldest first, with their calls."""
    if not by.can(Capability.CALL_ABSENT):
        return Booking.objects.none()
    calls = Prefetch("absence_calls", AbsenceCall.objects.select_related("called_by").order_by("pk"))
    return bookings_at(by).filter(status="booked", ends_at__lte=now).prefetch_related(calls).order_by("ends_at", "pk")


def unseen_at(by: Acting, now: datetime) -> QuerySet[Booking]:
    """Who came to the acting hospital, whose time is over, and of whom no doctor said that she was seen; the oldest first."""
    if not by.can(Capability.CALL_ABSENT):
        return Booking.objects.none()
    return bookings_at(by).filter(status="arrived", ends_at__lte=now).order_by("ends_at", "pk")


def missed_on(by: Acting, day: date) -> QuerySet[Booking]:
    """The visits of a day that were reported as not attended."""
    if not by.can(Capability.CALL_ABSENT):
        return Booking.objects.none()
    return bookings_at(by).filter(status="noshow", visit_date=day).order_by("starts_at", "pk")


def record_call(booking_id: UUID, outcome: str, *, note: str = "", by: Acting) -> AbsenceCall:
    """Use case: somebody of the hospital called and this came of it; the booking stays as it is.

    Refuses with `not_allowed`, `not_found`, `invalid_input` (who will not come has a reason), `too_early` while the band is not
    over, and `booking_over` when she came meanwhile.
    """
    if not by.can(Capability.CALL_ABSENT):
        raise Refusal("not_allowed", _("Your role does not include this."))
    words = _checked(outcome, note)
    with transaction.atomic(durable=True):
        booking = locked(bookings_at(by), booking_id)
        if booking.status != "booked":
            raise Refusal("booking_over", _("Nothing is left to call about: the patient came, or it was reported already."))
        if database_now() < booking.ends_at:
            raise Refusal("too_early", _("The time of this booking is not over yet."))
        call = AbsenceCall.objects.create(booking=booking, outcome=outcome, note=words, called_by=by.user)
        audit.record("call_absent", "booking", booking.public_id, by=by.actor, reason=outcome)
    return call


def confirm_proposed(booking_ids: Sequence[UUID], *, by: Acting) -> tuple[list[UUID], list[tuple[UUID, Refusal]]]:
    """Use cases one after the other: what the evening proposed, confirmed by a person; a refused one stays and says why.

    Refuses with `not_found`, before any of them, a booking that is not of the acting hospital.
    """
    if bookings_at(by).filter(public_id__in=booking_ids).count() < len(set(booking_ids)):
        raise Refusal("not_found", NOTHING_HERE)
    done: list[UUID] = []
    refused: list[tuple[UUID, Refusal]] = []
    for booking in absent_at(by, database_now()).filter(public_id__in=booking_ids[:MOST_AT_ONCE]):
        try:
            report_noshow(booking.public_id, proposed_cause(booking.absence_calls.all()), expected_version=booking.version, by=by)
            done.append(booking.public_id)
        except Refusal as refusal:
            refused.append((booking.public_id, refusal))
    return done, refused


def close_day(now: datetime) -> int:
    """Promise that at hospitals whose rule says so every visit nobody reported by the evening is recorded with its proposed cause.

    Elsewhere the worklist proposes and people decide. One transaction a visit; answers how many were recorded.
    """
    day = now.astimezone(SHANGHAI).date()
    rows = Booking.objects.filter(status="booked", visit_date__lte=day, ends_at__lte=now)
    hospitals = [one for one in Institution.objects.filter(pk__in=rows.values("institution")) if _closes_by_itself(one, day)]
    return sum(_close(key) for key in list(rows.filter(institution__in=hospitals).order_by("pk").values_list("pk", flat=True)))


def proposed_cause(calls: Iterable[AbsenceCall], *, is_stopped: bool = False) -> NoShowCause:
    """What is known: a stopped clinic before all else (R126); come too late when she stood at the window, called off when she said so
    herself, else without a word. Pure.

    Whether that is a missed visit the hospital's late rule says (C21): only `no_show` (R171); void (R192, R203) and after the hour
    (R167) leave her the ordinary queue or another booking and count against nobody.
    """
    if is_stopped:
        return NoShowCause.HOSPITAL_STOP
    said = [call.outcome for call in calls]
    if CallOutcome.CAME_LATE in said:
        return NoShowCause.CAME_LATE
    if CallOutcome.WILL_NOT_COME in said or CallOutcome.REBOOK in said:
        return NoShowCause.CALLED_OFF
    return NoShowCause.NO_WORD


def _closes_by_itself(hospital: Institution, day: date) -> bool:
    return bool(policy.value(p.NO_SHOW_CLOSING, at=day, institution=hospital) == "record")


@transaction.atomic(durable=True)
def _close(key: int) -> bool:
    """Use case: one visit, unless somebody was faster."""
    seen = Booking.objects.get(pk=key)
    patient = locked_patient(seen.patient_id)
    lock_place(Q(pk=key))
    related = ("institution", "owner")
    referral = Referral.objects.select_for_update(of=("self",), no_key=True).select_related(*related).get(pk=seen.referral_id)
    rows = Booking.objects.select_for_update(of=("self",), no_key=True).select_related("institution", "department")
    booking = rows.get(pk=key)
    if booking.status != "booked":
        return False
    booking.patient = patient
    miss(booking, referral, cause=proposed_cause(booking.absence_calls.all()), now=database_now(), by=None)
    return True


def _checked(outcome: str, note: str) -> str:
    faults, words = Faults(), note.strip()
    if outcome not in SAID:
        faults.add(invalid("outcome", _("Choose what came of the call.")))
    if outcome == CallOutcome.WILL_NOT_COME and not words:
        faults.add(invalid("note", _("Write the reason that was given.")))
    if len(words) > LONGEST_NOTE:
        faults.add(invalid("note", _("Write at most %(most)d characters.") % {"most": LONGEST_NOTE}))
    faults.tell()
    return words
