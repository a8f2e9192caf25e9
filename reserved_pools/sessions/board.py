"""The week of a hospital: its departments by days, each session with its numbers, the shares with their floors, what is short."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from clinics.models import ClinicSession, Department, Institution, Practitioner, Slot
from reserved_pools.balance.compliance import WeekOf, shares_of
from reserved_pools.models import PoolKind, PoolSlot

DAYS = 7
COLUMNS = (
    "public_id", "date", "half_day", "starts_at", "ends_at", "status", "is_uncapped", "capacity", "service__name", "service__kind",
    "service__slot_class", "service__title", "service__department_id",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Session:
    """One session of the board with its places: all, for referrers, booked of these, blocked bands, bookings to be moved."""

    public_id: UUID
    date: date
    half_day: str
    starts_at: Any
    ends_at: Any
    slot_class: str
    title: str
    service: str
    kind: str
    department: int
    is_stopped: bool
    is_uncapped: bool
    capacity: int
    reserved: int
    booked: int
    returned: int
    direct: int
    blocked: int
    practitioner: str

    @property
    def window(self) -> int:
        """What is left to the hospital's own window."""
        return max(0, self.capacity - self.reserved - self.direct)


@dataclass(frozen=True, slots=True)
class Row:
    """One department: its week of days, and what compliance says of it."""

    department: Department
    days: tuple[tuple[Session, ...], ...]
    week: WeekOf


@dataclass(frozen=True, slots=True)
class Board:
    """Seven days from a Monday on."""

    institution: Institution
    days: tuple[date, ...]
    rows: tuple[Row, ...]

    @property
    def sessions(self) -> list[Session]:
        """All of them, in the order of the board."""
        return [session for row in self.rows for day in row.days for session in day]


def board(institution: Institution, monday: date, *, department: UUID | None = None, slot_class: str = "") -> Board:
    """The week of a hospital; departments without a session this week are left out, those that fall short come first.

    Seven queries, whatever the size.
    """
    days = tuple(monday + timedelta(days=number) for number in range(DAYS))
    held: dict[int, list[Session]] = {}
    for session in _sessions(institution, days, department, slot_class):
        held.setdefault(session.department, []).append(session)
    shares = shares_of(institution, days[0], days[-1])
    departments = Department.objects.filter(pk__in=held).order_by("standard_code", "name")
    rows = [_row(one, days, held[one.pk], shares.get(one.pk, WeekOf())) for one in departments]
    return Board(institution, days, tuple(sorted(rows, key=lambda row: not row.week.short)))


def monday_of(day: date) -> date:
    """The Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def _row(department: Department, days: Iterable[date], sessions: list[Session], week: WeekOf) -> Row:
    return Row(department, tuple(tuple(one for one in sessions if one.date == day) for day in days), week)


def _sessions(institution: Institution, days: tuple[date, ...], department: UUID | None, slot_class: str) -> Iterable[Session]:
    """Every session with its sums, in one query; each sum is a subquery, so that bands and parts do not multiply each other."""
    found = ClinicSession.objects.filter(service__institution=institution, date__range=(days[0], days[-1]))
    if department is not None:
        found = found.filter(service__department__public_id=department)
    if slot_class:
        found = found.filter(service__slot_class=slot_class)
    rows = found.annotate(
        blocked=_of_slots(Q(is_blocked=True)),
        reserved=_of_parts("published", Q(kind=PoolKind.COMMUNITY_REFERRAL)),
        booked=_of_parts(F("claimed") + F("held"), Q(kind=PoolKind.COMMUNITY_REFERRAL)),
        returned=_of_parts("returned", Q(kind=PoolKind.COMMUNITY_REFERRAL)),
        direct=_of_parts("published", Q(kind=PoolKind.RESIDENT_DIRECT)),
        doctor=Subquery(Practitioner.objects.filter(pk=OuterRef("practitioner")).values("name")),
    )
    columns = (*COLUMNS, "reserved", "booked", "returned", "direct", "blocked", "doctor")
    return [_session(row) for row in rows.order_by("date", "half_day", "service__slot_class", "pk").values(*columns)]


def _session(row: dict[str, Any]) -> Session:
    return Session(
        row["public_id"], row["date"], row["half_day"], row["starts_at"], row["ends_at"], row["service__slot_class"], row["service__title"],
        row["service__name"], row["service__kind"], row["service__department_id"], row["status"] == "stopped", row["is_uncapped"],
        row["capacity"], row["reserved"], row["booked"], row["returned"], row["direct"], row["blocked"], row["doctor"] or "",
    )  # fmt: skip


def _of_slots(condition: Q) -> Coalesce:
    sums = Slot.objects.filter(condition, session=OuterRef("pk")).order_by().values("session").annotate(sum=Sum("capacity"))
    return Coalesce(Subquery(sums.values("sum")), 0)


def _of_parts(what: Any, condition: Q) -> Coalesce:
    parts: QuerySet[PoolSlot] = PoolSlot.objects.filter(condition, slot__session=OuterRef("pk"))
    return Coalesce(Subquery(parts.order_by().values("slot__session").annotate(sum=Sum(what)).values("sum")), 0)
