"""The three-day clock on the page of places: whether a place keeps the promise, which is the first, and why none does (R112)."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext_lazy

from clinics.timetables.calendar import working_days
from referral.views.matrix import key_of
from reserved_pools.promise import Promise, kept_or_not
from reserved_pools.sessions.half_days import Calendar, Cell, CellState, Row

REASONS: Mapping[CellState, Any] = MappingProxyType(
    {
        CellState.FULL: ngettext_lazy("%(n)s half-day is full", "%(n)s half-days are full", "n"),
        CellState.CLOSED: ngettext_lazy(
            "booking is closed for %(n)s half-day, the day before at the cut-off",
            "booking is closed for %(n)s half-days, the day before at the cut-off",
            "n",
        ),
        CellState.STOPPED: ngettext_lazy("%(n)s half-day is stopped", "%(n)s half-days are stopped", "n"),
        CellState.NOT_OPEN: ngettext_lazy("%(n)s half-day is not open yet", "%(n)s half-days are not open yet", "n"),
    }
)


@dataclass(frozen=True, slots=True)
class Clock:
    """One sentence on the promise, what stands against it, and the first place as a link."""

    kept: bool
    sentence: str
    reasons: tuple[str, ...]
    key: str = ""
    place: str = ""
    day: date | None = None
    half: str = ""


def promise_of(calendar: Calendar, asked: date) -> Promise:
    """The promise of the calendar as it counts for a request of a day; reads the working days, one query."""
    last = max((*calendar.days, calendar.promised_until, asked))
    return Promise(asked, (calendar.promised_until - asked).days, frozenset(working_days(asked, last)))


def clock_of(calendar: Calendar, promise: Promise) -> Clock:
    """What the page says about the promise."""
    free = [(cell.date, cell.half_day != "am", number, row, cell) for number, (row, cell) in enumerate(cells(calendar)) if is_free(cell)]
    if not free:
        return Clock(False, kept_or_not(promise, None), reasons_of(calendar))
    *_order, row, cell = min(free, key=lambda one: one[:3])
    kept, half = promise.keeps(cell.date), str(cell.half_day)
    against = () if kept else reasons_of(calendar)
    key = key_of(row.service, cell.date, half)
    return Clock(kept, kept_or_not(promise, cell.date), against, key, row.institution_short_name, cell.date, half)


def is_free(cell: Cell) -> bool:
    """Whether somebody can be booked there now."""
    return cell.state is CellState.OPEN


def reasons_of(calendar: Calendar) -> tuple[str, ...]:
    """Why no half-day of the promised days can be booked, the most frequent reason first; then the days without a clinic."""
    states = Counter(cell.state for _row, cell in cells(calendar) if cell.date <= calendar.promised_until)
    found = [str(REASONS[state] % {"n": n}) for state, n in states.most_common() if state in REASONS]
    return (*found, *without_clinics(calendar))


def without_clinics(calendar: Calendar) -> Iterator[str]:
    """The promised days of this calendar on which nothing is published, in one reason."""
    published = {cell.date for _row, cell in cells(calendar) if cell.state is not CellState.NONE}
    empty = [day for day in calendar.days if day <= calendar.promised_until and day not in published]
    if empty:
        days = gettext(", ").join(date_format(day, "MONTH_DAY_FORMAT") for day in empty)
        yield gettext("nothing is published for %(days)s") % {"days": days}


def cells(calendar: Calendar) -> Iterator[tuple[Row, Cell]]:
    """Every half-day with its service."""
    for row in calendar.rows:
        for cell in (*row.mornings, *row.afternoons):
            yield row, cell
