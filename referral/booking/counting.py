"""How many bookings lie in the fullest stretch of days around one day: pure counting, no rule."""

from calendar import monthrange
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Final

WEEK: Final = timedelta(days=7)
MONTHS_OF_A_YEAR: Final = 12


def fullest_week(days: Iterable[date], day: date) -> int:
    """The most of these days in any 7 consecutive days that contain `day`, before or after it."""
    held = list(days)
    starts = [day - timedelta(days=back) for back in range(7)]
    return max(sum(start <= other < start + WEEK for other in held) for start in starts)


def fullest_months(days: Iterable[date], day: date, months: int) -> int:
    """The most of these days in any stretch of so many calendar months that contains `day`.

    A stretch begins on a day and ends before the same day of a later month, or before that month's last one where it is shorter.
    Only stretches that begin on one of the days, or on `day` itself, can be the fullest.
    """
    held = list(days)
    starts = [start for start in {*held, day} if start <= day < months_after(start, months)]
    return max(sum(start <= other < months_after(start, months) for other in held) for start in starts)


def months_after(day: date, months: int) -> date:
    """The same day so many months later; the last day of a month that has no such day."""
    year, month = divmod(day.year * MONTHS_OF_A_YEAR + day.month - 1 + months, MONTHS_OF_A_YEAR)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
