"""What the regulation asks of a week of clinics and what was put out: shares, floors and verdicts; pure arithmetic."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields, replace
from datetime import date
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Any

ZERO = Decimal(0)
EXACT = frozenset({"base", "bookable_due", "reserved_due", "expert_due"})


class Verdict(StrEnum):
    """What is wrong with a week, the gravest first."""

    RESERVED_SHORT = "reserved_short"
    EXPERT_SHORT = "expert_short"
    BOOKABLE_SHORT = "bookable_short"
    FINE = "fine"
    EMPTY = "empty"  # no clinic was put on the timetable


VERDICT_CHOICES = [(one.value, one.value) for one in Verdict]


@dataclass(frozen=True, slots=True)
class Floors:
    """What the regulation asks on one day of one department; shares are fractions."""

    bookable_share: Decimal
    reserved_share: Decimal
    expert_share: Decimal
    base_is_all: bool = False
    exempt_classes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class DayOf:
    """One class of one department's day as it was counted; `stopped` are sessions, the rest places of sessions that take place."""

    institution: int
    department: int
    date: date
    slot_class: str
    is_expert: bool
    all_places: int = 0
    offered: int = 0
    direct: int = 0
    booked: int = 0
    returned: int = 0
    given: int = 0
    stopped: int = 0


@dataclass(frozen=True, slots=True)
class WeekOf:
    """A week of a department, or any sum of such weeks: what was due and what was put out (R040, R082-R084, R088).

    `base` is what the reserved share is a share of; `promised` the reserved places the floor asks for, rounded up for each
    department's week; the three `…_due` are the same before rounding, so that a share exactly at its floor is never short.
    """

    all_places: int = 0
    bookable: int = 0
    base: Decimal = ZERO
    promised: int = 0
    offered: int = 0
    booked: int = 0
    returned: int = 0
    expert: int = 0
    expert_all: int = 0
    direct: int = 0
    given: int = 0
    stopped: int = 0
    kept: int = 0  # offered, of each department's week no more than was promised
    short: int = 0  # departments' weeks below a floor
    bookable_due: Decimal = ZERO
    reserved_due: Decimal = ZERO
    expert_due: Decimal = ZERO

    @property
    def window(self) -> int:
        """What is left to the hospital's own window, or was given to it before the cut-off (R084)."""
        return self.all_places - self.bookable + self.given

    @property
    def reserved_share(self) -> Decimal | None:
        return _share(self.offered, self.base)

    @property
    def expert_share(self) -> Decimal | None:
        return _share(self.expert, self.offered)

    @property
    def bookable_share(self) -> Decimal | None:
        return _share(self.bookable, self.all_places)

    @property
    def reserved_floor(self) -> Decimal | None:
        return _share(self.reserved_due, self.base)

    @property
    def expert_floor(self) -> Decimal | None:
        return _share(self.expert_due, self.offered)

    @property
    def of_workload(self) -> Decimal | None:
        """The reserved part of the experts' own places, which the city wants at about a third (R160)."""
        return _share(self.expert, self.expert_all)

    @property
    def fulfilment(self) -> Decimal | None:
        """What was put out of what was promised, no week counting for more than its promise (R087)."""
        return _share(self.kept, self.promised)

    @property
    def used(self) -> Decimal | None:
        """The part of the offered places that was booked."""
        return _share(self.booked, self.offered)

    @property
    def missing(self) -> int:
        """How many reserved places the floor still asks for."""
        return max(0, up(self.reserved_due) - self.offered)

    @property
    def missing_experts(self) -> int:
        """How many of them must be experts'."""
        return max(0, up(self.expert_due) - self.expert)

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        """Everything that is short, the gravest first; FINE or EMPTY alone.

        A department without any expert clinic in its week is not blamed for it; a hospital's week counts all its departments.
        """
        if not self.all_places:
            return (Verdict.EMPTY,)
        wrong = (
            (Verdict.RESERVED_SHORT, self.offered < self.reserved_due),
            (Verdict.EXPERT_SHORT, self.expert_all > 0 and self.expert < self.expert_due),
            (Verdict.BOOKABLE_SHORT, self.bookable < self.bookable_due),
        )
        return tuple(verdict for verdict, holds in wrong if holds) or (Verdict.FINE,)

    @property
    def is_short(self) -> bool:
        return self.verdicts[0] not in (Verdict.FINE, Verdict.EMPTY)


def week_of(days: Iterable[DayOf], floors: Callable[[DayOf], Floors]) -> WeekOf:
    """One department's week from its days, each judged by the floors of its own date.

    The base of a day is what may be booked of it: the share the regulation asks for, or what was put out when that is more; the
    whole of it where the policy says so. Places given to the hospital before the cut-off were put out, so that giving lowers the
    share and never the base. Exempt classes keep no places and count in the bookable share only. Stopped sessions are
    counted and nothing of them is.
    """
    held: dict[date, list[DayOf]] = {}
    for day in days:
        held.setdefault(day.date, []).append(day)
    whole = total(_day(rows, floors(rows[0])) for rows in held.values())
    promised = up(whole.reserved_due)
    week = replace(whole, promised=promised, kept=min(promised, whole.offered))
    return replace(week, short=int(week.is_short))


def total(weeks: Iterable[WeekOf]) -> WeekOf:
    """The sum of weeks, place by place."""
    listed = list(weeks)
    added: dict[str, Any] = {one.name: sum(getattr(week, one.name) for week in listed) for one in fields(WeekOf)}
    exact = {name: Decimal(value) for name, value in added.items() if name in EXACT}
    return WeekOf(**(added | exact))


def breaks(before: WeekOf, after: WeekOf) -> tuple[Verdict, ...]:
    """Which floors a change would break: those it would leave short with a smaller share than before (R040)."""
    broken: list[Verdict] = []
    if after.offered < after.reserved_due and after.offered < before.offered:
        broken.append(Verdict.RESERVED_SHORT)
    if after.expert < after.expert_due and (after.expert_share or ZERO) < (before.expert_share or ZERO):
        broken.append(Verdict.EXPERT_SHORT)
    return tuple(broken)


def changed(week: WeekOf, *, general: int = 0, expert: int = 0) -> WeekOf:
    """The week as it would be with so many more or fewer reserved places of general and expert clinics; its base stays."""
    more = general + expert
    return replace(
        week,
        offered=week.offered + more,
        expert=week.expert + expert,
        expert_due=week.expert_due + (week.expert_floor or ZERO) * more,
    )


def percent(share: Decimal | None) -> str:
    """A share as people read it: 31.2, or nothing where there is nothing to share."""
    return "" if share is None else str((share * 100).quantize(Decimal("0.1"), ROUND_HALF_UP))


def up(number: Decimal) -> int:
    """Rounded up: "30% or more" of 7 is 3."""
    return int(number.to_integral_value(ROUND_CEILING))


def _day(rows: list[DayOf], floors: Floors) -> WeekOf:
    counted = [row for row in rows if row.slot_class not in floors.exempt_classes]
    all_places, places = sum(row.all_places for row in rows), sum(row.all_places for row in counted)
    put_out = Decimal(sum(row.offered + row.direct + row.given for row in counted))
    base = Decimal(places) if floors.base_is_all else max(floors.bookable_share * places, put_out)
    offered, experts = sum(row.offered for row in counted), [row for row in counted if row.is_expert]
    return WeekOf(
        all_places=all_places,
        bookable=sum(row.offered + row.direct + row.given for row in rows),
        base=base,
        offered=offered,
        booked=sum(row.booked for row in counted),
        returned=sum(row.returned for row in counted),
        expert=sum(row.offered for row in experts),
        expert_all=sum(row.all_places for row in experts),
        direct=sum(row.direct for row in rows),
        given=sum(row.given for row in rows),
        stopped=sum(row.stopped for row in rows),
        bookable_due=floors.bookable_share * all_places,
        reserved_due=floors.reserved_share * base,
        expert_due=floors.expert_share * offered,
    )


def _share(part: int | Decimal, whole: int | Decimal) -> Decimal | None:
    return Decimal(part) / Decimal(whole) if whole else None
