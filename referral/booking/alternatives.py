"""The nearest lawful times instead of one that could not be booked, however many bands a department has."""

from datetime import date, timedelta
from typing import Any, Final

from django.db.models import Q
from django.utils import timezone

from permissions.acting import Acting
from referral.booking import rules
from referral.booking.facts import BookingFacts
from referral.booking.offered_as import same_name
from referral.booking.read import Judged
from reserved_pools.queries import Around, Wanted, nearest
from reserved_pools.wanted import LONGEST
from vault.refusal import Refusal

MOST: Final = 5
MOST_TIMES: Final = 300
ONE_EACH: Final = ("institution", "visit_date", "slot_class")
EVERY_TIME: Final = ("visit_date", "starts_at")
# Rules that another time or hospital cures; a missing visit or contract, a ban or frequent changes it does not.
CURABLE: Final = frozenset({"R019", "R052", "R106", "R107", "R108", "R015", "R109", "R017", "R018", "R046", "R027"})


def alternatives(judged: Judged, by: Acting, *, stands_at: int | None = None) -> list[dict[str, Any]]:
    """Promise up to five places of the same department code that this booking would be allowed to take now.

    Instead of a clinic other clinics, instead of an examination the same one at another time or hospital, instead of a bed or day
    surgery another day of the one that was accepted (R072). The hospitals are those the acting right reaches and that do not
    restrict her (R027); one place per hospital, day and class, the day nearest to the one asked for first, then partners, then
    time. Never the place where a booking stands that is to be moved. Rows are those of `availability`. Three queries.
    """
    return _found(judged, by, _wanted(judged), ONE_EACH, MOST, stands_at=stands_at)


def lawful_times(judged: Judged, by: Acting, wanted: Wanted, *, like: str) -> list[dict[str, Any]]:
    """Promise every lawful time among those wanted, one place each, of this class if there is one, the nearest day first."""
    return _found(judged, by, wanted, EVERY_TIME, MOST_TIMES, like)


def lawful_days(facts: BookingFacts) -> dict[date, int]:
    """The days on which her limits leave room, each with how far it is from the one asked for; the hospitals' own rules come later."""
    ahead_of_today = (facts.today + timedelta(days=number) for number in range(1, LONGEST.days + 1))
    return {day: abs((day - facts.visit_date).days) for day in ahead_of_today if rules.has_room_on(facts, day)}


def with_alternatives(refusal: Refusal, judged: Judged | None, by: Acting, *, stands_at: int | None = None) -> Refusal:
    """The same refusal, carrying what could be booked instead when another time would cure it."""
    broken = {violation.rule for violation in refusal.violations}
    if judged is not None and broken and broken <= CURABLE:
        refusal.current["alternatives"] = alternatives(judged, by, stands_at=stands_at)
    return refusal


def _found(
    judged: Judged, by: Acting, wanted: Wanted, alike: tuple[str, ...], limit: int, like: str = "", stands_at: int | None = None
) -> list[dict[str, Any]]:
    facts, asked = judged.facts, timezone.localdate(judged.row.referral_created_at)
    days = {day: far for day, far in lawful_days(facts).items() if wanted.first <= day <= wanted.last}
    if not days:
        return []
    among = _open_to_her(judged) & ~Q(pk=stands_at) if stands_at else _open_to_her(judged)
    return nearest(by, wanted, Around(days, alike, like), today=facts.today, asked=asked, among=among, limit=limit)


def _wanted(judged: Judged) -> Wanted:
    """The same department code and kind on every day that may be booked somewhere; further where two persons let the horizon pass."""
    facts, row = judged.facts, judged.row
    return Wanted(
        facts.today + timedelta(days=1), facts.today + LONGEST, department=facts.standard_code, kind=row.service_kind,
        name=same_name(row.service_kind, row.service_name), beyond="R106" in facts.let_pass,
    )  # fmt: skip


def _open_to_her(judged: Judged) -> Q:
    """Where no hospital stops her: none that restricts her (R027), none where the department is booked for her that day (R015).

    Of a bed or day surgery only the very service that is asked for: no other hospital has accepted her (R072).
    """
    facts = judged.facts
    found = ~Q(institution__in=facts.restricting)
    if facts.is_asked_first:
        found &= Q(service=judged.row.service)
    for institution, day in rules.taken_at(facts):
        found &= ~Q(institution=institution, visit_date=day)
    return found
