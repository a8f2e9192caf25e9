"""The receiving doctor has seen the patient: the booking is fulfilled and the referral attended (R168)."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from permissions.acting import Acting
from permissions.roles import Capability
from referral.booking.expected import NOTHING_HERE, locked, visits_of
from referral.booking.models import Booking
from referral.cases.models import Referral
from vault import audit
from vault.refusal import Refusal
from vault.states import advance


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


def _referral_of(booking_id: UUID, by: Acting) -> int:
    """The referral to lock first, learned from an unlocked read."""
    found = visits_of(by).filter(public_id=booking_id).values_list("referral_id", flat=True).first()
    if found is None:
        raise Refusal("not_found", NOTHING_HERE)
    return found
