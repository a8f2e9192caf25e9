"""How many reserved places nobody will have booked by the cut-off, from what became of the same half-day before; pure arithmetic."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Final

WEEKS: Final = 8  # how far back a session is comparable
LEAST: Final = 6  # fewer comparable sessions say nothing
LOW, HIGH = Decimal("0.1"), Decimal("0.9")
JUDGED_AT: Final = 3  # days before the cut-off for which past forecasts are judged
TENTH: Final = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class Past:
    """What became of one half-day: `booked_by[k]` places were booked by k days before the cut-off, [0] is the end."""

    date: date
    published: int
    booked_by: tuple[int, ...]

    @property
    def unused(self) -> int:
        return max(0, self.published - self.booked_by[0])

    def by(self, days: int) -> int:
        """How many were booked so many days before the cut-off; before the record begins as many as at its beginning."""
        return self.booked_by[min(max(days, 0), len(self.booked_by) - 1)]

    @property
    def wanted(self) -> Decimal:
        """How many would have been booked had there been places enough.

        A half-day that filled early is carried on at its own pace until the cut-off, to twice its places at most.
        """
        return _wanted(self.published, self.booked_by)


@dataclass(frozen=True, slots=True)
class Forecast:
    """The places expected to stay unused, from `low` to `high` in eight of ten cases, and how many more people are expected to come."""

    unused: Decimal
    low: int
    high: int
    coming: Decimal
    sessions: int


@dataclass(frozen=True, slots=True)
class Error:
    """How far past forecasts lay from what came, in places a half-day, beside copying the week before."""

    ours: Decimal
    naive: Decimal
    sessions: int

    @property
    def is_better(self) -> bool:
        return self.ours < self.naive


def forecast(past: Sequence[Past], *, published: int, booked: int, days_left: int) -> Forecast | None:
    """What is to be expected of a session with so many places and bookings, so many whole days before its cut-off.

    Each comparable session says how many more came from that day on; None when fewer than six are known.
    """
    if len(past) < LEAST:
        return None
    coming = sorted(max(Decimal(0), one.wanted - one.by(days_left)) for one in past)
    unused = sorted(max(Decimal(0), published - booked - more) for more in coming)
    return Forecast(
        unused=_rounded(_mean(unused)),
        low=int(quantile(unused, LOW)),
        high=int(quantile(unused, HIGH).to_integral_value(ROUND_HALF_UP)),
        coming=_rounded(_mean(coming)),
        sessions=len(past),
    )


def comparable(past: Iterable[Past], day: date) -> list[Past]:
    """The sessions of the eight weeks before a day."""
    first = day - timedelta(weeks=WEEKS)
    return [one for one in past if first <= one.date < day]


def error_of(histories: Iterable[Sequence[Past]], today: date) -> Error | None:
    """How well the forecast would have done in the last eight weeks, three days before each cut-off; None when nothing can be judged.

    Each history is one service's half-day of the week, in order of days; the naive guess copies what stayed unused the week before.
    """
    ours: list[Decimal] = []
    naive: list[Decimal] = []
    for history in histories:
        for number, one in enumerate(history):
            if number == 0 or not today - timedelta(weeks=WEEKS) <= one.date < today:
                continue
            said = forecast(comparable(history[:number], one.date), published=one.published, booked=one.by(JUDGED_AT), days_left=JUDGED_AT)
            if said is not None:
                ours.append(abs(said.unused - one.unused))
                naive.append(abs(Decimal(history[number - 1].unused - one.unused)))
    if not ours:
        return None
    return Error(_rounded(_mean(ours)), _rounded(_mean(naive)), len(ours))


def quantile(ordered: Sequence[Decimal], share: Decimal) -> Decimal:
    """The value below which this share of an ordered list lies, between its neighbours in proportion."""
    place = share * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


@lru_cache(maxsize=20_000)
def _wanted(published: int, booked_by: tuple[int, ...]) -> Decimal:
    end, last = booked_by[0], len(booked_by) - 1
    if end < published or not end:
        return Decimal(end)
    full = max(day for day, booked in enumerate(booked_by) if booked >= end)
    if full in (0, last):
        return Decimal(end)
    pace = Decimal(end - booked_by[last]) / (last - full)
    return min(Decimal(end) + pace * full, Decimal(2 * end))


def _mean(numbers: Sequence[Decimal]) -> Decimal:
    return sum(numbers, Decimal(0)) / len(numbers)


def _rounded(number: Decimal) -> Decimal:
    return number.quantize(TENTH, ROUND_HALF_UP)
