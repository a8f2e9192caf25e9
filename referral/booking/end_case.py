"""Ends a referral that is not needed any more: a draft, or one with a booking that is cancelled in the same breath (R058)."""

from uuid import UUID

from permissions.acting import Acting
from referral.booking.cancel import cancel_by_referrer
from referral.booking.models import Booking
from referral.booking.why import OF_DOCTORS, why_said
from referral.cases.models import Referral
from referral.cases.queries import referral_of
from referral.cases.write import cancel_draft


def cancel_referral(referral_id: UUID, *, expected_version: int, reason: str = "", note: str = "", by: Acting) -> Referral:
    """Promise that the referral is over, and with it the visit it was booked for; its encounter may lead to another.

    `reason` is a code of the doctors' list, or free words (R151). Refuses as `cancel_by_referrer` and `cancel_draft` do. A cancelled
    referral is not opened again: it is written anew, but for some minutes its booking can be taken back with it.
    """
    said = why_said(reason, note, OF_DOCTORS)
    referral = referral_of(by, referral_id)
    booking = Booking.objects.filter(referral=referral, status="booked").order_by("-pk").first()
    if booking is None:
        return cancel_draft(referral_id, expected_version=expected_version, reason=said.said, by=by)
    cancelled = cancel_by_referrer(
        booking.public_id, expected_version=booking.version, reason=said.code.value, note=said.note, ends_case=True, by=by,
        referral_version=expected_version,
    )  # fmt: skip
    return referral_of(by, cancelled.referral.public_id)
