"""Reminds managers of the attestation fourteen and three days before it ends, once each, as long as somebody is unattested."""

from collections import defaultdict
from datetime import date, datetime

from django.db import transaction

from clinics.models import Institution, Post
from clinics.watch import messages
from clinics.watch.asked import DAYS_BEFORE, version_of
from clinics.watch.due import due_for, grace_of
from clinics.watch.quarters import Quarter, day_in_beijing, quarter_to_attest
from permissions.models import RoleAssignment, User
from permissions.roles import Role


def remind_managers(now: datetime) -> int:
    """Leaves a message for every manager of an institution with unattested doctors; says how many people that were.

    The district is told where there is no manager. The message carries quarter and stage as its version, so that running twice,
    or every hour, is one message a stage.
    """
    today = day_in_beijing(now)
    reminded = 0
    for institution, last_day, quarter, left in _waiting(today):
        stage = stage_of(last_day, today)
        if stage:
            reminded += _remind(institution, last_day, version_of(quarter, stage), left)
    return reminded


def stage_of(last_day: date, today: date) -> int:
    """The stage of reminding a day belongs to: three or fourteen days before the last, or none (0)."""
    left = (last_day - today).days
    return next((days for days in DAYS_BEFORE if 0 <= left <= days), 0)


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
    people, template = _managers_of(institution), messages.ATTESTATION_DUE
    if not people:
        people, template = _district_of(institution), messages.ATTESTATION_UNMANAGED
    for person in people:
        messages.remind(person, template, institution, left, last_day, version)
    return len(people)


def _managers_of(institution: Institution) -> list[User]:
    posts = Post.objects.live().filter(kind=Role.MANAGER, institution=institution, user__is_active=True).order_by("pk")
    return [post.user for post in posts.select_related("user")]


def _district_of(institution: Institution) -> list[User]:
    """Who can appoint a manager where there is none."""
    held = RoleAssignment.objects.live().filter(role=Role.DISTRICT_ADMIN, district=institution.district_id, user__is_active=True)
    return [one.user for one in held.select_related("user").order_by("pk")]
