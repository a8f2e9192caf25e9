"""Arrival at the hospital's window by code, slip or document, and taking it back within minutes (R024, R025, R123)."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from clinics import policy
from permissions.acting import Acting
from permissions.roles import Capability
from referral import parameters
from referral.booking.call_models import AbsenceCall, CallOutcome
from referral.booking.expected import HAS_COME, database_now, locked, today
from referral.booking.facts import SHANGHAI
from referral.booking.late import Lateness, check_received, lateness_of
from referral.booking.models import Booking
from referral.booking.proof import Proof
from referral.booking.queries import bookings_at
from vault import audit
from vault.refusal import Refusal
from vault.states import Event, advance

TRIES: Final = ((200, timedelta(minutes=10)), (3000, timedelta(days=1)))  # a busy window with a scanner stays far below


def arrive(booking_id: UUID, proof: Proof, *, expected_version: int, by: Acting) -> Booking:
    """Promise that the patient is registered as arrived for this booking, on its day, at this institution.

    Judged after the booking's lock, by the database's clock; a hospital may receive `arrival_early_days` before the day
    (none by default). Refuses with `not_allowed`, `not_found` (another
    institution's booking looks like none), `proof_mismatch`, `not_today` (with the right day), `too_late` where the hospital's
    late rule says so (that she came is written down all the same), `booking_over`, `stale_state` or `too_many_requests`. What the
    proof does not open tells nothing more.
    """
    _may_receive(by)
    _count_try(by)
    with transaction.atomic(durable=True):
        booking = locked(bookings_at(by), booking_id)
        _check_proof(booking, proof)
        _check_day(booking, _received_today(by))
        _check_open(booking)
        late = _lateness(booking)
        if late.is_received:
            advance(booking, "arrived", by=by.actor, reason=late.rule, expected_version=expected_version)
            audit.record("arrive", "booking", booking.public_id, by=by.actor, details=_details(proof, late))
        else:
            _note_too_late(booking, late, by)
    check_received(booking, late)
    return booking


def recognise(proof: Proof, *, by: Acting) -> list[Booking]:
    """Promise the bookings received today, at this institution, that the proof opens: one, or several of one patient.

    Refuses with `no_such_booking` when nothing here fits, and with `not_today` when it fits a booking of another day.
    Unknown codes, other institutions and other districts are told apart by nothing.
    """
    _may_receive(by)
    _count_try(by)
    rows = bookings_at(by).filter(proof.fits).exclude(status__in=("moved", "entered_in_error"))
    found = list(rows.order_by("starts_at", "pk"))
    if not found:
        raise _nothing_fits()
    days = _received_today(by)
    here_today = [booking for booking in found if days.first <= booking.visit_date <= days.last]
    if not here_today:
        _check_day(_nearest(found, days.first), days)
    return [booking for booking in here_today if booking.status != "cancelled"] or here_today


def undo_arrival(booking_id: UUID, *, expected_version: int, by: Acting) -> Booking:
    """Promise that an arrival registered by mistake is taken back: the booking is booked again.

    Refuses with `not_allowed`, `not_found`, `undo_too_late` (after arrival_undo_minutes, 10 by default) or `stale_state`.
    """
    _may_receive(by)
    with transaction.atomic(durable=True):
        booking = locked(bookings_at(by), booking_id)
        _check_still_undoable(booking, by)
        advance(booking, "booked", by=by.actor, expected_version=expected_version)
        audit.record("undo_arrival", "booking", booking.public_id, by=by.actor)
    return booking


def undo_deadlines(bookings: Iterable[Booking], *, by: Acting) -> dict[UUID, datetime]:
    """Until when each of these arrivals at the acting institution may be taken back; two queries for any number of them."""
    arrived = [booking.public_id for booking in bookings if booking.status == "arrived"]
    if not arrived or by.post is None:
        return {}
    minutes = policy.value(parameters.ARRIVAL_UNDO_MINUTES, at=today(), institution=by.post.institution)
    events = Event.objects.filter(object_id__in=arrived, target="arrived").order_by("id")
    return {event.object_id: event.at + timedelta(minutes=int(minutes)) for event in events}


def received_late(bookings: Iterable[Booking]) -> dict[UUID, str]:
    """Of those who have come late, by which of the hospital's late rules they were received; one query at most."""
    here = [booking.public_id for booking in bookings if booking.status in HAS_COME]
    events = Event.objects.filter(object_id__in=here, target="arrived").exclude(reason="").order_by("id") if here else []
    return {event.object_id: event.reason for event in events}


def _may_receive(by: Acting) -> None:
    if not by.can(Capability.RECEIVE):
        raise Refusal("not_allowed", _("Your role does not include this."))


def _count_try(by: Acting) -> None:
    """Counts one thing shown, committed at once, so that no window can be used to find out who is booked."""
    limits, spans = [limit for limit, _span in TRIES], [span for _limit, span in TRIES]
    with connection.cursor() as cursor:
        cursor.execute("SELECT vault_spend(%s, %s, %s, %s)", [str(by.user.public_id), "arrival", limits, spans])
        (allowed,) = cursor.fetchone()
    if not allowed:
        raise Refusal("too_many_requests", _("Too many codes and documents were tried here. Please wait ten minutes."), retry_after=600)


def _lateness(booking: Booking) -> Lateness:
    """By the hospital's late rule; who comes before her day is not late, and a closed booking speaks for itself."""
    return lateness_of(booking, database_now()) if booking.status == "booked" else Lateness("", 0, is_received=True)


def _note_too_late(booking: Booking, late: Lateness, by: Acting) -> None:
    """Step: she stood at the window, once noted however often she asks, so that the evening does not say she never came (R203)."""
    if AbsenceCall.objects.filter(booking=booking, outcome=CallOutcome.CAME_LATE).exists():
        return
    AbsenceCall.objects.create(booking=booking, outcome=CallOutcome.CAME_LATE, called_by=by.user)
    details = {"late_rule": late.rule, "late_minutes": late.minutes}
    audit.record("refuse_late", "booking", booking.public_id, by=by.actor, details=details)


def _details(proof: Proof, late: Lateness) -> dict[str, Any]:
    told = {"proof": str(proof.kind)}
    return told | {"late_rule": late.rule, "late_minutes": late.minutes} if late.rule else told


def _check_proof(booking: Booking, proof: Proof) -> None:
    if not Booking.objects.filter(proof.fits, pk=booking.pk).exists():
        raise Refusal("proof_mismatch", _("This code or document does not belong to this booking. Compare it with the slip."))


class _Days(NamedTuple):
    """The visit days that are received now: from today on, as far as the hospital allows."""

    first: date
    last: date


def _received_today(by: Acting) -> _Days:
    day = today()
    institution = None if by.post is None else by.post.institution
    early = policy.value(parameters.ARRIVAL_EARLY_DAYS, at=day, institution=institution)
    return _Days(day, day + timedelta(days=int(early)))


def _check_day(booking: Booking, days: _Days) -> None:
    """Refuses a day that is not received now, in a sentence that names the right one."""
    day, visit = days.first, booking.visit_date
    words = {"day": visit.isoformat(), "days": abs((visit - day).days)}
    current = {"booking": str(booking.public_id), "visit_date": visit.isoformat()}
    if visit > days.last:
        sentence = ngettext_lazy(
            "The booking is for %(day)s, in %(days)d day. Please come then.",
            "The booking is for %(day)s, in %(days)d days. Please come then.",
            "days",
        )
        raise Refusal("not_today", sentence % words, current=current)
    if visit < day:
        over = _("The booking was for %(day)s. It can no longer be used; the referring doctor can book again.")
        raise Refusal("not_today", over % words, current=current)


def _check_open(booking: Booking) -> None:
    if booking.status == "cancelled":
        raise Refusal("booking_over", _("This booking was cancelled. The referring doctor can book again."))
    if booking.status in ("arrived", "fulfilled"):
        raise Refusal("booking_over", _("This patient has already been received."))
    if booking.status == "noshow":
        raise Refusal("booking_over", _("This visit was reported as not attended. Take that report back first, then receive the patient."))
    if booking.status == "moved":
        raise Refusal("booking_over", _("This booking was moved to another time. Look for the new one."))


def _check_still_undoable(booking: Booking, by: Acting) -> None:
    """Refuses an arrival too old to be a slip of the hand; what is no arrival at all is for `advance` to refuse."""
    until = undo_deadlines([booking], by=by).get(booking.public_id)
    if until is not None and database_now() >= until:
        at = until.astimezone(SHANGHAI).strftime("%H:%M")
        raise Refusal("undo_too_late", _("The arrival could be undone until %(at)s.") % {"at": at})


def _nearest(found: list[Booking], day: date) -> Booking:
    """The next of these bookings, or the last one when all are over."""
    in_order = sorted(found, key=lambda booking: booking.visit_date)
    return next((one for one in in_order if one.visit_date > day), in_order[-1])


def _nothing_fits() -> Refusal:
    return Refusal(
        "no_such_booking",
        _("No booking at this hospital fits this code or document. Compare it with the slip; it may be for another hospital."),
    )
