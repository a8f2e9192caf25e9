"""What is left for tomorrow before booking closes, by department."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Max, Min, Sum
from django.utils import timezone

from clinics.queries import places_open_to
from clinics.register.taking_part import open_on
from permissions.acting import Acting
from reserved_pools.models import REMAINING, PoolSlot

SHOWN = 6


@dataclass(frozen=True, slots=True)
class Tomorrow:
    """The day, the moment booking for it closes, and the subjects with most places first."""

    day: date
    closes_at: datetime
    departments: list[dict[str, Any]]


def places_tomorrow(acting: Acting, today: date) -> Tomorrow | None:
    """Tomorrow's reserved places within reach, while they can still be booked (R107); None without any."""
    day = today + timedelta(days=1)
    rows = PoolSlot.objects.filter(places_open_to(acting), open_on(day=day), visit_date=day, closed_at=None)
    found: list[Any] = list(
        rows.filter(slot__session__status="planned")
        .values("standard_code")
        .annotate(name=Min("department__name"), remaining=Sum(REMAINING), closes_at=Max("closes_at"))
        .order_by("-remaining", "standard_code")
    )
    closes_at = max((row["closes_at"] for row in found), default=None)
    if closes_at is None or closes_at <= timezone.now():
        return None
    return Tomorrow(day, closes_at, found[:SHOWN])
