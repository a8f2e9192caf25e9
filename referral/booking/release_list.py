"""The bookings ahead at a hospital, for the coordinator who may release one: found by number, by department, by day."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet

from clinics.models import Department
from permissions.acting import Acting
from permissions.identity.folding import fold
from referral.booking.cancel import bookings_released_by
from referral.booking.expected import today
from referral.booking.models import Booking


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody looks for; empty means any."""

    number: str = ""
    department: str = ""
    day: date | None = None


def to_release(by: Acting, asked: Asked) -> "QuerySet[Booking]":
    """The live bookings from today on, the nearest first; a number finds them by its beginning or its last four."""
    rows = bookings_released_by(by).filter(status="booked", visit_date__gte=today())
    digits = fold(asked.number)
    if digits:
        rows = rows.filter(Q(number__startswith=digits) | Q(number__endswith=digits))
    if asked.department:
        rows = rows.filter(department__public_id=UUID(asked.department))
    if asked.day:
        rows = rows.filter(visit_date=asked.day)
    return rows.order_by("starts_at", "pk")


def departments_of(by: Acting) -> list[tuple[str, str]]:
    """The departments of the acting hospital, as a filter offers them."""
    assert by.post is not None
    rows = Department.objects.filter(institution_id=by.post.institution_id).order_by("standard_code", "name")
    return [(str(one.public_id), one.name) for one in rows]
