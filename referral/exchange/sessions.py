"""Sessions pushed by the hospital's own system: published with bands and shares, changed as far as a timetable may (R097, R106, R125)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any, cast

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clinics.models import ChangeKind, ClinicSession, ClinicStop, HalfDay, Institution, Service, StopStatus
from clinics.timetables.half_day_fields import BY_RULE, LIMITED, UNLIMITED, without_limit
from clinics.timetables.half_day_times import moments
from clinics.timetables.schedule_changes import announce, checked_reason, freeze_days_of, is_frozen
from clinics.timetables.timetable import BEIJING, SessionPlan, publish_sessions
from permissions.acting import Acting
from referral.booking.expected import database_now
from referral.exchange.models import FeedKind, FeedRecord
from referral.exchange.offered import Offered, offered_by
from referral.exchange.rows import Outcome, Result, Said, known, refused, remember, unreadable
from referral.exchange.session_changes import change_session, is_as_said
from reserved_pools.carving import carve
from reserved_pools.sessions.publish_weeks import open_missing_pools
from reserved_pools.sessions.week_preview import horizon_of
from vault import audit
from vault.faults import Faults
from vault.refusal import Refusal, invalid
from vault.transactions import requires_transaction

Half = tuple[int, date, str]


@dataclass(frozen=True, slots=True)
class Wish:
    """One row that can be judged: what it plans, why, and whether it comes into the frozen week."""

    row: Said
    plan: SessionPlan
    reason: str
    frozen: bool

    @property
    def half(self) -> Half:
        return (self.plan.service.pk, self.plan.date, str(self.plan.half_day))


@dataclass(slots=True)
class Ground:
    """What the rows of one batch are judged against; read once."""

    hospital: Institution
    today: date
    freeze_days: int
    furthest: date
    offered: Offered
    stops: list[ClinicStop]
    planned: list[ClinicSession] = field(default_factory=list)
    uncapped: dict[tuple[int, bool | None], bool] = field(default_factory=dict)


def push_sessions(hospital: Institution, rows: Sequence[Said], *, by: Acting) -> list[Result]:
    """Use case: what became of each pushed session; a bad row is refused alone, one said before changes nothing.

    New ones are published in one transaction, cut into bands and shares as on the coordinator's page; a changed row changes the
    session as far as a published one may change (R125). Refuses a hospital that publishes nothing row by row (R009, R074).
    """
    try:
        return _pushed(hospital, rows, by)
    except IntegrityError:  # a colleague published the same half-day at this moment; what was done is found done
        return _pushed(hospital, rows, by)


def _pushed(hospital: Institution, rows: Sequence[Said], by: Acting) -> list[Result]:
    results = unreadable(rows)
    before = known(hospital, FeedKind.SESSION, rows)
    sessions = {one.public_id: one for one in _known_sessions(before.values())}
    readable = [row for position, row in enumerate(rows) if position not in results]
    ground = _ground(hospital, readable)
    fresh: dict[int, Wish] = {}
    for position, row in enumerate(rows):
        if position in results:
            continue
        earlier = before.get(row.key)
        held = sessions.get(earlier.object_id) if earlier else None
        if earlier and held and bytes(earlier.digest) == row.digest:
            results[position] = Result(row.key, Outcome.UNCHANGED, held.public_id, status=held.status)
            continue
        decided = _decided(row, held, ground, by)
        if isinstance(decided, Wish):
            fresh[position] = decided
        else:
            results[position] = decided
    results |= _published(ground, fresh, by)
    return [results[position] for position in range(len(rows))]


def _decided(row: Said, held: ClinicSession | None, ground: Ground, by: Acting) -> Result | Wish:
    """A row to publish, or what became of it already."""
    try:
        wish = _wish(row, ground)
        there = held or next((one for one in ground.planned if _half_of(one) == wish.half), None)
        if there is not None:
            return _changed(wish, there, ground, by)
        _check_room(wish.plan, ground)
    except Refusal as refusal:
        return refused(row.key, refusal, held.public_id if held else None)
    ground.planned.append(_as_planned(wish.plan))
    return wish


def _changed(wish: Wish, session: ClinicSession, ground: Ground, by: Acting) -> Result:
    """The session under this key, or on this half-day, brought to what the row says."""
    if session.pk is None:
        raise invalid("half_day", _("Another row of this batch plans this half-day of the service."))
    is_same = is_as_said(session, wish.plan)
    if not is_same:
        change_session(session, wish.plan, reason=wish.reason, by=by)
    with transaction.atomic(durable=True):
        remember(ground.hospital, FeedKind.SESSION, [(wish.row, session.public_id)])
    return Result(wish.row.key, Outcome.UNCHANGED if is_same else Outcome.CHANGED, session.public_id, status=session.status)


def _published(ground: Ground, wishes: Mapping[int, Wish], by: Acting) -> dict[int, Result]:
    """Publish what is new, in one transaction with its keys; answers by position."""
    if not wishes:
        return {}
    results: dict[int, Result] = {}
    with transaction.atomic(durable=True):
        open_missing_pools(list({one.plan.service.pk: one.plan.service for one in wishes.values()}.values()), ground.today, by)
        made, refusals = _made(wishes, by)
        for position, wish in wishes.items():
            session = made.get(wish.half)
            if session is None:
                results[position] = refused(wish.row.key, refusals[position])
                continue
            if wish.frozen:
                announce(session, ChangeKind.ADDED_SESSION, by=by, reason=wish.reason, frozen=True, places=session.capacity)
            results[position] = Result(wish.row.key, Outcome.CREATED, session.public_id, status=session.status)
        kept = [(wishes[position].row, one.id) for position, one in results.items() if one.id is not None]
        remember(ground.hospital, FeedKind.SESSION, kept)
        audit.record("feed.sessions", "institution", ground.hospital.public_id, by=by.actor, details={"sessions": len(kept)})
    return results


def _made(wishes: Mapping[int, Wish], by: Acting) -> tuple[dict[Half, ClinicSession], dict[int, Refusal]]:
    """Step: all together; where one is refused, each on its own, so that it spoils no other."""
    requires_transaction()
    try:
        with transaction.atomic():
            return _carved([one.plan for one in wishes.values()], by), {}
    except Refusal:
        pass
    made: dict[Half, ClinicSession] = {}
    refusals: dict[int, Refusal] = {}
    for position, wish in wishes.items():
        try:
            with transaction.atomic():
                made |= _carved([wish.plan], by)
        except Refusal as refusal:
            refusals[position] = refusal
    return made, refusals


def _carved(plans: Sequence[SessionPlan], by: Acting) -> dict[Half, ClinicSession]:
    sessions = publish_sessions(plans, by=by)
    if len(sessions) < len(plans):
        raise IntegrityError("somebody published one of these half-days at this moment")
    carve(sessions)
    return {_half_of(session): session for session in sessions}


def _ground(hospital: Institution, rows: Sequence[Said]) -> Ground:
    today = database_now().astimezone(BEIJING).date()
    offered = offered_by(hospital, [row.given for row in rows])
    days = [row.given["date"] for row in rows] or [today]
    services = {one.pk for found in offered.services.values() for one in found}
    people = {one.pk for one in offered.practitioners.values()}
    planned = ClinicSession.objects.filter(Q(service__in=services) | Q(practitioner__in=people), date__in=set(days), status="planned")
    return Ground(
        hospital=hospital,
        today=today,
        freeze_days=freeze_days_of(hospital, today),
        furthest=horizon_of(hospital, today),
        offered=offered,
        stops=list(ClinicStop.objects.of_sessions().filter(service__in=services, status=StopStatus.IN_FORCE, last_day__gte=today)),
        planned=list(planned.select_related("service__institution", "service__department")),
    )


def _wish(row: Said, ground: Ground) -> Wish:
    """What the row plans, or every fault of it at once."""
    given, faults = row.given, Faults()
    service = faults.of(ground.offered.service, given)
    doctor = faults.of(ground.offered.practitioner, given, service) if service else None
    day = faults.of(_day, given["date"], ground)
    starts, ends = moments(given["starts"], given["ends"], given["half_day"], faults)
    frozen = is_frozen(given["date"], today=ground.today, freeze_days=ground.freeze_days)
    reason = faults.of(checked_reason, given.get("reason", ""), needed=frozen and day is not None)
    if service is not None and day is not None and any(_covers(stop, service, day, given["half_day"]) for stop in ground.stops):
        faults.add(invalid("date", _("The clinic is stopped on this half-day.")))
    uncapped = faults.of(_uncapped, service, given, ground) if service else None
    faults.tell()
    read = cast(tuple[Service, date, time, time], (service, day, starts, ends))  # none of them was refused
    half, capacity = HalfDay(given["half_day"]), given["capacity"]
    plan = SessionPlan(read[0], read[1], half, read[2], read[3], capacity, is_uncapped=bool(uncapped), practitioner=doctor)
    return Wish(row, plan, reason or "", frozen)


def _uncapped(service: Service, given: Mapping[str, Any], ground: Ground) -> bool:
    """Without a limit in the ordinary release, as the row says or as the regulation has it (R004); asked once for each service."""
    said: bool | None = given.get("uncapped")
    if (service.pk, said) not in ground.uncapped:
        try:
            wanted = BY_RULE if said is None else UNLIMITED if said else LIMITED
            ground.uncapped[service.pk, said] = without_limit(service, wanted, ground.today)
        except Refusal as refusal:
            raise invalid("uncapped", refusal.message) from refusal
    return ground.uncapped[service.pk, said]


def _covers(stop: ClinicStop, service: Service, day: date, half_day: str) -> bool:
    return stop.service_id == service.pk and stop.first_day <= day <= stop.last_day and stop.half_day in ("", half_day)


def _day(day: date, ground: Ground) -> date:
    if day < ground.today:
        raise invalid("date", _("Give a day from today on."))
    if day > ground.furthest:
        raise invalid("date", _("Timetables are published until %(day)s at most.") % {"day": ground.furthest.isoformat()})
    return day


def _check_room(plan: SessionPlan, ground: Ground) -> None:
    """It lies ahead, and neither service nor doctor is busy then."""
    if plan.starts_at <= datetime.now(BEIJING):
        raise invalid("starts", _("This time is over."))
    meanwhile = [one for one in ground.planned if one.starts_at < plan.ends_at and one.ends_at > plan.starts_at]
    if any(one.service_id == plan.service.pk for one in meanwhile):
        raise invalid("starts", _("The other half-day of this service is still going on at this time."))
    if plan.practitioner is not None and any(one.practitioner_id == plan.practitioner.pk for one in meanwhile):
        raise invalid("practitioner", _("The doctor has another clinic at this time."))


def _as_planned(plan: SessionPlan) -> ClinicSession:
    """A row of this batch, for those after it."""
    return ClinicSession(
        service=plan.service, date=plan.date, half_day=plan.half_day, starts_at=plan.starts_at, ends_at=plan.ends_at,
        capacity=plan.capacity, is_uncapped=plan.is_uncapped, practitioner=plan.practitioner,
    )  # fmt: skip


def _known_sessions(records: Iterable[FeedRecord]) -> Iterable[ClinicSession]:
    ids = [one.object_id for one in records]
    return ClinicSession.objects.filter(public_id__in=ids).select_related("service__institution", "service__department")


def _half_of(session: ClinicSession) -> Half:
    return (session.service_id, session.date, str(session.half_day))
