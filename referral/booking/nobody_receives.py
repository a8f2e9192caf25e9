"""Bookings nobody can keep any more, because their hospital has left by the day of the visit: the system cancels them in time."""

from uuid import UUID

from django.db.models import F

from referral.booking.cancel import cancel_by_system
from referral.booking.expected import today
from referral.booking.models import Booking, CancelReason


def homeless() -> list[UUID]:
    """The live bookings whose hospital takes no part any more on their day; one that is only suspended may come back."""
    rows = Booking.objects.filter(status="booked", visit_date__gte=today(), institution__active_to__lte=F("visit_date"))
    return list(rows.order_by("pk").values_list("public_id", flat=True))


def cancel_homeless() -> int:
    """Use case: each of them is cancelled in a transaction of its own, resident and doctor told; answers how many."""
    return sum(cancel_by_system(booking, reason=CancelReason.NOT_HERE.value) is not None for booking in homeless())
