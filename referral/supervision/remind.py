"""Managers who have not signed last month's list in time are told so, once for each month (R034)."""

from datetime import date

from django.db import transaction

from clinics.models import Institution, Post
from permissions.roles import Role
from referral.booking.expected import today
from referral.supervision.messages import CONDUCT_DUE
from referral.supervision.month import before
from referral.supervision.queries import due_of, sign_days, unsigned
from vault import outbox


def remind() -> int:
    """Promise that each live manager of an institution whose last month is overdue has one message about it; says how many institutions.

    Run daily; the outbox keeps one message for each institution, month and phone, however often this runs.
    """
    day = today()
    first = before(day.replace(day=1))
    late = [one for one in unsigned(first) if day > due_of(first, sign_days(one))]
    for institution in late:
        with transaction.atomic(durable=True):
            _tell(institution, first)
    return len(late)


def _tell(institution: Institution, first: date) -> None:
    day = due_of(first, sign_days(institution))
    words = {"institution": institution.short_name, "month": f"{first.year}年{first.month}月", "day": f"{day.month}月{day.day}日"}
    for post in Post.objects.live().filter(institution=institution, kind=Role.MANAGER, user__is_active=True).select_related("user"):
        params = {"name": post.user.name} | words
        outbox.put(CONDUCT_DUE.key, post.user.phone, params, about=institution.public_id, version=first.year * 100 + first.month)
