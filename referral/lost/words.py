"""What the journal keeps beside an act about a booking: enough to enter it again, nothing about anybody's health."""

from collections.abc import Iterable
from uuid import UUID

from permissions.identity.masking import mask_name
from referral.booking.models import Booking
from vault import journal


def declare() -> None:
    """Called once, when the app is ready."""
    journal.told("booking", bookings)


def bookings(ids: Iterable[UUID]) -> dict[UUID, dict[str, str]]:
    """Number, where and when, who booked and for whom (masked), and how it stood when this was written."""
    related = ("patient", "institution", "department", "pool_slot", "post__user")
    found = Booking.objects.filter(public_id__in=list(ids)).select_related(*related)
    return {one.public_id: _words(one) for one in found}


def _words(booking: Booking) -> dict[str, str]:
    return {
        "number": booking.number,
        "patient": mask_name(booking.patient.name),
        "patient_id": str(booking.patient.public_id),
        "hospital": booking.institution.name,
        "department": booking.department.name,
        "starts_at": booking.starts_at.isoformat(),
        "place": str(booking.pool_slot.public_id),
        "booked_by": booking.post.user.name,
        "status": booking.status,
    }
