"""One session beside the weekly timetable: published with its bands and shares, and announced as extra (R125, R159)."""

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import cast
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from clinics.access import require_pools_of
from clinics.clock import database_now
from clinics.models import ChangeKind, ClinicSession, HalfDay, Institution, Service
from clinics.models.timetable import SessionStatus
from clinics.timetables.half_day_fields import BY_RULE, MOST_PLACES, doctor_for, half_day_named, service_held_at, without_limit
from clinics.timetables.half_day_times import moments, whole_number
from clinics.timetables.schedule_changes import announce, checked_reason, freeze_days_of, is_frozen
from clinics.timetables.timetable import BEIJING, SessionPlan, publish_sessions
from permissions.acting import Acting
from reserved_pools.carving import carve
from reserved_pools.sessions.changes import record_change
from reserved_pools.sessions.publish_weeks import open_missing_pools
from reserved_pools.sessions.week_preview import horizon_of
from vault.faults import Faults
from vault.refusal import invalid

TAKEN = _("This service has a session on this half-day already. Add places or a band there.")


@dataclass(frozen=True, slots=True)
class ExtraSession:
    """A session as typed: times like 08:00, service and doctor by public id; an empty release asks the regulation (R004)."""

    service: UUID | None
    date: date | None
    half_day: str
    starts: str
    ends: str
    capacity: int | str
    release: str = BY_RULE
    practitioner: UUID | None = None
    reason: str = ""


def add_session(institution: Institution, given: ExtraSession, *, by: Acting) -> ClinicSession:
    """Use case: one session more, also on a day off: whoever asks for it by its date means it.

    Raises Refusal("invalid_input") with every fault at once, Refusal("no_grant_on_target").
    """
    require_pools_of(by, [institution.pk])
    try:
        with transaction.atomic(durable=True):
            now = database_now()
            today = now.astimezone(BEIJING).date()
            plan, reason, frozen = _judged(institution, given, now)
            open_missing_pools([plan.service], today, by)
            (session,) = publish_sessions([plan], by=by)
            carve([session])
            change = announce(session, ChangeKind.ADDED_SESSION, by=by, reason=reason, frozen=frozen, places=session.capacity)
            record_change(change, session, by, {"places": session.capacity})
    except IntegrityError as error:  # a colleague published the same half-day at this moment
        raise invalid("half_day", TAKEN) from error
    return session


def _judged(institution: Institution, given: ExtraSession, now: datetime) -> tuple[SessionPlan, str, bool]:
    """The session to publish, its reason, and whether it comes into the frozen week; or every fault at once."""
    today, faults = now.astimezone(BEIJING).date(), Faults()
    service = faults.of(service_held_at, institution, given.service)
    day = faults.of(_day, institution, given.date, today)
    half = faults.of(half_day_named, given.half_day)
    starts, ends = moments(given.starts, given.ends, given.half_day, faults)
    places = faults.of(whole_number, "capacity", given.capacity, range(1, MOST_PLACES + 1), _("Give a number from 1 to 500."))
    doctor = faults.of(doctor_for, service, given.practitioner) if service else None
    uncapped = faults.of(without_limit, service, given.release, today) if service else None
    frozen = day is not None and is_frozen(day, today=today, freeze_days=freeze_days_of(institution, today))
    reason = faults.of(checked_reason, given.reason, needed=frozen)
    faults.tell()
    read = cast(tuple[Service, date, str, time, time, int], (service, day, half, starts, ends, places))  # none of them was refused
    plan = SessionPlan(read[0], read[1], HalfDay(read[2]), *read[3:], is_uncapped=bool(uncapped), practitioner=doctor)
    _check_room(plan, now)
    return plan, reason or "", frozen


def _day(institution: Institution, day: date | None, today: date) -> date:
    if day is None or day < today:
        raise invalid("date", _("Give a day from today on."))
    furthest = horizon_of(institution, today)
    if day > furthest:
        raise invalid("date", _("Timetables are published until %(day)s at most.") % {"day": furthest.isoformat()})
    return day


def _check_room(plan: SessionPlan, now: datetime) -> None:
    """The half-day is free, lies ahead, and neither service nor doctor is busy then."""
    if plan.starts_at <= now:
        raise invalid("starts", _("This time is over."))
    planned = ClinicSession.objects.filter(date=plan.date, status=SessionStatus.PLANNED)
    if planned.filter(service=plan.service, half_day=plan.half_day).exists():
        raise invalid("half_day", TAKEN)
    meanwhile = planned.filter(starts_at__lt=plan.ends_at, ends_at__gt=plan.starts_at)
    if meanwhile.filter(service=plan.service).exists():
        raise invalid("starts", _("The other half-day of this service is still going on at this time."))
    if plan.practitioner is not None and meanwhile.filter(practitioner=plan.practitioner).exists():
        raise invalid("practitioner", _("The doctor has another clinic at this time."))
