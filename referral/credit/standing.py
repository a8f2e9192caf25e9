"""How somebody stands in the no-show ledger: the window that counts, how many of how many, until when she is on the list."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db import connection

from clinics.policy import Target, values
from referral import parameters as p
from referral.credit.models import BanCovers
from referral.credit.terms import SHANGHAI, Terms, WindowKind, add_months

DAY: Final = timedelta(days=1)
# Breaches that stand and were not used up by a ban that stands, and the ban of this moment, in one row.
QUERY: Final = """
    SELECT clock_timestamp(), coalesce(array_agg(b.visit_date ORDER BY b.visit_date) FILTER (WHERE b.kind <> 'evasion' AND NOT EXISTS (
               SELECT FROM referral_bookingban_breaches used JOIN referral_bookingban ban ON ban.id = used.bookingban_id
                WHERE used.breach_id = b.id AND ban.status = 'in_force')), '{}'),
           ban.valid_to, ban.covers
      FROM (SELECT %s::bigint AS id) one
      LEFT JOIN referral_breach b ON b.patient_id = one.id AND b.status IN ('recorded', 'notified', 'appealed', 'upheld')
      LEFT JOIN LATERAL (SELECT valid_to, covers FROM referral_bookingban
            WHERE patient_id = one.id AND status = 'in_force' AND valid_from <= clock_timestamp() AND clock_timestamp() < valid_to
            ORDER BY valid_to DESC LIMIT 1) ban ON true
     GROUP BY ban.valid_to, ban.covers
"""


@dataclass(frozen=True, slots=True)
class Window:
    """The visit days that count together: the first, and the first no more; None where there is no end."""

    first: date | None
    after: date | None

    def holds(self, day: date) -> bool:
        """Whether a visit of that day counts."""
        return (self.first is None or self.first <= day) and (self.after is None or day < self.after)


@dataclass(frozen=True, slots=True)
class Standing:
    """Two of three, resets on 1 January; on the list until an instant, and what that covers.

    `resets_on` is the day on which the count next falls, None when it never does or is nought.
    """

    count: int
    limit: int
    resets_on: date | None = None
    ban_until: datetime | None = None
    ban_covers: str = ""

    @property
    def is_banned(self) -> bool:
        """Whether she is on the list now."""
        return self.ban_until is not None

    @property
    def closes_referral(self) -> bool:
        """Whether the list keeps doctors from booking for her too: referring doctors, and hospital doctors in the consulting room (C4)."""
        return self.is_banned and self.ban_covers != BanCovers.BOOKING


def window_of(day: date, kind: str, months: int) -> Window:
    """The window a day looks back on (C1): its calendar year, so many months that end with it, or all her life. Pure.

    Of rolling months a visit counts until the day with its own number so many months later (R135), which counts no more.
    """
    if kind == WindowKind.LIFETIME:
        return Window(None, None)
    if kind == WindowKind.CALENDAR_YEAR:
        return Window(date(day.year, 1, 1), date(day.year + 1, 1, 1))
    first = add_months(day, -months)
    while add_months(first, months) <= day:
        first += DAY
    return Window(first, day + DAY)


def standing_of(patient: int, terms: Terms, *, today: date | None = None) -> Standing:
    """How a resident (by key) stands under these terms on a day, the database's own by default; one query, no lock (R059, R134).

    Breaches that already led to a standing ban count no second time.
    """
    with connection.cursor() as cursor:
        cursor.execute(QUERY, [patient])
        now, days, ban_until, covers = cursor.fetchone()
    return counted(days, terms, today or now.astimezone(SHANGHAI).date(), ban_until, covers or "")


def counted(days: list[date], terms: Terms, today: date, ban_until: datetime | None = None, covers: str = "") -> Standing:
    """The same from the visit days of the breaches that count. Pure."""
    window = window_of(today, terms.window, terms.months)
    held = [day for day in days if window.holds(day)]
    resets = None
    if held and terms.window == WindowKind.CALENDAR_YEAR:
        resets = window.after
    elif held and terms.window == WindowKind.ROLLING_MONTHS:
        resets = add_months(min(held), terms.months)
    return Standing(len(held), terms.threshold, resets, ban_until, covers)


def terms_of(district: Any, at: date) -> Terms:
    """The values of the ledger in a district on a day: threshold, window and ban are the highest authority's (R138); one query."""
    held = {key: one.value for key, one in values(p.OF_LEDGER, Target(getattr(district, "pk", district)), at).items()}
    return Terms.from_values(held)


def standing_in(patient: Any, district: Any, today: date) -> Standing:
    """How a resident stands today in a district."""
    return standing_of(patient.pk, terms_of(district, today), today=today)
