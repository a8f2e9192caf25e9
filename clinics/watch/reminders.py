"""Reminds managers of the attestation fourteen and three days before it ends, once each, as long as somebody is unattested."""

from collections import defaultdict
from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet

from clinics.models import Institution, Post
from clinics.watch import messages
from clinics.watch.due import due_for, grace_of
from clinics.watch.quarters import Quarter, day_in_beijing, quarter_to_attest
from permissions.roles import Role

DAYS_BEFORE = (3, 14)  # a worker that slept on the day itself reminds on the next


def remind_managers(now: datetime) -> int:
    """Leaves a message for every manager of an institution with unattested doctors; says how many managers that were.

    The message carries quarter and stage as its version, so that running twice, or every hour, is one message a stage.
    """
    today = day_in_beijing(now)
    reminded = 0
    for institution, last_day, quarter, left in _waiting(today):
        stage = stage_of(last_day, today)
        if stage:
            reminded += _remind(institution, last_day, _version(quarter, stage), left)
    return reminded


def stage_of(last_day: date, today: date) -> int:
    """The stage of reminding a day belongs to: three or fourteen days before the last, or none (0)."""
    left = (last_day - today).days
    return next((days for days in DAYS_BEFORE if 0 <= left <= days), 0)


def _version(quarter: Quarter, stage: int) -> int:
    """Rises from the first reminder of a quarter to the second, so that the second overtakes one not yet sent."""
    return (quarter.year * 10 + quarter.number) * 100 + (100 - stage)


def _waiting(today: date) -> list[tuple[Institution, date, Quarter, int]]:
    """Each centre or hospital with unattested doctors, those of its stations included: last day, quarter, how many."""
    running = Quarter.of(today)
    roots: dict[int, Institution] = {}
    posts: dict[Quarter, dict[int, int]] = {}
    for quarter in (running, running.preceding):
        counted: dict[int, int] = defaultdict(int)
        for post in due_for(quarter).select_related("institution__parent"):
            root = post.institution.parent or post.institution
            roots[root.pk] = root
            counted[root.pk] += 1
        posts[quarter] = counted
    days = grace_of(roots.values(), today)
    found = []
    for pk, root in sorted(roots.items()):
        quarter = quarter_to_attest(today, days[pk])
        if left := posts[quarter].get(pk, 0):
            found.append((root, quarter.deadline(days[pk]), quarter, left))
    return found


@transaction.atomic(durable=True)
def _remind(institution: Institution, last_day: date, version: int, left: int) -> int:
    managers = list(_managers_of(institution))
    for manager in managers:
        messages.remind(manager, institution.public_id, institution.short_name, left, last_day, version)
    return len(managers)


def _managers_of(institution: Institution) -> QuerySet[Post]:
    return Post.objects.live().filter(kind=Role.MANAGER, institution=institution).select_related("user")
