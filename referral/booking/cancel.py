"""Takes a booking back in time: the place cools, the referral may be booked again, the resident is told."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from permissions.acting import Acting
from permissions.models import ReferralRight
from permissions.roles import Capability
from referral.booking import articles, rules, sentences
from referral.booking.expected import database_now
from referral.booking.messages import CANCELLED, told_of_cancelling
from referral.booking.models import Booking, CancelCause
from referral.booking.remind import appointment_of
from referral.cases.models import Referral
from referral.patients.models import Patient
from referral.patients.queries import of_unit
from reserved_pools import claims
from reserved_pools.models import PoolSlot
from vault.actor import Actor, ActorKind
from vault.audit import record
from vault.outbox.put import put
from vault.refusal import Refusal
from vault.states import advance
from vault.transactions import requires_transaction


def cancel_by_referrer(booking_id: UUID, *, expected_version: int, reason: str, by: Acting) -> Booking:
    """Promise that the booking is cancelled by a doctor of the unit that made it (R058), before its own cut-off.

    Locks the acting right, the patient, the place, the referral, the booking. Refuses with `not_allowed`,
    `right_not_in_force`, `not_found`, `stale_state`, and `past_cutoff` from the very instant of `cancel_until` (R022).
    """
    if by.post is None or not by.can(Capability.CANCEL_BOOKING):
        raise Refusal("not_allowed", _("Your role does not include this."))
    with transaction.atomic(durable=True):
        _locked_right(by)
        seen = Booking.objects.filter(of_unit(by.post, "referral__institution"), public_id=booking_id).first()
        if seen is None:
            raise Refusal("not_found", _("There is nothing here that you may see."))
        return _cancelled(_locked(seen), CancelCause.BY_REFERRER, by.actor, reason, expected_version)


def cancel_by_resident(booking: Booking, *, expected_version: int | None = None) -> Booking:
    """Promise that the resident's own booking, recognised by number and code, is cancelled before its cut-off (R020).

    Refuses with `stale_state` and `past_cutoff`. Who asks is the door's matter: it has seen number and code.
    """
    with transaction.atomic(durable=True):
        held = _locked(booking)
        actor = Actor(ActorKind.PATIENT, held.patient.public_id)
        return _cancelled(held, CancelCause.BY_RESIDENT, actor, "", expected_version)


def _locked_right(by: Acting) -> None:
    """Step: the acting right, locked first and in force by the database clock."""
    post: Any = by.post
    right = ReferralRight.objects.locked().filter(pk=post.right_id).first()
    if right is None or not ReferralRight.objects.in_force().filter(pk=right.pk).exists():
        raise sentences.refusal_of((rules.violation_of(articles.RIGHT, "right_not_in_force"),))


def _locked(seen: Booking) -> Booking:
    """Step: everything a cancellation touches, locked in the house's order; the booking as it is now."""
    requires_transaction()
    Patient.objects.select_for_update(no_key=True).get(pk=seen.patient_id)
    PoolSlot.objects.select_for_update(no_key=True).get(pk=seen.pool_slot_id)
    Referral.objects.select_for_update(no_key=True).get(pk=seen.referral_id)
    rows = Booking.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("patient", "referral", "institution", "department", "referral__institution").get(pk=seen.pk)


def _cancelled(booking: Booking, cause: CancelCause, actor: Actor, reason: str, expected_version: int | None) -> Booking:
    """Step: the cancellation itself, once the rows are held."""
    still_booked = booking.STATES.find(booking.status, "cancelled") is not None
    if still_booked and database_now() >= booking.cancel_until:
        raise sentences.refusal_of((rules.violation_of(articles.CANCEL, "past_cutoff"),))
    advance(booking, "cancelled", by=actor, reason=reason, expected_version=expected_version, cancel_cause=cause)
    claims.give_back(booking.pool_slot_id, about=booking.public_id)
    advance(booking.referral, "draft", by=actor, reason=reason)
    put(CANCELLED.key, booking.patient.phone, told_of_cancelling(appointment_of(booking)), about=booking.public_id, version=booking.version)
    record("booking.cancel", "booking", booking.public_id, by=actor, reason=reason, details={"cause": cause.value})
    return booking
