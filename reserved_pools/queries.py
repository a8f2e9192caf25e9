"""Which reserved places can be booked: the flat list of the interface, and the bands of one half-day."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import BooleanField, ExpressionWrapper, F, Q, QuerySet
from django.db.models.functions import Now

from clinics.offers.offered import offered_on
from clinics.queries import is_partner, places_open_to
from clinics.register.taking_part import open_on
from permissions.acting import Acting
from reserved_pools import windows
from reserved_pools.models import PoolSlot
from reserved_pools.sessions.half_days import Calendar, Cell, CellState, Row, half_days, promise_days
from reserved_pools.wanted import Wanted

__all__ = [
    "Calendar",
    "Cell",
    "CellState",
    "Row",
    "Wanted",
    "availability",
    "bands",
    "earliest_day",
    "half_days",
    "pool_slot_open_to",
]

COLUMNS: Mapping[str, str] = {
    "id": "public_id",
    "institution": "institution__public_id",
    "institution_name": "institution__name",
    "institution_short_name": "institution__short_name",
    "is_partner": "is_partner",
    "department": "department__public_id",
    "department_name": "department__name",
    "standard_code": "standard_code",
    "service": "service__public_id",
    "service_name": "service__name",
    "slot_class": "slot_class",
    "title": "service__title",
    "kind": "service__kind",
    "disease": "service__disease",
    "fee": "service__fee",
    "preparation": "service__preparation",
    "visit_date": "visit_date",
    "starts_at": "starts_at",
    "ends_at": "ends_at",
    "closes_at": "closes_at",
    "capacity": "capacity",
    "remaining": "remaining",
}


def availability(acting: Acting, wanted: Wanted, *, today: date, offset: int = 0, limit: int = 200) -> list[dict[str, Any]]:
    """The places this person can book now, hospitals of the post's alliances first, then by time.

    One query for the places besides the policy's and the right's. `capacity` counts what was not returned,
    `keeps_promise` whether the visit lies within the promised days (R112). Raises Refusal("right_not_in_force").
    """
    rows = _open_now(acting, wanted).annotate(is_partner=is_partner(acting.post), capacity=F("published") - F("returned"))
    ordered = rows.order_by("-is_partner", "starts_at", "public_id")[offset : offset + limit]
    promise = promise_days(acting, today)
    found = (dict(zip(COLUMNS, row, strict=True)) for row in ordered.values_list(*COLUMNS.values()))
    return [{**row, "keeps_promise": windows.keeps_promise(today, row["visit_date"], promise)} for row in found]


def earliest_day(acting: Acting, wanted: Wanted) -> date | None:
    """The first day on which this person can book such a place now, at whichever hospital; one query besides the right's."""
    return _open_now(acting, wanted).order_by("starts_at").values_list("visit_date", flat=True).first()


def _open_now(acting: Acting, wanted: Wanted) -> QuerySet[PoolSlot]:
    return PoolSlot.objects.bookable().filter(
        wanted.condition(), places_open_to(acting, district=wanted.district), open_on(day="visit_date"), offered_on(day="visit_date")
    )


def bands(acting: Acting, service: UUID, visit_date: date, half_day: str) -> QuerySet[PoolSlot]:
    """The bands of one half-day of a service for the side panel, full and closed ones included, in order of time.

    Each carries `remaining`, `capacity` and `open_now`, judged by the database clock.
    """
    open_now = Q(opens_at__lte=Now(), closes_at__gt=Now(), closed_at=None)
    rows = PoolSlot.objects.with_remaining().annotate(
        capacity=F("published") - F("returned"), open_now=ExpressionWrapper(open_now, BooleanField())
    )
    return (
        rows.referral()
        .filter(
            places_open_to(acting),
            open_on(day=visit_date),
            offered_on(day=visit_date),
            service__public_id=service,
            visit_date=visit_date,
            slot__session__half_day=half_day,
            slot__session__status="planned",
        )
        .select_related("institution", "department", "service", "slot__session__practitioner")
        .order_by("starts_at")
    )


def pool_slot_open_to(acting: Acting, public_id: UUID) -> PoolSlot | None:
    """One place with its hospital, if this person may see it."""
    rows = PoolSlot.objects.referral().with_remaining().annotate(now=Now()).filter(places_open_to(acting), public_id=public_id)
    return rows.select_related("institution", "department", "service").first()
