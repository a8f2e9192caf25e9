"""Suspends referral rights under which nothing was booked for long; the bookings are read here, the step is taken below."""

from datetime import datetime
from typing import Any

from django.db.models import Max

from clinics.watch import dormancy
from clinics.watch.quarters import day_in_beijing
from permissions.models import ReferralRight
from referral.booking.models import Booking


def suspend_dormant(now: datetime) -> int:
    """Suspends every right in force under which nothing was booked for the policy's number of days; says how many.

    The time since the district granted or reinstated it counts too, so that a new right is not dormant. Each right has a
    transaction of its own; running twice is once.
    """
    posts = list(dormancy.granted_posts())
    days = dormancy.dormant_days(posts, day_in_beijing(now))
    used = last_bookings()
    dormant = [post for post in posts if _rests(post, used, days[post.institution_id], now)]
    return sum(dormancy.let_rest(post, last_booking_under, days[post.institution_id], now) for post in dormant)


def _rests(post: Any, used: dict[int, datetime], days: int, now: datetime) -> bool:
    return dormancy.is_dormant(post.begun, used.get(post.right_id), days, now)


def last_bookings() -> dict[int, datetime]:
    """Right key → when the last booking under it was made, cancelled ones too, in one query."""
    return dict(Booking.objects.values_list("right").annotate(Max("created_at")))


def last_booking_under(right: ReferralRight) -> datetime | None:
    """When the last booking under one right was made."""
    return Booking.objects.filter(right=right).aggregate(last=Max("created_at"))["last"]
