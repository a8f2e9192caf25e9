"""Whose papers a person may print: the referring unit prints the slips of its own referrals."""

from django.db.models import QuerySet

from permissions.acting import Acting
from permissions.roles import Capability
from referral.booking.models import Booking
from referral.patients.queries import of_unit

SHOWN_WITH = (
    "referral__institution", "referral__patient__district", "institution", "department", "post__user", "post__institution",
    "pool_slot__service",
)  # fmt: skip


def papers_of(by: Acting) -> QuerySet[Booking]:
    """Bookings made by the acting post's unit, with all that stands on their slips; none for anybody else."""
    if by.post is None or not by.can(Capability.BOOK):
        return Booking.objects.none()
    return Booking.objects.filter(of_unit(by.post, "referral__institution")).select_related(*SHOWN_WITH)
