"""Keeps the working calendar: days that differ from their weekday, for everybody or one hospital, and years officially known."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import NAMESPACE_OID, UUID, uuid5

from chinese_calendar import constants
from django.db import transaction
from django.utils.translation import gettext as _

from clinics.models import CalendarDay, CalendarYear, ClinicSession, Institution
from clinics.models.timetable import SessionStatus
from clinics.policy.scope import governs, institutions_of
from permissions.acting import Acting
from vault import audit
from vault.changes import note_many
from vault.faults import Faults
from vault.refusal import Refusal, invalid
from vault.transactions import requires_transaction
from vault.words import worded

LONGEST_NOTE, LONGEST_SOURCE = 60, 200
YEARS_AHEAD = 3
OFFICIAL = "国务院办公厅关于{year}年部分节假日安排的通知"
HOLIDAYS: Mapping[str, str] = {
    "New Year's Day": "元旦",
    "Spring Festival": "春节",
    "Tomb-sweeping Day": "清明节",
    "Labour Day": "劳动节",
    "Dragon Boat Festival": "端午节",
    "National Day": "国庆节",
    "Mid-autumn Festival": "中秋节",
}
KEPT = "calendar"


@dataclass(frozen=True, slots=True)
class DayWords:
    """What somebody says of a day: whether it is worked, as which weekday (1 = Monday … 7 = Sunday, None its own), why, on what ground."""

    is_working: bool
    runs_as_weekday: int | None = None
    note: str = ""
    source: str = ""


def calendar_id(institution: Institution | None, year: int) -> UUID:
    """Under which id the history of a place's year is kept."""
    return uuid5(NAMESPACE_OID, f"calendar/{institution.public_id if institution else ''}/{year}")


def place_of(by: Acting, institution: UUID | None) -> Institution | None:
    """Whose calendar somebody keeps: everybody's (None) for the district, or one hospital's. Refuses with `invalid_input`."""
    if institution is None:
        if not governs(by):
            raise invalid("institution", _("Only the district keeps everybody's calendar."), remedy=_("Choose your hospital."))
        return None
    place = institutions_of(by).filter(public_id=institution).first()
    if place is None:
        raise invalid("institution", _("This is no institution whose calendar you keep."))
    return place


def set_day(day: date, said: DayWords, *, institution: Institution | None, today: date, by: Acting) -> int:
    """Use case: say that a day is off, or worked; answers how many published sessions of that day stay until somebody stops them.

    Two people setting one day at the same moment: the later word holds, both stand in the history.
    """
    _require_keeper(institution, by)
    faults = Faults()
    faults.of(check_day, day, today)
    faults.of(check_words, said, institution)
    faults.tell()
    with transaction.atomic(durable=True):
        write_days({day: said}, institution=institution, by=by)
    return published_on(day, institution)


def remove_day(day: date, *, institution: Institution | None, today: date, by: Acting) -> None:
    """Use case: a day follows its weekday again. Refuses a day that is over or of which the calendar says nothing."""
    _require_keeper(institution, by)
    check_day(day, today)
    with transaction.atomic(durable=True):
        row = CalendarDay.objects.select_for_update().filter(date=day, institution=institution).first()
        if row is None:
            raise Refusal("not_found", _("The calendar says nothing of this day."))
        row.delete()
        _note({day: (coded(row), "")}, institution, by)


def seed_year(year: int, *, by: Acting) -> int:
    """Use case: enter the official holidays and adjusted working days of a year, and mark it as known; answers how many days.

    Days that are there already stay. A year without an official list is refused with what to do instead.
    """
    _require_keeper(None, by)
    days = official_days(year)
    if not days:
        remedy = _("Enter the days by hand or import them as a list, then mark the year as officially known.")
        raise invalid("year", _("The official list of this year is not known here yet."), remedy=remedy)
    with transaction.atomic(durable=True):
        known = set(CalendarDay.objects.filter(institution=None, date__year=year).values_list("date", flat=True))
        fresh = {day: said for day, said in days.items() if day not in known}
        write_days(fresh, institution=None, by=by)
        _mark(year, OFFICIAL.format(year=year), by)
    return len(fresh)


def mark_known(year: int, source: str, *, today: date, by: Acting) -> None:
    """Use case: everybody's days of a year stand as officially announced, says somebody with the source."""
    _require_keeper(None, by)
    faults = Faults()
    if not today.year - 1 <= year <= today.year + YEARS_AHEAD:
        faults.add(invalid("year", _("Choose a year between last year and three years from now.")))
    faults.of(_source, source)
    faults.tell()
    with transaction.atomic(durable=True):
        _mark(year, source.strip(), by)


def official_days(year: int) -> dict[date, DayWords]:
    """The days off and the days worked instead of a year, as the State Council announced them; empty when not known here."""
    source = OFFICIAL.format(year=year)
    off = {day: DayWords(False, None, HOLIDAYS.get(name, name), source) for day, name in constants.holidays.items() if day.year == year}
    worked = {
        day: DayWords(True, None, f"{HOLIDAYS.get(name, name)}调休上班", source)
        for day, name in constants.workdays.items()
        if day.year == year
    }
    return dict(sorted((off | worked).items()))


def write_days(days: Mapping[date, DayWords], *, institution: Institution | None, by: Acting) -> list[date]:
    """Step: keep these days with their history; answers those that really changed."""
    requires_transaction()
    rows = CalendarDay.objects.select_for_update(of=("self",)).filter(institution=institution, date__in=days).order_by("pk")
    held = {row.date: row for row in rows}
    before = {day: coded(row) for day, row in held.items()}
    after = {day: CalendarDay(date=day, institution=institution, **_columns(said)) for day, said in days.items()}
    changed = [day for day, row in after.items() if before.get(day) != coded(row)]
    for day in changed:
        CalendarDay.objects.update_or_create(date=day, institution=institution, defaults=_columns(days[day]))
    _note({day: (before.get(day, ""), coded(after[day])) for day in changed}, institution, by)
    return changed


def published_on(day: date, institution: Institution | None) -> int:
    """How many sessions of a day are published and not stopped, everywhere or at one hospital."""
    found = ClinicSession.objects.filter(date=day, status=SessionStatus.PLANNED)
    return (found if institution is None else found.filter(service__institution=institution)).count()


def coded(row: CalendarDay) -> str:
    """A day in the form in which its history keeps it: off or work, weekday, note, source."""
    return "|".join(("work" if row.is_working else "off", str(row.runs_as_weekday or ""), row.note, row.source))


def check_day(day: date, today: date) -> None:
    """Refuses a day that is over, or that nobody plans for yet."""
    if day < today:
        raise invalid("day", _("This day is over."), remedy=_("Choose today or a later day."))
    if day.year > today.year + YEARS_AHEAD:
        raise invalid("day", _("Choose a day within the next three years."))


def check_words(said: DayWords, institution: Institution | None) -> None:
    """Refuses what cannot be said of a day, every fault at once."""
    faults = Faults()
    if said.runs_as_weekday is not None and not said.is_working:
        faults.add(invalid("runs_as_weekday", _("Only a day that is worked runs the timetable of a weekday.")))
    if said.runs_as_weekday is not None and said.runs_as_weekday not in range(1, 8):
        faults.add(invalid("runs_as_weekday", _("Choose a day of the week.")))
    faults.of(worded, "note", said.note, LONGEST_NOTE, missing=_("Say what day it is, such as the name of the holiday."))
    if institution is None or said.source.strip():
        faults.of(_source, said.source)
    faults.tell()


def _source(text: str) -> None:
    worded("source", text, LONGEST_SOURCE, missing=_("Say which announcement this rests on."))


def _require_keeper(institution: Institution | None, by: Acting) -> None:
    mine = governs(by) if institution is None else institutions_of(by).filter(pk=institution.pk).exists()
    if not mine:
        raise Refusal("not_allowed", _("This calendar is kept by somebody else."))


def _columns(said: DayWords) -> dict[str, object]:
    return {
        "is_working": said.is_working, "runs_as_weekday": said.runs_as_weekday, "note": said.note.strip(), "source": said.source.strip(),
    }  # fmt: skip


def _mark(year: int, source: str, by: Acting) -> None:
    held = CalendarYear.objects.select_for_update().filter(year=year).first()
    if held is not None and held.source == source:
        return
    CalendarYear.objects.update_or_create(year=year, defaults={"source": source})
    audit.record("mark_calendar_year", "calendar", calendar_id(None, year), by=by.actor, details={"year": year, "source": source})


def _note(changes: Mapping[date, tuple[str, str]], institution: Institution | None, by: Acting) -> None:
    """History and trail, a year at a time."""
    years: Iterable[int] = sorted({day.year for day in changes})
    of_year = {year: {day.isoformat(): pair for day, pair in sorted(changes.items()) if day.year == year} for year in years}
    note_many([(KEPT, calendar_id(institution, year), pairs) for year, pairs in of_year.items()], by=by.actor)
    for year, pairs in of_year.items():
        days = [f"{day} {new.partition('|')[0] or 'weekday'}" for day, (_old, new) in pairs.items()]
        place = {"institution": institution.name} if institution else {}
        audit.record("keep_calendar", "calendar", calendar_id(institution, year), by=by.actor, details={"days": days, **place})
