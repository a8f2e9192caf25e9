"""The stretch of days a page of places looks at: a week, a month, or two days chosen by hand."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from django.http import QueryDict
from django.utils.translation import gettext as _

from permissions.doors.fields import typed_day
from vault.faults import Faults
from vault.refusal import invalid

LONGEST: Final = timedelta(days=92)
WEEK, MONTH, DAYS = "week", "month", "days"
SPANS: Final = ("last_week", WEEK, "next_week", "last_month", MONTH, "next_month")


@dataclass(frozen=True, slots=True)
class Span:
    """Both days included; `name` is the choice that led to them, DAYS when they were chosen by hand."""

    name: str
    first: date
    last: date


def span_in(data: QueryDict, today: date) -> Span:
    """The stretch an address asks for, by its word or by two days; the week of today when it asks for none.

    Refuses with `invalid_input` a day that is none, an end before the beginning, and more than three months.
    """
    name = data.get("span", "")
    if name in SPANS:
        return named(name, today)
    if data.get("first") or data.get("last"):
        return _chosen(data.get("first", ""), data.get("last", ""))
    week = named(WEEK, today)
    return Span(name if name == DAYS else WEEK, week.first, week.last)


def named(name: str, today: date) -> Span:
    """One of the usual stretches around a day."""
    step = {"last": -1, "next": 1}.get(name.partition("_")[0], 0)
    if name.endswith(MONTH):
        first = _month(today, step)
        return Span(name, first, _month(first, 1) - timedelta(days=1))
    monday = today - timedelta(days=today.weekday()) + timedelta(weeks=step)
    return Span(name, monday, monday + timedelta(days=6))


def check_span(first: date, last: date) -> None:
    """Refuses with `invalid_input` an end before the beginning, and more than three months."""
    if last < first:
        raise invalid("last", _("The last day lies before the first."))
    if last - first > LONGEST:
        raise invalid("last", _("Ask for at most three months at once."))


def choices() -> list[tuple[str, str]]:
    """The usual stretches with their words."""
    words = (_("last week"), _("this week"), _("next week"), _("last month"), _("this month"), _("next month"), _("chosen days"))
    return list(zip((*SPANS, DAYS), words, strict=True))


def _chosen(first: str, last: str) -> Span:
    faults = Faults()
    begin, end = faults.of(typed_day, "first", first), faults.of(typed_day, "last", last)
    faults.tell()
    assert begin is not None
    assert end is not None
    check_span(begin, end)
    return Span(DAYS, begin, end)


def _month(day: date, step: int) -> date:
    months = day.year * 12 + day.month - 1 + step
    return date(months // 12, months % 12 + 1, 1)
