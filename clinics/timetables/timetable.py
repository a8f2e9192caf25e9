"""Publishes sessions: each half-day of a service with its places, cut into the bands the regulation asks for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from clinics import policy
from clinics.access import require_pools_of
from clinics.clock import database_now
from clinics.models import ClinicSession, HalfDay, Institution, Practitioner, Service, Slot
from clinics.models.institution import Level
from clinics.parameters import BAND_MINUTES_OTHER, BAND_MINUTES_SECONDARY, BAND_MINUTES_TERTIARY
from clinics.policy import Parameter
from clinics.register.answerable import require_publishable
from clinics.timetables.bands import bands
from clinics.timetables.day_places import require_day_places
from clinics.timetables.exam_days import require_exam_days
from permissions.acting import Acting
from vault.refusal import invalid
from vault.states import created_together
from vault.transactions import requires_transaction

BEIJING = ZoneInfo("Asia/Shanghai")
BAND_MINUTES: dict[str, Parameter] = {Level.TERTIARY: BAND_MINUTES_TERTIARY, Level.SECONDARY: BAND_MINUTES_SECONDARY}


@dataclass(frozen=True, slots=True)
class SessionPlan:
    """One half-day somebody wants to publish; times are those of the wall clock in Beijing."""

    service: Service
    date: date
    half_day: HalfDay
    starts: time
    ends: time
    capacity: int
    is_uncapped: bool = False
    practitioner: Practitioner | None = None

    @property
    def starts_at(self) -> datetime:
        return datetime.combine(self.date, self.starts, BEIJING)

    @property
    def ends_at(self) -> datetime:
        return datetime.combine(self.date, self.ends, BEIJING)


def publish_sessions(plans: Sequence[SessionPlan], *, by: Acting) -> list[ClinicSession]:
    """Step: create planned sessions with their bands, 30 minutes in tertiary and 60 in other hospitals (R085).

    A half-day already planned for its service is left as it is, so that publishing twice changes nothing. Raises
    Refusal("no_grant_on_target") when the actor does not run the pools of every institution named, Refusal("invalid_input") for
    one without a responsible department and person (R074) or on a day it does not take part (R009), for an examination on
    a day without examinations (R202), and for more places than a bed or day surgery has on a day (R094, R095).
    """
    requires_transaction()
    require_pools_of(by, {plan.service.institution_id for plan in plans})
    require_publishable((plan.service.institution, plan.date) for plan in plans)
    for plan in plans:
        _check(plan)
    require_exam_days((plan.service, plan.date) for plan in plans)
    fresh = _unplanned(plans)
    require_day_places((plan.service, plan.date, plan.capacity) for plan in fresh)
    now = database_now()
    sessions = ClinicSession.objects.bulk_create([_session(plan, now) for plan in fresh])
    created_together(sessions, by=by.actor)
    Slot.objects.bulk_create(_slots(sessions, now))
    return sessions


def _check(plan: SessionPlan) -> None:
    if plan.ends <= plan.starts:
        raise invalid("ends", _("A session ends after it starts."))
    if plan.capacity < 1:
        raise invalid("capacity", _("A session has at least one place."))
    if not plan.service.is_active_on(plan.date):
        raise invalid("date", _("The service is not offered on this day."), remedy=_("Look at the days from and to which it is offered."))


def _unplanned(plans: Sequence[SessionPlan]) -> list[SessionPlan]:
    planned = set(
        ClinicSession.objects.filter(
            service__in={plan.service.pk for plan in plans}, date__in={plan.date for plan in plans}, status="planned"
        ).values_list("service_id", "date", "half_day")
    )
    return [plan for plan in plans if (plan.service.pk, plan.date, str(plan.half_day)) not in planned]


def _session(plan: SessionPlan, now: datetime) -> ClinicSession:
    return ClinicSession(
        created_at=now,
        service=plan.service,
        date=plan.date,
        half_day=plan.half_day,
        starts_at=plan.starts_at,
        ends_at=plan.ends_at,
        title=plan.service.title,
        capacity=plan.capacity,
        is_uncapped=plan.is_uncapped,
        practitioner=plan.practitioner,
    )


def _slots(sessions: Sequence[ClinicSession], now: datetime) -> list[Slot]:
    """The bands of every session; rows made of plain values only are inserted as arrays, several times faster."""
    minutes: dict[tuple[int, date], int] = {}
    slots: list[Slot] = []
    for session in sessions:
        day = (session.service.institution_id, session.date)
        if day not in minutes:
            minutes[day] = band_minutes(session.service.institution, session.date)
        cut = bands(session.starts_at, session.ends_at, minutes[day], session.capacity)
        slots += [
            Slot(session=session, created_at=now, starts_at=band.starts_at, ends_at=band.ends_at, capacity=band.capacity) for band in cut
        ]
    return slots


def band_minutes(institution: Institution, at: date) -> int:
    """The length of a band at an institution on a day, in minutes (R085)."""
    parameter = BAND_MINUTES.get(institution.level, BAND_MINUTES_OTHER)
    return int(policy.value(parameter, institution=institution, at=at))


def half_day_of(moment: datetime) -> HalfDay:
    """Before 13:00 in Beijing it is morning."""
    local = moment.astimezone(BEIJING)
    return HalfDay.MORNING if local - local.replace(hour=0, minute=0) < timedelta(hours=13) else HalfDay.AFTERNOON
