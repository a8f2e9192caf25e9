"""How early a clinic must be stopped and who has to agree: pure rules on calendar days (R126, R128, R161)."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from django.utils.translation import gettext_lazy as _

from clinics import policy
from clinics.models import Department, Institution
from clinics.parameters import LONG_STOP_DAYS, LONG_STOP_NOTICE_DAYS, STOP_NOTICE_DAYS
from vault.refusal import Refusal, Violation, invalid

PARAMETERS: Final = (STOP_NOTICE_DAYS, LONG_STOP_DAYS, LONG_STOP_NOTICE_DAYS)
LONGEST: Final = 366  # days of one stop; what is longer is a clinic that ended
FURTHEST: Final = 366  # days ahead at which a stop may begin


@dataclass(frozen=True, slots=True)
class Terms:
    """What the regulation asks of one hospital's department, in calendar days."""

    notice_days: int
    long_days: int
    long_notice_days: int


@dataclass(frozen=True, slots=True)
class Judgement:
    """How early a stop is said, whether that is too late for the platform to tell the patients, and whether a second person decides."""

    notice: int
    is_special: bool
    is_long: bool
    needs_second: bool


def terms_of(institution: Institution, department: Department, at: date) -> Terms:
    """The values in force for a hospital's department on the day a stop begins, in one query."""
    held = policy.values(PARAMETERS, policy.Target.at(institution, department), at)
    notice, long_days, long_notice = (int(held[one.key].value) for one in PARAMETERS)  # type: ignore[arg-type]
    return Terms(notice, long_days, long_notice)


def judge(first: date, last: date, *, today: date, terms: Terms, begins: date | None = None, run: int = 0) -> Judgement:
    """How a stop of these days (both included), said today in Beijing, is to be treated.

    Notice counts calendar days from today to `begins`, the first day with a session that would not take place (the first day without
    one): fewer than the notice asked is a special stop (R126, R128, R194). One of more than `long_days` days is long and a second
    person decides (R161), one of fewer is not (R162); so does one that lengthens the stops beside it to a `run` of more, unless it is
    too late for that. Refuses a long stop that is said too late with `notice_too_short`.
    """
    notice, length = ((begins or first) - today).days, (last - first).days + 1
    is_long = length > terms.long_days
    if is_long and notice < terms.long_notice_days:
        raise _too_late(first, today, notice, length, terms)
    lengthens = run > terms.long_days and notice >= terms.long_notice_days
    return Judgement(notice, notice < terms.notice_days, is_long, is_long or lengthens)


def check_days(first: date, last: date, *, today: date) -> None:
    """Refuses days that cannot be stopped: in the past, in the wrong order, or further than a year."""
    if first < today:
        raise invalid("first_day", _("This day is over. A stop begins today or later."))
    if first > today + timedelta(days=FURTHEST):
        raise invalid("first_day", _("This is more than a year ahead. Check the year."))
    if last < first:
        raise invalid("last_day", _("The last day is before the first."))
    if (last - first).days >= LONGEST:
        raise invalid("last_day", _("A stop lasts a year at most. End the service instead if it is not coming back."))


def _too_late(first: date, today: date, notice: int, length: int, terms: Terms) -> Refusal:
    lawful = today + timedelta(days=terms.long_notice_days)
    until = first + timedelta(days=terms.long_days - 1)
    said = {"length": length, "long": terms.long_days, "asked": terms.long_notice_days, "notice": notice}
    message = _(
        "This stop lasts %(length)d days. One of more than %(long)d days is reported %(asked)d days ahead and agreed by a second person;"
        " it begins in %(notice)d days."
    )
    remedy = _(
        "Begin on %(lawful)s or later; or stop the days until %(until)s on their own now, as a special stop whose patients the"
        " hospital calls, and propose the rest."
    )
    violation = Violation(
        "notice_too_short",
        message % said,
        field="first_day",
        remedy=remedy % {"lawful": lawful.isoformat(), "until": until.isoformat()},
        rule="R161",
        source=LONG_STOP_NOTICE_DAYS.source,
        quote=LONG_STOP_NOTICE_DAYS.quote,
        count=notice,
        limit=terms.long_notice_days,
        next_date=lawful,
    )
    return Refusal("notice_too_short", violation.message, (violation,))
