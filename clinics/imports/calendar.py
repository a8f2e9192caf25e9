"""The list of a year's holidays and days worked instead, for everybody."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import ClassVar

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from clinics.imports.header import folded
from clinics.imports.kinds import Checked, Column, Outcome, Row
from clinics.imports.words import RowFaults, choices_in_words
from clinics.models import CalendarDay
from clinics.policy.scope import governs
from clinics.timetables.calendar_days import DayWords, check_day, check_words, coded, write_days
from clinics.timetables.calendar_year import weekdays
from permissions.acting import Acting
from permissions.doors.fields import typed_day
from permissions.roles import Capability
from vault.refusal import Refusal, Sentence, invalid

KINDS = (("off", pgettext_lazy("calendar", "off")), ("work", pgettext_lazy("calendar", "worked")))


@dataclass
class Days:
    """What a file's rows are compared with; a day named in a row counts for the rows after it."""

    today: date
    known: dict[date, str]
    kinds: dict[str, str] = field(default_factory=dict)
    weekdays: dict[str, str] = field(default_factory=dict)
    seen: dict[date, int] = field(default_factory=dict)


class CalendarImporter:
    """One day a row; a day that stands there is changed, others stay."""

    key = "calendar"
    title: Sentence = _("Holidays and days worked instead")
    needs = Capability.SET_POLICY
    columns: ClassVar[tuple[Column, ...]] = (
        Column("day", _("Day"), True, "2026-10-01", _("Like 2026-10-01.")),
        Column("works", _("Off or worked"), True, "休", _("Off, or worked.")),
        Column("runs_as_weekday", _("Runs the timetable of"), False, "", _("A day of the week; only for a day that is worked.")),
        Column("note", _("What day it is"), True, "国庆节", _("Such as the name of the holiday.")),
        Column("source", _("Announcement"), True, "国务院办公厅通知", _("Which announcement this rests on.")),
    )

    def context(self, by: Acting, today: date) -> Days:
        _require(by)
        known = {row.date: coded(row) for row in CalendarDay.objects.filter(institution=None, date__gte=today)}
        pairs = [(str(number), name) for number, name in weekdays().items()]
        return Days(today, known, choices_in_words(KINDS), choices_in_words(pairs))

    def check(self, rows: Sequence[Row], context: Days) -> list[Checked]:
        return [_checked(row, context)[0] for row in rows]

    def apply(self, rows: Sequence[Row], context: Days, by: Acting) -> list[Checked]:
        _require(by)
        answers, good = [], {}
        for row in rows:
            checked, found = _checked(row, context)
            answers.append(checked)
            if found is not None:
                good[found[0]] = found[1]
        write_days(good, institution=None, by=by)
        return answers


def _checked(row: Row, context: Days) -> tuple[Checked, tuple[date, DayWords] | None]:
    faults = RowFaults(row.values)
    day = faults.of("day", lambda text: _day(text, context))
    said = DayWords(
        _choice("works", row, context.kinds, faults) == "work",
        int(_choice("runs_as_weekday", row, context.weekdays, faults) or 0) or None,
        row.values["note"],
        row.values["source"],
    )
    try:
        check_words(said, None)
    except Refusal as refusal:
        faults.refused(refusal)
    if faults or day is None:
        return Checked(row.number, Outcome.FAULTY, tuple(faults.found)), None
    context.seen[day] = row.number
    row_after = CalendarDay(date=day, is_working=said.is_working, runs_as_weekday=said.runs_as_weekday, note=said.note, source=said.source)
    after = coded(row_after)
    outcome = Outcome.CREATE if day not in context.known else Outcome.UNCHANGED if context.known[day] == after else Outcome.UPDATE
    return Checked(row.number, outcome), (day, said)


def _day(text: str, context: Days) -> date:
    day = typed_day("day", text)
    check_day(day, context.today)
    if day in context.seen:
        raise invalid("day", _("Another row of the list is about this day."), remedy=_("Keep one of them."))
    return day


def _choice(name: str, row: Row, words: dict[str, str], faults: RowFaults) -> str:

    text = row.values[name]
    found = words.get(folded(text), "")
    if text and not found:
        faults.add(name, _("This is none of the words for it."), _("Use the words of the template."))
    return found


def _require(by: Acting) -> None:
    if not governs(by):
        raise Refusal("not_allowed", _("Only the district keeps everybody's calendar."))
