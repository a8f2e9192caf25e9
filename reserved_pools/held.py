"""What the regulation holds for a department's places on a visit day, and the window that follows from it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from clinics.models import ClinicSession
from clinics.parameters import BOOKING_CUTOFF
from clinics.policy import Row, Target, concerns, resolve, rows_in_force
from reserved_pools import windows
from reserved_pools.parameters import (
    BOOKABLE_SHARE,
    EXEMPT_CLASSES,
    EXPERT_SHARE,
    NEAR_TERM_DAYS,
    NEAR_TERM_SHARE,
    ORDINARY_RELEASE_DAYS,
    POOL_LEAD_DAYS,
    POOL_OPENING_TIME,
    RESERVED_SHARE,
    RETURN_DAYS_BEFORE,
    RETURN_TIME,
    SHARE_BASE,
)

PARAMETERS = (
    BOOKABLE_SHARE,
    SHARE_BASE,
    RESERVED_SHARE,
    EXPERT_SHARE,
    EXEMPT_CLASSES,
    ORDINARY_RELEASE_DAYS,
    POOL_LEAD_DAYS,
    POOL_OPENING_TIME,
    NEAR_TERM_SHARE,
    NEAR_TERM_DAYS,
    RETURN_DAYS_BEFORE,
    RETURN_TIME,
    BOOKING_CUTOFF,
)


@dataclass(frozen=True, slots=True)
class Held:
    """What the regulation says of one department's day; shares are fractions, times those of Beijing's clock."""

    bookable_share: Decimal
    reserved_share_base: str
    reserved_share: Decimal
    expert_share: Decimal
    exempt_classes: frozenset[str]
    ordinary_release_days: int
    pool_lead_days: int
    pool_opening_time: time
    near_term_share: Decimal
    near_term_days: int
    return_days_before: int
    return_time: time
    booking_cutoff: time


SHORTEST = timedelta(minutes=1)  # of a window, where a hospital gives back earlier than it would open


class Policies:
    """The carving values of every department and day at hand, from one query."""

    def __init__(self, targets: Iterable[Target]) -> None:
        self.rows: list[Row] = rows_in_force(PARAMETERS, set(targets))
        self.resolved: dict[tuple[Row, ...], Held] = {}

    def of(self, target: Target, day: date) -> Held:
        """The same rows say the same, so that many departments and days are resolved once."""
        concerning = tuple(row for row in self.rows if concerns(row, day, target))
        if concerning not in self.resolved:
            self.resolved[concerning] = held_from(concerning, target, day)
        return self.resolved[concerning]


def held_from(rows: Sequence[Row], target: Target, day: date) -> Held:
    """What some rows say for a department on a day; pure."""
    return Held(**{one.key: resolve(one, day, target, rows).value for one in PARAMETERS})  # type: ignore[arg-type]


def target_of(session: ClinicSession) -> Target:
    """Whose values hold for a session."""
    return Target.at(session.service.institution, session.service.department)


@dataclass(frozen=True, slots=True)
class Window:
    """When a session's reserved places open, when those kept for the last days do, and when all close."""

    opens_at: datetime
    late_opens_at: datetime | None
    closes_at: datetime


def window_of(visit_date: date, held: Held) -> Window:
    """The window of the places of one visit day (R040, R107, R158)."""
    closes = windows.gives_back_at(
        visit_date, cutoff=held.booking_cutoff, return_days_before=held.return_days_before, return_time=held.return_time
    )
    late = release_of(visit_date, held, held.near_term_days)
    is_kept = held.near_term_share > 0 and late < closes
    opens = release_of(visit_date, held, held.ordinary_release_days + held.pool_lead_days)
    return Window(min(opens, closes - SHORTEST), late if is_kept else None, closes)


def residents_open_at(visit_date: date, held: Held, closes: datetime) -> datetime:
    """When contracted residents' places open: with the ordinary release, and never after all places close."""
    return min(release_of(visit_date, held, held.ordinary_release_days), closes - SHORTEST)


def release_of(visit_date: date, held: Held, days_before: int) -> datetime:
    """So many days before the visit, at the hour of opening."""
    return windows.opens_at(visit_date, days_before, held.pool_opening_time)
