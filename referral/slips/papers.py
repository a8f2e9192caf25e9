"""Whose papers a person may print: the referring unit its own referrals' slips, the consulting room those of the visits it booked."""

from django.db.models import Q, QuerySet

from permissions.acting import Acting
from permissions.roles import Capability
from referral.booking.models import Booking, BookingMode
from referral.patients.queries import of_unit

SHOWN_WITH = (
    "referral__institution", "referral__patient__district", "institution", "department", "post__user", "post__institution",
    "pool_slot__service",
)  # fmt: skip


def papers_of(by: Acting) -> QuerySet[Booking]:
    """Bookings made by the acting post's unit, and those this doctor booked in her consulting room (R120); none for anybody else."""
    if by.post is None or not (by.can(Capability.BOOK) or by.can(Capability.BOOK_NEXT)):
        return Booking.objects.none()
    hers = Q(mode=BookingMode.CONSULTATION, post=by.post)
    seen = hers | of_unit(by.post, "referral__institution") if by.can(Capability.BOOK) else hers
    return Booking.objects.filter(seen).select_related(*SHOWN_WITH)
