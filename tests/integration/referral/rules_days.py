"""How the oracle counts days: sevens in a row, three calendar months, how long a list holds; nothing of the product is read."""

from datetime import date, timedelta
from functools import cache

WEEK = 7


def ban_days(today: date) -> int:
    """How many days a list holds: three months from the day it was written, which by the calendar is always today."""
    return (three_months_after(today) - today).days


def most_in_week(days: list[int], day: int) -> int:
    """The most of these days in any seven in a row that contain the day."""
    return max(sum(first <= one < first + WEEK for one in days) for first in range(day - WEEK + 1, day + 1))


def most_in_quarter(offsets: list[int], ahead: int, today: date) -> int:
    """The most of these days in any three calendar months that contain the day, each possible first day tried."""
    wished, found = today + timedelta(days=ahead), 0
    days = [today + timedelta(days=offset) for offset in offsets]
    for back in range(95):
        first = wished - timedelta(days=back)
        end = three_months_after(first)
        if wished < end:
            found = max(found, sum(first <= day < end for day in days))
    return found


@cache
def three_months_after(day: date) -> date:
    """The same number three months later; from the 29th on the last day there is."""
    month, year = (day.month + 2) % 12 + 1, day.year + (day.month > 9)
    for number in range(day.day, 0, -1):
        try:
            return date(year, month, number)
        except ValueError:
            continue
    raise AssertionError(day)
