"""Which reserved places can be booked: the flat list of the interface, and the bands of one half-day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import BooleanField, Case, ExpressionWrapper, F, Q, QuerySet, Value, When, Window
from django.db.models.functions import Now, RowNumber

from clinics.offers.offered import offered_on
from clinics.queries import is_partner, places_open_to
from clinics.register.taking_part import open_on
from permissions.acting import Acting
from reserved_pools import windows
from reserved_pools.ahead import Ahead, ahead
from reserved_pools.models import PoolSlot
from reserved_pools.sessions.half_days import Calendar, Cell, CellState, Row, half_days
from reserved_pools.wanted import Wanted

__all__ = [
    "Around",
    "Calendar",
    "Cell",
    "CellState",
    "Row",
    "Wanted",
    "availability",
    "bands",
    "earliest_day",
    "half_days",
    "last_published_beyond",
    "nearest",
    "nearest_of",
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


@dataclass(frozen=True, slots=True)
class Around:
    """Which of many places are wanted: those of the days that are nearest, and of places alike the first.

    `days` says how far each day is from the one wanted; other days are left out. Of the places that share the columns of `alike`
    one is found, of the class `like` if there is one, else the earliest.
    """

    days: Mapping[date, int]
    alike: tuple[str, ...]
    like: str = ""


def availability(
    acting: Acting, wanted: Wanted, *, today: date, asked: date | None = None, offset: int = 0, limit: int = 200
) -> list[dict[str, Any]]:
    """The places this person can book now, hospitals of the post's alliances first, then by time.

    One query for the places besides the policy's and the right's. `capacity` counts what was not returned, `keeps_promise` whether
    the visit lies within the promised days after the day the referral was `asked` for, today when none is known (R112).
    Raises Refusal("right_not_in_force").
    """
    held = ahead(today)
    rows = _open_now(acting, wanted, held).order_by("-is_partner", "starts_at", "public_id")[offset : offset + limit]
    return _described(rows, asked or today, held.promise_days(acting.district_id, asked or today))


def nearest(
    acting: Acting, wanted: Wanted, around: Around, *, today: date, asked: date, among: Q, limit: int
) -> list[dict[str, Any]]:  # fmt: skip
    """The same for whoever was refused a place: the nearest days first, then partners, then time, however many bands there are.

    `among` narrows the places further.
    """
    held = ahead(today)
    return _nearest(acting, _open_now(acting, wanted, held).filter(among), around, held, asked, limit)


def nearest_of(
    acting: Acting, places: QuerySet[PoolSlot], around: Around, *, today: date, asked: date, limit: int
) -> list[dict[str, Any]]:  # fmt: skip
    """The same of the open places of one hospital, which it gives out itself."""
    rows = places.annotate(is_partner=is_partner(acting.post), capacity=F("published") - F("returned"))
    return _nearest(acting, rows, around, ahead(today), asked, limit)


def _nearest(acting: Acting, places: QuerySet[PoolSlot], around: Around, held: Ahead, asked: date, limit: int) -> list[dict[str, Any]]:
    first = (Case(When(slot_class=around.like, then=0), default=1), "starts_at", "public_id")
    turn = Window(RowNumber(), partition_by=[F(name) for name in around.alike], order_by=first)
    far = Case(*(When(visit_date=day, then=Value(days)) for day, days in around.days.items()), default=Value(0))
    rows = places.filter(visit_date__in=around.days).annotate(turn=turn, far=far).filter(turn=1)
    ordered = rows.order_by("far", "-is_partner", "starts_at", "public_id")[:limit]
    return _described(ordered, asked, held.promise_days(acting.district_id, asked))


def earliest_day(acting: Acting, wanted: Wanted, today: date) -> date | None:
    """The first day on which this person can book such a place now, at whichever hospital; two queries besides the right's."""
    return _open_now(acting, wanted, ahead(today)).order_by("starts_at").values_list("visit_date", flat=True).first()


def last_published_beyond(acting: Acting, wanted: Wanted, held: Ahead) -> date | None:
    """The last day on which such a place is published but lies beyond what its hospital lets book; one query besides the right's."""
    further = wanted.condition() & ~held.within() & Q(opens_at__lte=Now())
    rows = PoolSlot.objects.referral().filter(further, places_open_to(acting, district=wanted.district))
    return rows.order_by("-visit_date").values_list("visit_date", flat=True).first()


def _open_now(acting: Acting, wanted: Wanted, held: Ahead) -> QuerySet[PoolSlot]:
    """Open places within what each hospital lets book ahead (R106), unless days beyond it are wanted, and at this hour (R142)."""
    horizon = Q() if wanted.beyond else held.within()
    taking_part = open_on(day="visit_date") & offered_on(day="visit_date")
    reach = places_open_to(acting, district=wanted.district)
    rows = PoolSlot.objects.bookable().filter(wanted.condition(), horizon, held.serving(), reach, taking_part)
    return rows.annotate(is_partner=is_partner(acting.post), capacity=F("published") - F("returned"))


def _described(rows: QuerySet[PoolSlot], asked: date, promise: int) -> list[dict[str, Any]]:
    found = (dict(zip(COLUMNS, row, strict=True)) for row in rows.values_list(*COLUMNS.values()))
    kept = ({**row, "keeps_promise": windows.keeps_promise(asked, row["visit_date"], promise)} for row in found)
    return [{**row, "promise_days": promise} for row in kept]


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
