"""The nearest lawful times instead of one that could not be booked."""

from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from clinics.models import Institution
from permissions.acting import Acting
from referral.booking import rules
from referral.booking.facts import BookingFacts
from referral.booking.offered_as import same_name
from referral.booking.read import Judged
from reserved_pools.queries import Wanted, availability
from vault.refusal import Refusal

MOST: Final = 5
# Rules that another time or hospital cures; a missing visit or contract, a ban or frequent changes it does not.
CURABLE: Final = frozenset({"R019", "R052", "R106", "R107", "R108", "R015", "R109", "R017", "R018", "R046", "R027"})


def alternatives(judged: Judged, by: Acting) -> list[dict[str, Any]]:
    """Promise up to five places of the same department code that this booking would be allowed to take now.

    Instead of a clinic other clinics, instead of an examination the same one at another time or hospital (R072). The hospitals are
    those the acting right reaches; one place per hospital, day and class, the day nearest to the one asked for first, then
    partners, then time. Rows are those of `availability`.
    """
    facts = judged.facts
    first, last = facts.today + timedelta(days=1), facts.today + timedelta(days=facts.limits.horizon_days)
    kind, name = judged.row.service_kind, same_name(judged.row.service_kind, judged.row.service_name)
    wanted = Wanted(first, last, department=facts.standard_code, kind=kind, name=name)
    rows = availability(by, wanted, today=facts.today)
    institutions = dict(Institution.objects.filter(public_id__in={row["institution"] for row in rows}).values_list("public_id", "pk"))
    closed_to_her = {facts.institution} if facts.restricted_until else set()
    lawful = [row for row in rows if is_lawful(facts, institutions[row["institution"]], row["visit_date"], closed_to_her)]
    chosen: dict[tuple[UUID, date, str], dict[str, Any]] = {}
    for row in sorted(lawful, key=lambda row: (abs(row["visit_date"] - facts.visit_date), not row["is_partner"], row["starts_at"])):
        chosen.setdefault((row["institution"], row["visit_date"], row["slot_class"]), row)
    return list(chosen.values())[:MOST]


def is_lawful(facts: BookingFacts, institution: int, day: date, closed_to_her: set[int]) -> bool:
    """Whether this booking would be allowed there on that day; the hospital that restricts her is no alternative (R027)."""
    return institution not in closed_to_her and rules.is_lawful_at(facts, institution, day)


def with_alternatives(refusal: Refusal, judged: Judged | None, by: Acting) -> Refusal:
    """The same refusal, carrying what could be booked instead when another time would cure it."""
    broken = {violation.rule for violation in refusal.violations}
    if judged is not None and broken and broken <= CURABLE:
        refusal.current["alternatives"] = alternatives(judged, by)
    return refusal
