"""Which days are worked and which weekday's timetable runs on them: the week, unless the calendar says otherwise."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import F, Q

from clinics.models import CalendarDay, CalendarYear, Institution

SATURDAY = 6


@dataclass(frozen=True, slots=True)
class DayKind:
    """One day: `runs` is the weekday whose timetable runs (1 = Monday … 7 = Sunday), None when nothing does.

    `is_named` marks a day the calendar speaks of, `is_adjusted` one of those that is worked.
    """

    date: date
    runs: int | None
    note: str = ""
    is_named: bool = False

    @property
    def is_adjusted(self) -> bool:
        return self.is_named and self.runs is not None


def kind_of(day: date, row: CalendarDay | None) -> DayKind:
    """What one day is by the row that speaks of it; pure.

    Without a row it is a day of its own weekday, a Saturday too: who holds no clinics on Saturdays has no templates for them. A
    working row runs the weekday it names, else the day's own; nobody guesses which weekday a day worked instead replaces.
    """
    if row is None:
        return DayKind(day, day.isoweekday())
    return DayKind(day, (row.runs_as_weekday or day.isoweekday()) if row.is_working else None, row.note, is_named=True)


def day_kinds(institution: Institution | None, first: date, last: date) -> dict[date, DayKind]:
    """Every day from the first to the last, both included, in one query; an institution's own row wins over everybody's."""
    return {day: kind_of(day, row) for day, row in _rows(institution, first, last).items()}


def working_days(first: date, last: date, institution: Institution | None = None) -> list[date]:
    """Every working day from the first to the last, both included, read in one query: Monday to Friday without a row."""
    rows = _rows(institution, first, last)
    return [day for day, row in rows.items() if (row.is_working if row else day.isoweekday() < SATURDAY)]


def _rows(institution: Institution | None, first: date, last: date) -> dict[date, CalendarDay | None]:
    named = Q(institution=None) if institution is None else Q(institution=None) | Q(institution=institution)
    found = CalendarDay.objects.filter(named, date__range=(first, last))
    known = {row.date: row for row in found.order_by(F("institution").asc(nulls_first=True))}  # the own row comes last and stays
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    return {day: known.get(day) for day in days}


def known_until(today: date) -> date | None:
    """The last day whose holidays are officially known without a gap from this year on; None when this year's are not."""
    years = set(CalendarYear.objects.filter(year__gte=today.year).values_list("year", flat=True))
    last = today.year - 1
    while last + 1 in years:
        last += 1
    return date(last, 12, 31) if last >= today.year else None
