"""The nearest lawful times instead of one that could not be booked."""

from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from clinics.models import Institution
from permissions.acting import Acting
from referral.booking import rules
from referral.booking.facts import BookingFacts
from referral.booking.read import Judged
from reserved_pools.queries import Wanted, availability
from vault.refusal import Refusal

MOST: Final = 5
# Reasons that another time or hospital cures; a missing visit or contract it does not.
CURABLE: Final = frozenset({"slot_not_available", "limit_reached", "past_cutoff", "outside_horizon", "no_grant_on_target"})


def alternatives(facts: BookingFacts, by: Acting) -> list[dict[str, Any]]:
    """Promise up to five places of the same department code that this booking would be allowed to take now.

    The hospitals are those the acting right reaches; one place per hospital, day and class, the day nearest to the
    one asked for first, then partners, then time. Rows are those of `availability`.
    """
    first, last = facts.today + timedelta(days=1), facts.today + timedelta(days=facts.limits.horizon_days)
    rows = availability(by, Wanted(first, last, department=facts.standard_code), today=facts.today)
    institutions = dict(Institution.objects.filter(public_id__in={row["institution"] for row in rows}).values_list("public_id", "pk"))
    lawful = [row for row in rows if rules.is_lawful_at(facts, institutions[row["institution"]], row["visit_date"])]
    chosen: dict[tuple[UUID, date, str], dict[str, Any]] = {}
    for row in sorted(lawful, key=lambda row: (abs(row["visit_date"] - facts.visit_date), not row["is_partner"], row["starts_at"])):
        chosen.setdefault((row["institution"], row["visit_date"], row["slot_class"]), row)
    return list(chosen.values())[:MOST]


def with_alternatives(refusal: Refusal, judged: Judged | None, by: Acting) -> Refusal:
    """The same refusal, carrying what could be booked instead when another time would cure it."""
    codes = {violation.code for violation in refusal.violations}
    if judged is not None and codes and codes <= CURABLE:
        refusal.current["alternatives"] = alternatives(judged.facts, by)
    return refusal
