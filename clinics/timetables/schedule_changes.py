"""What was changed of a published timetable: when a change falls into the frozen week, and who reads which changes (R125, R159)."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from clinics import policy
from clinics.models import ChangeKind, ClinicSession, Institution, ScheduleChange
from clinics.parameters import SCHEDULE_FREEZE_DAYS
from clinics.queries import places_open_to
from permissions.acting import Acting
from vault.refusal import invalid
from vault.transactions import requires_transaction

ANNOUNCED_DAYS, LONGEST_REASON = 7, 200
FROZEN = _("A timetable stays as it is for the week ahead. Say why this changes; who refers to you is told that it did.")


def is_frozen(day: date, *, today: date, freeze_days: int) -> bool:
    """Whether a session lies so near that its timetable is not to change without a reason (R125)."""
    return (day - today).days < freeze_days


def freeze_days_of(institution: Institution, today: date) -> int:
    """How many days ahead a hospital's timetable is frozen (R125)."""
    return int(policy.value(SCHEDULE_FREEZE_DAYS, at=today, institution=institution))


def checked_reason(reason: str, *, needed: bool) -> str:
    """The reason as it is kept. Refuses with `invalid_input` when it is missing in the frozen week, or too long (R125)."""
    kept = reason.strip()
    if needed and not kept:
        raise invalid("reason", FROZEN)
    if len(kept) > LONGEST_REASON:
        raise invalid("reason", _("Write at most 200 characters."))
    return kept


def announce(
    session: ClinicSession,
    kind: ChangeKind,
    *,
    by: Acting,
    reason: str,
    frozen: bool,
    starts_at: datetime | None = None,
    places: int = 0,
    public_id: UUID | None = None,
) -> ScheduleChange:
    """Step: keep one change of a published session for those who look at it (R125, R159)."""
    requires_transaction()
    named = {"public_id": public_id} if public_id else {}
    return ScheduleChange.objects.create(
        session=session,
        kind=kind,
        starts_at=starts_at,
        places=places,
        reason=reason,
        in_frozen_week=frozen,
        changed_by=by.user,
        **named,
    )


def changes_open_to(acting: Acting, *, since: datetime | None = None, **about: Any) -> QuerySet[ScheduleChange]:
    """The changes of sessions whose places this person may see, the latest first.

    Raises Refusal("right_not_in_force") for a referrer whose right is not in force.
    """
    scope = places_open_to(acting, institution="session__service__institution", department="session__service__department")
    found = ScheduleChange.objects.filter(scope, session__service__institution__is_suspended=False, **about)
    if since is not None:
        found = found.filter(created_at__gte=since)
    return found.select_related("session__service__institution", "session__service__department", "changed_by").order_by("-id")


def announced_to(acting: Acting, now: datetime) -> QuerySet[ScheduleChange]:
    """What changed in the last seven days of sessions that are still to come (R159)."""
    since = now - timedelta(days=ANNOUNCED_DAYS)
    return changes_open_to(acting, since=since, session__date__gte=now.date())


def changes_of_session(session: ClinicSession) -> QuerySet[ScheduleChange]:
    """Everything that was changed of one session, the latest first."""
    return ScheduleChange.objects.filter(session=session).select_related("changed_by").order_by("-id")
