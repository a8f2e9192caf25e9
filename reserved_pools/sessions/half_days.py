"""The calendar of half-days a doctor chooses from: 余3/共5, 约满, 停诊, 未放号, 已截止, —."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Max, Min, Q, QuerySet, Sum
from django.db.models.functions import Now

from clinics import policy
from clinics.models import ClinicSession, HalfDay, SlotClass
from clinics.offers.offered import offered_on
from clinics.queries import is_partner, places_open_to
from clinics.register.naming import short_name
from clinics.register.taking_part import open_on
from permissions.acting import Acting
from reserved_pools.ahead import Ahead, ahead
from reserved_pools.models import PoolKind
from reserved_pools.parameters import PROMISE_DAYS
from reserved_pools.wanted import Wanted

SLOT = "slots__pool_slots__"
REFERRERS = Q(slots__pool_slots__kind=PoolKind.COMMUNITY_REFERRAL)
COLUMNS = (
    "date",
    "half_day",
    "status",
    "now",
    "is_partner",
    "service",
    "service__public_id",
    "service__name",
    "service__slot_class",
    "service__title",
    "service__kind",
    "service__disease",
    "service__fee",
    "service__preparation",
    "service__institution",
    "service__institution__district",
    "service__department",
    "service__institution__public_id",
    "service__institution__name",
    "service__department__public_id",
    "service__department__name",
    "service__department__standard_code",
)


class CellState(StrEnum):
    OPEN = "open"  # 余3/共5
    FULL = "full"  # 约满
    STOPPED = "stopped"  # 停诊
    NOT_OPEN = "not_open"  # 未放号
    CLOSED = "closed"  # 已截止
    NONE = "none"  # —


@dataclass(frozen=True, slots=True)
class Cell:
    """One half-day of one service."""

    date: date
    half_day: HalfDay
    state: CellState = CellState.NONE
    remaining: int = 0
    capacity: int = 0

    @property
    def is_scarce(self) -> bool:
        """The last place deserves another colour."""
        return self.state is CellState.OPEN and self.remaining == 1


@dataclass(frozen=True, slots=True)
class Row:
    """One service of one hospital with its mornings and afternoons, day by day."""

    service: UUID
    service_name: str
    slot_class: str
    title: str
    institution: UUID
    institution_name: str
    institution_short_name: str
    department: UUID
    department_name: str
    standard_code: str
    is_partner: bool
    mornings: tuple[Cell, ...]
    afternoons: tuple[Cell, ...]
    kind: str = "clinic"
    disease: str = ""
    fee: Decimal | None = None
    preparation: str = ""


@dataclass(frozen=True, slots=True)
class Calendar:
    """The days across, the services down, the last day that keeps the promise, and within how many days that is (R112)."""

    days: tuple[date, ...]
    rows: tuple[Row, ...]
    promised_until: date
    promise_days: int


def half_days(acting: Acting, wanted: Wanted, *, today: date, asked: date | None = None, held: Ahead | None = None) -> Calendar:
    """What each service open to this person has left on each half-day, her alliances' hospitals first.

    Days that a hospital or department does not let book yet are not open there (R106), unless `wanted` asks beyond. The promised
    days count from the day the referral was `asked` for, today when none is known (R112, C24). One query for the sessions
    besides the policy's, unless it is `held` already, and the right's. Raises Refusal("right_not_in_force").
    """
    days = tuple(wanted.first + timedelta(days=number) for number in range((wanted.last - wanted.first).days + 1))
    grouped: dict[Any, list[dict[str, Any]]] = {}
    for session in _sessions(acting, wanted):
        grouped.setdefault(session["service"], []).append(session)
    held, requested = held or ahead(today), asked or today
    rows = sorted((_row(sessions, days, None if wanted.beyond else held) for sessions in grouped.values()), key=_order)
    promise = held.promise_days(acting.district_id, requested)
    return Calendar(days, tuple(rows), requested + timedelta(days=promise), promise)


def promise_days(acting: Acting, at: date) -> int:
    """Within how many calendar days a referral asked for on a day is seen, along the acting person's district (R112)."""
    held = policy.values([PROMISE_DAYS], policy.Target(district=acting.district_id), at)
    return int(held[PROMISE_DAYS.key].value)  # type: ignore[arg-type]


def cell_state(
    status: str, *, now: datetime, opens: datetime | None, closes: datetime | None, still_open: int, remaining: int
) -> CellState:
    """What a half-day shows: stopped before all, then not open yet, past its cut-off, full, or open."""
    if status == "stopped":
        return CellState.STOPPED
    if opens is None or closes is None or now < opens:
        return CellState.NOT_OPEN
    if now >= closes or not still_open:
        return CellState.CLOSED
    return CellState.OPEN if remaining > 0 else CellState.FULL


def _sessions(acting: Acting, wanted: Wanted) -> QuerySet[Any, dict[str, Any]]:
    """One row a session with what its bands add up to; of two at one half-day the planned one comes last and counts."""
    scope = places_open_to(acting, institution="service__institution", department="service__department", district=wanted.district)
    rows = ClinicSession.objects.filter(wanted.sessions(), scope, open_on("service__institution__", "date"), offered_on(day="date"))
    return (
        rows.annotate(is_partner=is_partner(acting.post, "service__institution"), now=Now())
        .values(*COLUMNS, short_name=short_name("service__institution"))
        .annotate(
            opens=Min(f"{SLOT}opens_at", filter=REFERRERS),
            closes=Max(f"{SLOT}closes_at", filter=REFERRERS),
            published=Sum(f"{SLOT}published", filter=REFERRERS, default=0),
            gone=Sum(f"{SLOT}returned", filter=REFERRERS, default=0),
            taken=Sum(F(f"{SLOT}claimed") + F(f"{SLOT}held") + F(f"{SLOT}cooling"), filter=REFERRERS, default=0),
            kept=Sum(f"{SLOT}late", filter=REFERRERS & Q(**{f"{SLOT}late_opens_at__gt": Now()}), default=0),
            still_open=Count(SLOT.rstrip("_"), filter=REFERRERS & Q(**{f"{SLOT}closed_at": None})),
        )
        .order_by("date", "half_day", "-status")
    )


def _row(sessions: list[dict[str, Any]], days: tuple[date, ...], horizons: Ahead | None) -> Row:
    one = sessions[0]
    place = policy.Target(one["service__institution__district"], one["service__institution"], one["service__department"])
    last = horizons.last_day(place) if horizons else days[-1]
    cells = {(session["date"], session["half_day"]): _cell(session, last) for session in sessions}

    def halves(half: HalfDay) -> tuple[Cell, ...]:
        return tuple(cells.get((day, half), Cell(day, half)) for day in days)

    return Row(
        service=one["service__public_id"],
        service_name=one["service__name"],
        slot_class=one["service__slot_class"],
        title=one["service__title"],
        institution=one["service__institution__public_id"],
        institution_name=one["service__institution__name"],
        institution_short_name=one["short_name"],
        department=one["service__department__public_id"],
        department_name=one["service__department__name"],
        standard_code=one["service__department__standard_code"],
        is_partner=one["is_partner"],
        mornings=halves(HalfDay.MORNING),
        afternoons=halves(HalfDay.AFTERNOON),
        kind=one["service__kind"],
        disease=one["service__disease"],
        fee=one["service__fee"],
        preparation=one["service__preparation"],
    )


def _order(row: Row) -> tuple[Any, ...]:
    """Partners first, then by hospital and subject; within a department from the general clinic up to the chief's."""
    rank = SlotClass.values.index(row.slot_class)
    return not row.is_partner, row.institution_name, row.standard_code, row.department_name, rank, row.service_name


def _cell(session: dict[str, Any], last: date) -> Cell:
    capacity = session["published"] - session["gone"]
    remaining = capacity - session["taken"] - session["kept"]
    state = cell_state(
        session["status"],
        now=session["now"],
        opens=session["opens"],
        closes=session["closes"],
        still_open=session["still_open"],
        remaining=remaining,
    )
    if session["date"] > last and state in (CellState.OPEN, CellState.FULL):
        state = CellState.NOT_OPEN
    return Cell(session["date"], HalfDay(session["half_day"]), state, remaining, capacity)
