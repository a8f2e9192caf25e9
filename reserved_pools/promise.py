"""The three-day clock: how long somebody waits for a place, whether that keeps the promise, and why not (R112, C24)."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clinics.timetables.calendar import working_days
from permissions.acting import Acting
from reserved_pools import windows
from reserved_pools.sessions.half_days import promise_days


@dataclass(frozen=True, slots=True)
class Promise:
    """So many calendar days after the day of the request; working days are counted beside them."""

    asked: date
    days: int
    working: frozenset[date]

    @property
    def until(self) -> date:
        """The last day that keeps it."""
        return self.asked + timedelta(days=self.days)

    def keeps(self, day: date) -> bool:
        """Whether a visit on this day keeps it (R112)."""
        return windows.keeps_promise(self.asked, day, self.days)

    def calendar_days(self, day: date) -> int:
        """How long a visit on this day lets wait; the day of the request does not count."""
        return (day - self.asked).days

    def working_days(self, day: date) -> int:
        """The same without weekends and holidays."""
        return sum(self.asked < one <= day for one in self.working)

    def wait(self, day: date) -> str:
        """4 calendar days, 2 of them working days, after the request."""
        waited = self.calendar_days(day)
        words = ngettext(
            "%(days)s calendar day after the request, %(working)s of them worked",
            "%(days)s calendar days after the request, %(working)s of them worked",
            waited,
        )
        return words % {"days": waited, "working": self.working_days(day)}

    def why_not(self, day: date) -> str:
        """Why a visit on this day does not keep it; empty when it does."""
        if self.keeps(day):
            return ""
        return _("%(wait)s; within %(promised)s is promised.") % {"wait": self.wait(day), "promised": self.days}


def kept_or_not(promise: Promise, earliest: date | None) -> str:
    """One sentence on whether the promise can be kept, with the earliest day on which there is a place at all."""
    if earliest is None:
        return _("There is no place that could be booked on these days.")
    named = {"day": date_format(earliest, "MONTH_DAY_FORMAT"), "wait": promise.wait(earliest), "promised": promise.days}
    if promise.keeps(earliest):
        return _("The earliest place keeps the promise of a visit within %(promised)s days: %(day)s, %(wait)s.") % named
    named["until"] = date_format(promise.until, "MONTH_DAY_FORMAT")
    sentence = _(
        "No place keeps the promise of a visit within %(promised)s days, which ends on %(until)s. The earliest is on %(day)s, %(wait)s."
    )
    return sentence % named


def promise_to(acting: Acting, asked: date, last: date) -> Promise:
    """The promise of a request made on a day, for visits until another; along the acting person's district, two queries."""
    return Promise(asked, promise_days(acting, asked), frozenset(working_days(asked, max(asked, last))))
