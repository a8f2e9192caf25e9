"""Stops clinics: session, places and a disruption for each live booking in one transaction; no booking is cancelled by it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from celery import current_app
from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from clinics import policy
from clinics.access import require_pools_of
from clinics.clock import database_now
from clinics.models import ChangeKind, ClinicSession, ClinicStop, HalfDay, Post, ScheduleChange, Service, StopReason
from clinics.parameters import SCHEDULE_FREEZE_DAYS
from clinics.timetables.stop_queries import STANDING, run_around, session_run_by, sessions_to_stop
from clinics.timetables.stopping import Judgement, Terms, check_days, judge, terms_of
from permissions.acting import Acting
from permissions.roles import Capability, Role
from referral.disruptions.affected import affected_by
from referral.disruptions.opening import open_for
from referral.disruptions.queries import substitutes_in_sight
from referral.inbox.tell import tell
from reserved_pools.windows import BEIJING
from reserved_pools.withdrawing import withdraw
from vault import audit
from vault.faults import Faults
from vault.refusal import Refusal, invalid
from vault.states import advance, created
from vault.transactions import requires_transaction

LONGEST_NOTE = 200


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which half-days of a service are to be stopped, both days included ("" = mornings and afternoons), and why."""

    service: Service
    first_day: date
    last_day: date
    half_day: str
    reason: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    """What stopping would do now: how it is treated, by which values, the sessions, and how many bookings they hold."""

    judgement: Judgement
    terms: Terms
    sessions: Sequence[ClinicSession]
    bookings: int
    substitutes: int = 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """The stop, whether this request made it, and how many places it withdrew."""

    stop: ClinicStop
    is_new: bool
    withdrawn: int = 0


def preview(wanted: Wanted, *, by: Acting) -> Preview:
    """What stopping these half-days would do; changes nothing. Refuses as stop_clinic does."""
    check(wanted, by)
    sessions = list(sessions_to_stop(wanted.service, wanted.first_day, wanted.last_day, wanted.half_day).order_by("starts_at"))
    terms = terms_of(wanted.service.institution, wanted.service.department, today())
    return Preview(judged(wanted, sessions, terms), terms, sessions, affected_by(sessions).count(), substitutes_in_sight(sessions))


@transaction.atomic(durable=True)
def stop_clinic(wanted: Wanted, *, by: Acting) -> Outcome:
    """Use case: these half-days of a service do not take place (R126); a long stop waits for a second person (R161).

    Locks the service, so that the same stop asked twice at once is made once, then the sessions and the pool slots, each in key
    order; a booking that was faster stands on the list of who is affected, a slower one finds no place. What is stopped already, or
    proposed in just these words, is answered again and changes nothing. Refuses with `invalid_input`, `not_found` for services of
    other hospitals, and `notice_too_short` for a long stop that is said too late.
    """
    check(wanted, by)
    Service.objects.filter(pk=wanted.service.pk).select_for_update(of=("self",), no_key=True).order_by("pk").first()
    sessions = locked(wanted)
    earlier = _the_same(wanted)
    if earlier is not None and (earlier.status == "proposed" or not sessions):
        return Outcome(earlier, is_new=False)
    found = judged(wanted, sessions, terms_of(wanted.service.institution, wanted.service.department, today()))
    return _made(wanted, sessions, found, by)


@transaction.atomic(durable=True)
def stop_session(session_id: UUID, *, reason: str, until: date | None, note: str = "", expected_version: int, by: Acting) -> Outcome:
    """Use case: this session does not take place, nor those of the same half-day of its service until `until` (R126).

    Refuses with `not_found`, `stale_state` when the session was stopped or has changed, and as stop_clinic does.
    """
    session = session_run_by(by, session_id)
    wanted = Wanted(session.service, session.date, until or session.date, session.half_day, reason, note)
    check(wanted, by)
    Service.objects.filter(pk=session.service_id).select_for_update(of=("self",), no_key=True).order_by("pk").first()
    sessions = locked(wanted)
    now = next((one for one in sessions if one.pk == session.pk), None)
    if now is None or now.version != expected_version:
        raise _changed(session)
    found = judged(wanted, sessions, terms_of(session.service.institution, session.service.department, today()))
    return _made(wanted, sessions, found, by)


def close(stop: ClinicStop, sessions: Sequence[ClinicSession], *, by: Acting) -> int:
    """Step: these locked sessions are stopped and their places withdrawn; answers how many places. Each leaves its change (R125).

    Each live booking gets its disruption in the same transaction; the search for substitutes begins when it has committed (R126).
    """
    requires_transaction()
    day = today()
    for session in sessions:
        advance(session, "stopped", by=by.actor, reason=stop.reason_code)
    places = withdraw(sessions, reason="stopped", about=stop.public_id)
    stop.sessions.add(*sessions)
    if open_for(stop, sessions, by=by):
        transaction.on_commit(ask_to_look_after, robust=True)
    with translation.override(settings.LANGUAGE_CODE):
        announced = str(StopReason(stop.reason_code).label)
    freeze = int(policy.value(SCHEDULE_FREEZE_DAYS, institution=stop.service.institution, department=stop.service.department, at=day))
    ScheduleChange.objects.bulk_create(
        ScheduleChange(
            session=session, kind=ChangeKind.STOPPED, starts_at=session.starts_at, reason=announced,
            in_frozen_week=(session.date - day).days < freeze, changed_by=by.user,
        )
        for session in sessions
    )  # fmt: skip
    return places


def judged(wanted: Wanted, sessions: Sequence[ClinicSession], terms: Terms) -> Judgement:
    """How this stop is to be treated, counted to the first session that would not take place; without any it is never special (R128)."""
    begins = min((session.date for session in sessions), default=None)
    run = run_around(wanted.service, wanted.first_day, wanted.last_day, wanted.half_day)
    found = judge(wanted.first_day, wanted.last_day, today=today(), terms=terms, begins=begins, run=run)
    return found if sessions else replace(found, is_special=False)


def locked(wanted: Wanted) -> list[ClinicSession]:
    """Step: the sessions to stop, locked in key order before their places; what another stop took meanwhile is not among them."""
    requires_transaction()
    rows = sessions_to_stop(wanted.service, wanted.first_day, wanted.last_day, wanted.half_day)
    return list(rows.select_for_update(of=("self",), no_key=True))


def ask_to_look_after() -> None:
    """Asks the worker; when the queue does not answer, the sweep of the next minute begins the search."""
    current_app.send_task("referral.tasks.look_after_stops", retry=False, ignore_result=True, expires=600)


def today() -> date:
    """The day in Beijing by the database's clock."""
    return database_now().astimezone(BEIJING).date()


def recorded(verb: str, stop: ClinicStop, *, by: Acting, withdrawn: int = 0) -> None:
    """Step: the trail says who did what about which stop, with how many sessions, places and bookings."""
    sessions = list(stop.sessions.order_by("pk"))
    details = {
        "service": str(stop.service.public_id), "first_day": stop.first_day.isoformat(), "last_day": stop.last_day.isoformat(),
        "half_day": stop.half_day, "special": stop.is_special, "sessions": len(sessions), "places": withdrawn,
        "bookings": affected_by(sessions).count(),
    }  # fmt: skip
    audit.record(verb, "clinic_stop", stop.public_id, by=by.actor, reason=stop.reason_code, details=details)


def _made(wanted: Wanted, sessions: Sequence[ClinicSession], found: Judgement, by: Acting) -> Outcome:
    stop = ClinicStop.objects.create(
        service=wanted.service, first_day=wanted.first_day, last_day=wanted.last_day, half_day=wanted.half_day,
        reason_code=wanted.reason, note=wanted.note, is_special=found.is_special, asked_by=by.user,
        status="proposed" if found.needs_second else "in_force",
    )  # fmt: skip
    created(stop, by=by.actor, reason=stop.reason_code)
    if found.needs_second:
        recorded("propose_stop", stop, by=by)
        tell(_second_persons(stop), "stop_waiting", about=stop.public_id, version=stop.version)
        return Outcome(stop, is_new=True)
    places = close(stop, sessions, by=by)
    recorded("stop_clinic", stop, by=by, withdrawn=places)
    return Outcome(stop, is_new=True, withdrawn=places)


def _second_persons(stop: ClinicStop) -> list[Post]:
    """The coordinators and managers of the hospital who may decide, without who asked (R161)."""
    rows = Post.objects.live().filter(institution=stop.service.institution_id, kind__in=(Role.COORDINATOR, Role.MANAGER))
    return list(rows.exclude(user=stop.asked_by_id).order_by("pk"))


def _the_same(wanted: Wanted) -> ClinicStop | None:
    """The standing stop of just these half-days, if there is one."""
    same = {"service": wanted.service, "first_day": wanted.first_day, "last_day": wanted.last_day, "half_day": wanted.half_day}
    return ClinicStop.objects.of_sessions().filter(**same, status__in=STANDING).order_by("-status", "-pk").first()


def check(wanted: Wanted, by: Acting) -> None:
    """Refuses what cannot be stopped by this person in these words, every fault at once."""
    if not by.can(Capability.MANAGE_POOLS):
        raise Refusal("not_allowed", _("Your role does not include this."))
    require_pools_of(by, {wanted.service.institution_id})
    faults = Faults()
    faults.of(check_days, wanted.first_day, wanted.last_day, today=today())
    faults.of(_check_words, wanted)
    faults.tell()


def _check_words(wanted: Wanted) -> None:
    faults = Faults()
    if wanted.half_day and wanted.half_day not in HalfDay.values:
        faults.add(invalid("half_day", _("Choose one of those shown.")))
    if wanted.reason not in StopReason.values:
        faults.add(invalid("reason", _("Choose one of the reasons.")))
    if wanted.reason == StopReason.OTHER and not wanted.note.strip():
        faults.add(invalid("note", _("Say in a few words what the reason is."), remedy=_("Or choose one of the reasons above.")))
    if len(wanted.note) > LONGEST_NOTE:
        faults.add(invalid("note", _("Write at most 200 characters.")))
    faults.tell()


def _changed(session: ClinicSession) -> Refusal:
    current: dict[str, Any] = dict(ClinicSession.objects.filter(pk=session.pk).values("status", "version").get())
    if current["status"] == "planned":
        return Refusal("stale_state", _("This has changed since you opened it. Look at it again, then decide."), current=current)
    return Refusal("stale_state", _("This session was stopped already."), current=current)
