"""When a reserved place opens, closes, and opens again after it was given back: pure instants, no database."""

from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

BEIJING: Final = ZoneInfo("Asia/Shanghai")


def closes_at(visit_date: date, cutoff: time, *, days_before: int = 1) -> datetime:
    """Booking closes so many calendar days before the visit at the resolved hour in Beijing (R107)."""
    return datetime.combine(visit_date - timedelta(days=days_before), cutoff, BEIJING)


def gives_back_at(visit_date: date, *, cutoff: time, return_days_before: int, return_time: time) -> datetime:
    """The moment reserved places close and what nobody booked goes back: booking's cut-off, or the hospital's own if earlier (R107)."""
    return min(closes_at(visit_date, cutoff), closes_at(visit_date, return_time, days_before=return_days_before))


def opens_at(visit_date: date, days_before: int, at: time = time.min) -> datetime:
    """A place opens so many days before its visit at this hour in Beijing (R106, R158)."""
    return datetime.combine(visit_date - timedelta(days=days_before), at, BEIJING)


def cools_until(now: datetime, closes: datetime, *, minutes: int, latest_before_close: int) -> datetime:
    """When a place given back opens again (C34, C35).

    After `minutes`, but no later than `latest_before_close` minutes before the cut-off; a place freed after that
    moment cools until the cut-off itself, so nobody can book it and it goes back to the hospital.
    """
    latest = closes - timedelta(minutes=latest_before_close)
    if now >= latest:
        return closes
    return min(now + timedelta(minutes=minutes), latest)


def is_open(now: datetime, *, opens: datetime, closes: datetime, closed: datetime | None) -> bool:
    """A place can be booked from its opening until just before its cut-off, unless it was closed before."""
    return closed is None and opens <= now < closes


def keeps_promise(today: date, visit_date: date, promise_days: int) -> bool:
    """A referral is seen within so many calendar days of the request (R112)."""
    return (visit_date - today).days <= promise_days
