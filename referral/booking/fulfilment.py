"""The receiving doctor has seen the patient: the booking is fulfilled and the referral attended (R168)."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from permissions.acting import Acting
from permissions.roles import Capability
from referral.booking.cancel import stale
from referral.booking.corrections import minutes_of, too_late_to_undo
from referral.booking.expected import NOTHING_HERE, database_now, locked, visits_of
from referral.booking.models import Booking
from referral.cases.models import Referral
from vault import audit
from vault.refusal import Refusal
from vault.states import Event, advance


def fulfil(booking_id: UUID, *, expected_version: int, by: Acting) -> Booking:
    """Promise that the visit took place: booking arrived → fulfilled and its referral → attended, both or neither.

    Locks the referral, then the booking. Refuses with `not_allowed`, `not_found` or `stale_state`.
    """
    if not by.can(Capability.RECORD_VISIT):
        raise Refusal("not_allowed", _("Your role does not include this."))
    with transaction.atomic(durable=True):
        referral = Referral.objects.select_for_update(no_key=True).get(pk=_referral_of(booking_id, by))
        booking = locked(visits_of(by), booking_id)
        booking.referral = referral
        advance(booking, "fulfilled", by=by.actor, expected_version=expected_version)
        advance(referral, "attended", by=by.actor)
        audit.record("fulfil", "booking", booking.public_id, by=by.actor)
    return booking


def undo_fulfilment(booking_id: UUID, *, expected_version: int, by: Acting) -> Booking:
    """Promise that a visit recorded by mistake is not: booking fulfilled → arrived, its referral as it was before.

    Only who recorded it, within `arrival_undo_minutes`, and before anything was built on it. Refuses with `not_allowed`,
    `not_found`, `undo_too_late`, `stale_state` (the report is written), and `visit_led_on` (another visit was booked from it).
    """
    if not by.can(Capability.RECORD_VISIT):
        raise Refusal("not_allowed", _("Your role does not include this."))
    with transaction.atomic(durable=True):
        referral = Referral.objects.select_for_update(no_key=True).get(pk=_referral_of(booking_id, by))
        booking = locked(visits_of(by), booking_id)
        _check_undoable(booking, referral, by)
        before = Event.objects.filter(object_id=referral.public_id, target="attended").order_by("-id").first()
        advance(booking, "arrived", by=by.actor, expected_version=expected_version)
        advance(referral, before.source if before else "booked", by=by.actor)
        audit.record("undo_fulfil", "booking", booking.public_id, by=by.actor)
    booking.referral = referral
    return booking


def fulfilment_undo_until(booking: Booking, by: Acting) -> datetime | None:
    """Until when this person may take back that she recorded the visit; None when she did not, or it went further."""
    if booking.status != "fulfilled" or booking.referral.status != "attended":
        return None
    last = Event.objects.filter(object_id=booking.public_id, target="fulfilled").order_by("-id").first()
    return last.at + minutes_of(booking) if last is not None and last.actor_id == by.user.public_id else None


def _check_undoable(booking: Booking, referral: Referral, by: Acting) -> None:
    booking.referral = referral
    if booking.status != "fulfilled" or referral.status != "attended":
        raise stale(booking)
    until = fulfilment_undo_until(booking, by)
    if until is None:
        raise Refusal("not_allowed", _("Only the person who recorded the visit takes it back."))
    if database_now() >= until:
        raise too_late_to_undo(until)
    if referral.followed_by.exclude(status="cancelled").exists():
        raise Refusal("visit_led_on", _("Another visit was booked from this one. Cancel that booking first."))


def _referral_of(booking_id: UUID, by: Acting) -> int:
    """The referral to lock first, learned from an unlocked read."""
    found = visits_of(by).filter(public_id=booking_id).values_list("referral_id", flat=True).first()
    if found is None:
        raise Refusal("not_found", NOTHING_HERE)
    return found
