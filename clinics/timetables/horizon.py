"""What a weekly timetable becomes on the days of a calendar: sessions to make, and those left out with the reason; pure."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, time

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from clinics.models import HalfDay, Practitioner, Service
from clinics.register.answerable import takes_part
from clinics.timetables.calendar import DayKind
from clinics.timetables.timetable import SessionPlan

Key = tuple[int, date, str]  # service, day, half-day


class Why(TextChoices):
    """Why a half-day of the week does not become a session."""

    PAST = "past", _("today or over")
    DAY_OFF = "day_off", _("day off by the calendar")
    NOT_WORKED = "not_worked", _("not a working day: no examinations")
    PLANNED = "planned", _("published already")
    STOPPED = "stopped", _("stopped")
    NOT_OFFERED = "not_offered", _("the service is not offered on this day")
    NOT_TAKING_PART = "not_taking_part", _("the hospital does not take part on this day")
    DOCTOR_LEFT = "doctor_left", _("the doctor has left")
    TOO_MANY = "too_many", _("more places than the service has on a day")


@dataclass(frozen=True, slots=True)
class Pattern:
    """One half-day that comes back each week: an entered template, or a session of the week that is copied."""

    service: Service
    weekday: int
    half_day: str
    starts: time
    ends: time
    capacity: int
    is_uncapped: bool = False
    practitioner: Practitioner | None = None
    valid_from: date | None = None
    valid_to: date | None = None

    def holds_on(self, day: date) -> bool:
        """From its first day on, until the day before it ends."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day < self.valid_to)


@dataclass(frozen=True, slots=True)
class Skipped:
    """One half-day that is not made, and why."""

    pattern: Pattern
    date: date
    why: Why
    note: str = ""


@dataclass(frozen=True, slots=True)
class Horizon:
    """Everything a stretch of days would bring, in order of day, half-day and department."""

    plans: tuple[SessionPlan, ...]
    skipped: tuple[Skipped, ...]


def horizon(
    patterns: Iterable[Pattern],
    days: Mapping[date, DayKind],
    *,
    today: date,
    planned: Collection[Key] = frozenset(),
    stopped: Collection[Key] = frozenset(),
    without_exams: Collection[date] = frozenset(),
    places: Mapping[tuple[int, date], int] | None = None,
) -> Horizon:
    """The sessions a weekly timetable makes of these days (R070, R157).

    A day off makes none; what would have run by its own weekday is told as left out. A day worked instead runs the weekday the
    calendar names, else its own. On the days `without_exams` clinics run and examinations do not (R202). What is published or
    stopped already stays as it is, so that making twice makes nothing. A day that would bring a service above its places a day,
    with those of `places` that are planned already, is left out for that service alone (R094, R095).
    """
    meetings = list(_meetings(tuple(patterns), days))
    obstacles = [_obstacle(pattern, day, today, planned, stopped, without_exams) for day, pattern in meetings]
    wanted = Counter(places or {})
    for (day, pattern), why in zip(meetings, obstacles, strict=True):
        wanted[pattern.service.pk, day.date] += pattern.capacity if why is None else 0
    plans: list[SessionPlan] = []
    skipped: list[Skipped] = []
    for (day, pattern), obstacle in zip(meetings, obstacles, strict=True):
        why = obstacle or _crowd(pattern, wanted[pattern.service.pk, day.date])
        if why is None:
            plans.append(_plan(pattern, day.date))
        else:
            skipped.append(Skipped(pattern, day.date, why, day.note if why is Why.DAY_OFF else ""))
    return Horizon(tuple(plans), tuple(skipped))


def _crowd(pattern: Pattern, wanted: int) -> Why | None:
    """A day of a bed or day surgery with more places than it has."""
    most = pattern.service.places_per_day
    return Why.TOO_MANY if most is not None and wanted > most else None


def _meetings(patterns: tuple[Pattern, ...], days: Mapping[date, DayKind]) -> Iterator[tuple[DayKind, Pattern]]:
    """Each day with each half-day of the weekday it runs; a day off with those of its own."""
    ordered = sorted(patterns, key=lambda one: (one.half_day, one.service.department_id, one.service.pk))
    for day in sorted(days.values(), key=lambda one: one.date):
        weekday = day.runs or day.date.isoweekday()
        yield from ((day, one) for one in ordered if one.weekday == weekday and one.holds_on(day.date))


def _obstacle(
    pattern: Pattern, day: DayKind, today: date, planned: Collection[Key], stopped: Collection[Key], without_exams: Collection[date]
) -> Why | None:
    """The first reason that counts: what stands already comes before what would forbid it anew."""
    key, service, doctor = (pattern.service.pk, day.date, str(pattern.half_day)), pattern.service, pattern.practitioner
    obstacles = (
        (Why.PLANNED, key in planned),
        (Why.PAST, day.date <= today),
        (Why.DAY_OFF, day.runs is None),
        (Why.NOT_WORKED, service.is_examination and day.date in without_exams),
        (Why.STOPPED, key in stopped),
        (Why.NOT_TAKING_PART, not takes_part(service.institution, day.date)),
        (Why.NOT_OFFERED, not service.is_active_on(day.date)),
        (Why.DOCTOR_LEFT, doctor is not None and doctor.left_on is not None and doctor.left_on <= day.date),
    )
    return next((why for why, stands in obstacles if stands), None)


def _plan(pattern: Pattern, day: date) -> SessionPlan:
    return SessionPlan(
        pattern.service,
        day,
        HalfDay(pattern.half_day),
        pattern.starts,
        pattern.ends,
        pattern.capacity,
        is_uncapped=pattern.is_uncapped,
        practitioner=pattern.practitioner,
    )
