"""The nearest lawful times instead of one that could not be booked, however many bands a department has."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Final

from django.db.models import Q, QuerySet
from django.utils import timezone

from clinics.models.offer import ServiceKind
from permissions.acting import Acting
from referral.booking import rules
from referral.booking.facts import BookingFacts
from referral.booking.offered_as import same_name
from referral.booking.read import Judged
from reserved_pools.models import PoolSlot
from reserved_pools.queries import Around, Wanted, nearest, nearest_of
from reserved_pools.wanted import LONGEST
from vault.refusal import Refusal

MOST: Final = 5
MOST_TIMES: Final = 300
Found = Callable[[Judged, Acting], list[dict[str, Any]]]
ONE_EACH: Final = ("institution", "visit_date", "slot_class")
EVERY_TIME: Final = ("visit_date", "starts_at")
# Rules that another time or hospital cures; a missing visit or contract, a ban or frequent changes it does not.
CURABLE: Final = frozenset({"R019", "R052", "R106", "R107", "R108", "R015", "R109", "R017", "R018", "R046", "R027", "R142"})
ANOTHER_TIME: Final = CURABLE - {"R027", "R046", "R052", "R142"}  # what another time at the same hospital cures


def alternatives(judged: Judged, by: Acting, *, stands_at: int | None = None) -> list[dict[str, Any]]:
    """Promise up to five places of the same department code that this booking would be allowed to take now.

    Instead of a clinic other clinics, instead of an examination the same one at another time or hospital, instead of a bed or day
    surgery another day of the one that was accepted (R072). The hospitals are those the acting right reaches and that do not
    restrict her (R027); one place per hospital, day and class, the day nearest to the one asked for first, then partners, then
    time. Never the place where a booking stands that is to be moved. Rows are those of `availability`. Three queries.
    """
    among = _open_to_her(judged) & ~Q(pk=stands_at) if stands_at else _open_to_her(judged)
    return _found(judged, by, _wanted(judged), among, ONE_EACH, MOST)


def asked_elsewhere(judged: Judged, by: Acting) -> list[dict[str, Any]]:
    """Promise the nearest day of up to five beds, or of the same day surgery, that another hospital could be asked for (R072).

    Hospitals name their beds as they like; an operation has one name.
    """
    wanted = _wanted(judged)
    if wanted.kind == ServiceKind.BED:
        wanted = replace(wanted, name="")
    return _found(judged, by, wanted, _open_to_her(judged, elsewhere=True), ("service",), MOST)


def here(judged: Judged, by: Acting, places: "QuerySet[PoolSlot]") -> list[dict[str, Any]]:
    """Promise up to five lawful ones of these places of one hospital: of the same department and kind as the one refused."""
    facts, row = judged.facts, judged.row
    named = same_name(row.service_kind, row.service_name)
    alike = places.filter(_open_to_her(judged), standard_code=facts.standard_code, service__kind=row.service_kind)
    if named:
        alike = alike.filter(service__name=named)
    around = Around(lawful_days(facts), ONE_EACH)
    return nearest_of(by, alike, around, today=facts.today, asked=timezone.localdate(row.referral_created_at), limit=MOST)


def lawful_times(judged: Judged, by: Acting, wanted: Wanted, *, like: str) -> list[dict[str, Any]]:
    """Promise every lawful time among those wanted, one place each, of this class if there is one, the nearest day first."""
    return _found(judged, by, wanted, _open_to_her(judged), EVERY_TIME, MOST_TIMES, like)


def lawful_days(facts: BookingFacts) -> dict[date, int]:
    """The days on which her limits leave room, each with how far it is from the one asked for; the hospitals' own rules come later."""
    ahead_of_today = (facts.today + timedelta(days=number) for number in range(1, LONGEST.days + 1))
    return {day: abs((day - facts.visit_date).days) for day in ahead_of_today if rules.has_room_on(facts, day)}


def with_alternatives(
    refusal: Refusal, judged: Judged | None, by: Acting, *, find: Found = alternatives, curable: frozenset[str] = CURABLE
) -> Refusal:
    """The same refusal, carrying what could be taken instead, found in the way of its door, when everything broken is curable."""
    broken = {violation.rule for violation in refusal.violations}
    if judged is not None and broken and broken <= curable:
        refusal.current["alternatives"] = find(judged, by)
    return refusal


def _found(
    judged: Judged, by: Acting, wanted: Wanted, among: Q, alike: tuple[str, ...], limit: int, like: str = ""
) -> list[dict[str, Any]]:
    facts, asked = judged.facts, timezone.localdate(judged.row.referral_created_at)
    days = {day: far for day, far in lawful_days(facts).items() if wanted.first <= day <= wanted.last}
    if not days:
        return []
    return nearest(by, wanted, Around(days, alike, like), today=facts.today, asked=asked, among=among, limit=limit)


def _wanted(judged: Judged) -> Wanted:
    """The same department code and kind on every day that may be booked somewhere; further where two persons let the horizon pass."""
    facts, row = judged.facts, judged.row
    return Wanted(
        facts.today + timedelta(days=1), facts.today + LONGEST, department=facts.standard_code, kind=row.service_kind,
        name=same_name(row.service_kind, row.service_name), beyond="R106" in facts.let_pass,
    )  # fmt: skip


def _open_to_her(judged: Judged, *, elsewhere: bool = False) -> Q:
    """Where no hospital stops her: none that restricts her (R027), none where the department is booked for her that day (R015).

    Of a bed or day surgery only the very service that is asked for: no other hospital has accepted her (R072). While none has been
    asked yet, what is found `elsewhere` can be asked for.
    """
    facts = judged.facts
    found = ~Q(institution__in=facts.restricting)
    if facts.is_asked_first and not elsewhere:
        found &= Q(service=judged.row.service)
    for institution, day in rules.taken_at(facts):
        found &= ~Q(institution=institution, visit_date=day)
    return found
