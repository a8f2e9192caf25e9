"""A year of the working calendar as pages and programs read it: every day by month, what is named, and its history."""

import calendar as weeks
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from django.utils.translation import gettext as _

from clinics.models import CalendarDay, CalendarYear, Institution
from clinics.register.history import Entry, names_of
from clinics.timetables.calendar import DayKind, kind_of
from clinics.timetables.calendar_days import calendar_id
from vault.changes import changes_of

LATEST = 40
SATURDAY = 6


@dataclass(frozen=True, slots=True)
class Shown:
    """One day of the year: what it is, whether the place itself or everybody says so, and its look."""

    kind: DayKind
    row: CalendarDay | None
    look: str

    @property
    def day(self) -> date:
        return self.kind.date


@dataclass(frozen=True, slots=True)
class Year:
    """A year of one place: twelve months of weeks, the named days in order, and whether it is officially known."""

    number: int
    months: list[tuple[date, list[list[Shown | None]]]]
    named: list[Shown]
    known: CalendarYear | None


def year_of(number: int, institution: Institution | None) -> Year:
    """Two queries, whatever the year holds."""
    first, last = date(number, 1, 1), date(number, 12, 31)
    rows = {row.date: row for row in _rows(institution, first, last)}
    days = [first + timedelta(days=count) for count in range((last - first).days + 1)]
    shown = {day: _shown(day, rows.get(day)) for day in days}
    months = [(date(number, month, 1), _weeks(number, month, shown)) for month in range(1, 13)]
    return Year(number, months, [shown[day] for day in days if day in rows], CalendarYear.objects.filter(year=number).first())


def _rows(institution: Institution | None, first: date, last: date) -> list[CalendarDay]:
    """Everybody's days, then the place's own, so that the own one wins."""
    wanted = CalendarDay.objects.filter(date__range=(first, last)).select_related("institution")
    found = [row for row in wanted if row.institution_id in (None, institution.pk if institution else None)]
    return sorted(found, key=lambda row: row.institution_id is not None)


def _weeks(number: int, month: int, shown: Mapping[date, Shown]) -> list[list[Shown | None]]:
    return [[shown[day] if day.month == month else None for day in week] for week in weeks.Calendar().monthdatescalendar(number, month)]


def _shown(day: date, row: CalendarDay | None) -> Shown:
    if row is None:
        return Shown(kind_of(day, None), None, "weekend" if day.isoweekday() >= SATURDAY else "")
    return Shown(kind_of(day, row), row, "worked" if row.is_working else "off")


def history_of(institution: Institution | None, year: int) -> list[Entry]:
    """What was changed about a place's year, the latest first; days changed at once stand together."""
    changes = list(changes_of(calendar_id(institution, year)).order_by("-id")[:LATEST])
    names = names_of(change.actor_id for change in changes)
    entries = []
    for (at, actor), group in groupby(changes, key=lambda change: (change.at, change.actor_id)):
        told = sorted(group, key=lambda change: change.field)
        text = _("; ").join(f"{change.field} {words_of(change.old)} → {words_of(change.new)}" for change in told[:8])
        more = _("%(text)s and %(count)d more") % {"text": text, "count": len(told) - 8} if len(told) > 8 else text
        entries.append(Entry(at, _("Calendar changed"), names.get(actor, "") if actor else "", more))
    return entries


def words_of(coded: str) -> str:
    """A day of the history in words: as its weekday, off, or worked as which weekday."""
    if not coded:
        return _("as its weekday")
    word, weekday, note, _source = (*coded.split("|"), "", "", "")[:4]
    said = _("off") if word == "off" else _("worked")
    said = _("worked as %(weekday)s") % {"weekday": weekdays()[int(weekday)]} if weekday.isdigit() else said
    return f"{said} {note}".strip()


def weekdays() -> dict[int, str]:
    """1 = Monday … 7 = Sunday, in words."""
    names = (_("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday"))
    return dict(enumerate(names, 1))
