"""What publishing a stretch of days would make: each session with its three parts, what is left out and why, shares by department."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from django.utils.translation import gettext_lazy as _

from clinics import policy
from clinics.models import ClinicSession, ClinicStop, Department, HalfDay, Institution, Publication, SessionTemplate
from clinics.models.stop import StopStatus
from clinics.parameters import PUBLISHING_HORIZON_MONTHS
from clinics.register.answerable import missing_of
from clinics.timetables.calendar import DayKind, day_kinds
from clinics.timetables.day_places import planned_places
from clinics.timetables.exam_days import days_without_exams
from clinics.timetables.horizon import Horizon, Key, Pattern, Skipped, Why, horizon
from clinics.timetables.schedule_changes import freeze_days_of, is_frozen
from clinics.timetables.timetable import BEIJING, SessionPlan
from reserved_pools.carving import foreseen
from vault.refusal import invalid

MOST_DAYS = 31
WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Foreseen:
    """One session to make, its places for referrers, residents and the window, and whether it lies in the frozen week."""

    plan: SessionPlan
    referral: int
    direct: int
    is_frozen: bool

    @property
    def window(self) -> int:
        return self.plan.capacity - self.referral - self.direct


@dataclass(frozen=True, slots=True)
class DepartmentPart:
    """What one department would put out: all places, those for referrers, and how many of these are experts'."""

    department: Department
    sessions: int
    places: int
    referral: int
    direct: int
    expert: int

    @property
    def window(self) -> int:
        return self.places - self.referral - self.direct

    @property
    def expert_percent(self) -> int:
        return round(100 * self.expert / self.referral) if self.referral else 0


@dataclass(frozen=True, slots=True)
class Preview:
    """Everything a reader wants to know before she publishes."""

    institution: Institution
    first: date
    last: date
    copied_from: date | None
    made: tuple[Foreseen, ...]
    skipped: tuple[Skipped, ...]
    parts: tuple[DepartmentPart, ...]
    missing: tuple[str, ...]
    idle: tuple[date, ...]  # days worked by the calendar on which nothing of the week runs
    has_patterns: bool

    @property
    def needs_reason(self) -> bool:
        """Sessions that come into the frozen week are extra ones (R125)."""
        return any(one.is_frozen for one in self.made)

    @property
    def places(self) -> int:
        return sum(one.plan.capacity for one in self.made)

    @property
    def reserved(self) -> int:
        return sum(one.referral for one in self.made)


def preview(institution: Institution, first: date, last: date, *, today: date, copied_from: date | None = None) -> Preview:
    """What publishing these days, both included, would make: of the templates, or of the week that begins on `copied_from`.

    Writes nothing. Refuses with `invalid_input` a stretch that ends before it begins, is longer than 31 days, or goes beyond the
    horizon (R003).
    """
    check_span(institution, first, last, today)
    patterns = _patterns(institution, first, last, today, copied_from)
    days = day_kinds(institution, first, last)
    found = _horizon(institution, patterns, days, today)
    made = _foreseen(found.plans, institution, today)
    running = {plan.date for plan in found.plans} | {one.date for one in found.skipped}
    idle = tuple(day for day, kind in days.items() if kind.is_adjusted and day not in running and day > today)
    return Preview(
        institution, first, last, copied_from, made, found.skipped, _parts(made), tuple(missing_of(institution)), idle, bool(patterns)
    )


def left_out_as_too_many(done: Publication, today: date) -> list[Skipped]:
    """What a publication left out because its service would have more places than it has on a day, as it stands now."""
    patterns = _patterns(done.institution, done.first_day, done.last_day, today, done.copied_from)
    days = day_kinds(done.institution, done.first_day, done.last_day)
    return [one for one in _horizon(done.institution, patterns, days, today).skipped if one.why is Why.TOO_MANY]


def check_span(institution: Institution, first: date, last: date, today: date) -> None:
    """Refuse with `invalid_input` days that cannot be published together (R003)."""
    if last < first:
        raise invalid("to", _("The last day lies before the first."))
    if (last - first).days >= MOST_DAYS:
        raise invalid("to", _("Publish at most 31 days at once."))
    if last <= today:
        raise invalid("from", _("These days are over."), remedy=_("Publish from tomorrow on."))
    furthest = horizon_of(institution, today)
    if last > furthest:
        message = _("Timetables are published until %(day)s at most.") % {"day": furthest.isoformat()}
        raise invalid("to", message, remedy=_("Choose an earlier day."))


def horizon_of(institution: Institution, today: date) -> date:
    """The last day a hospital may publish: three months ahead, unless its district allows another span (R003)."""
    months = int(policy.value(PUBLISHING_HORIZON_MONTHS, at=today, institution=institution))
    year, month = divmod(today.month - 1 + months, 12)
    for day in range(today.day, 0, -1):  # the 31st becomes the last day of a shorter month
        try:
            return date(today.year + year, month + 1, day)
        except ValueError:
            continue
    return today


def pattern_of(template: SessionTemplate) -> Pattern:
    """A template as the horizon reads it."""
    return Pattern(
        template.service, template.weekday, template.half_day, template.starts, template.ends, template.capacity, template.is_uncapped,
        template.practitioner, template.valid_from, template.valid_to,
    )  # fmt: skip


def _patterns(institution: Institution, first: date, last: date, today: date, copied_from: date | None) -> list[Pattern]:
    return _templates(institution, first, last) if copied_from is None else _week(institution, copied_from, today)


def _horizon(institution: Institution, patterns: list[Pattern], days: Mapping[date, DayKind], today: date) -> Horizon:
    """What the patterns become, by what stands and is stopped. A place added at this very moment is refused when it is published."""
    first, last = min(days), max(days)
    standing = _standing(institution, first, last)
    shut = days_without_exams(institution, first, last) if any(one.service.is_examination for one in patterns) else frozenset()
    counted = {one.service.pk for one in patterns if one.service.places_per_day is not None}
    places = planned_places(counted, days) if counted else {}
    return horizon(patterns, days, today=today, planned=standing.planned, stopped=standing.stopped, without_exams=shut, places=places)


def _templates(institution: Institution, first: date, last: date) -> list[Pattern]:
    found = SessionTemplate.objects.filter(service__institution=institution, valid_from__lte=last)
    held = found.select_related("service__institution", "service__department", "practitioner")
    return [pattern for pattern in map(pattern_of, held) if pattern.valid_to is None or pattern.valid_to > first]


def _week(institution: Institution, monday: date, today: date) -> list[Pattern]:
    """The sessions of one week as they stand after all changes; stopped ones are not copied, blocked bands open again."""
    if monday.isoweekday() != 1:
        raise invalid("copied_from", _("Give the Monday of the week that is to be copied."))
    if not -366 <= (monday - today).days <= 366:
        raise invalid("copied_from", _("Give a week within a year."))
    found = ClinicSession.objects.filter(
        service__institution=institution, date__range=(monday, monday + timedelta(days=6)), status="planned"
    )
    return [_pattern(one) for one in found.select_related("service__institution", "service__department", "practitioner")]


def _pattern(session: ClinicSession) -> Pattern:
    starts, ends = (moment.astimezone(BEIJING).time() for moment in (session.starts_at, session.ends_at))
    return Pattern(
        session.service, session.date.isoweekday(), session.half_day, starts, ends, session.capacity, session.is_uncapped,
        session.practitioner,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Standing:
    """What stands of these days already, or was stopped."""

    planned: frozenset[Key]
    stopped: frozenset[Key]


def _standing(institution: Institution, first: date, last: date) -> _Standing:
    """Published sessions, stopped ones, and half-days a stop in force speaks of before they are published."""
    rows = ClinicSession.objects.filter(service__institution=institution, date__range=(first, last))
    held: dict[str, set[Key]] = defaultdict(set)
    for service, day, half, status in rows.values_list("service_id", "date", "half_day", "status"):
        held[status].add((service, day, half))
    stops = ClinicStop.objects.of_sessions().filter(
        service__institution=institution, status=StopStatus.IN_FORCE, first_day__lte=last, last_day__gte=first
    )
    for stop in stops:
        held["stopped"] |= set(_stopped_half_days(stop, first, last))
    return _Standing(frozenset(held["planned"]), frozenset(held["stopped"]))


def _stopped_half_days(stop: ClinicStop, first: date, last: date) -> Iterable[Key]:
    start, end = max(stop.first_day, first), min(stop.last_day, last)
    halves = [stop.half_day] if stop.half_day else list(HalfDay.values)
    for number in range((end - start).days + 1):
        yield from ((stop.service_id, start + timedelta(days=number), half) for half in halves)


def _foreseen(plans: Sequence[SessionPlan], institution: Institution, today: date) -> tuple[Foreseen, ...]:
    """Each session with the parts carving would give, numbered so that unwritten rows can be told apart."""
    numbered = list(enumerate(plans, 1))
    unwritten = [ClinicSession(pk=-number, service=one.service, date=one.date, capacity=one.capacity) for number, one in numbered]
    parts = foreseen(unwritten) if unwritten else {}
    freeze = freeze_days_of(institution, today)
    return tuple(
        Foreseen(plan, *parts.get(-number, (0, 0)), is_frozen(plan.date, today=today, freeze_days=freeze)) for number, plan in numbered
    )


def _parts(made: Iterable[Foreseen]) -> tuple[DepartmentPart, ...]:
    parts: dict[int, DepartmentPart] = {}
    for one in made:
        department = one.plan.service.department
        held = parts.setdefault(department.pk, DepartmentPart(department, 0, 0, 0, 0, 0))
        parts[department.pk] = replace(
            held,
            sessions=held.sessions + 1,
            places=held.places + one.plan.capacity,
            referral=held.referral + one.referral,
            direct=held.direct + one.direct,
            expert=held.expert + (one.referral if one.plan.service.is_expert else 0),
        )
    return tuple(sorted(parts.values(), key=lambda part: (part.department.standard_code, part.department.pk)))
