"""The re-count: which bans follow from a set of breaches, as plain Python; the tables never say anything else."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from referral.credit.terms import SHANGHAI, Terms, WindowKind, add_months

EVASION = "evasion"


@dataclass(frozen=True, slots=True)
class Missed:
    """One standing breach: its key, the day of the visit, when it was recorded, of what kind, and under which terms."""

    key: int
    visit_date: date
    at: datetime
    kind: str
    terms: Terms


@dataclass(frozen=True, slots=True)
class Listing:
    """One ban that follows: from the listing instant to an instant, what it covers, and the breaches it used up."""

    valid_from: datetime
    valid_to: datetime
    covers: str
    terms: Terms
    keys: frozenset[int]


def listings(breaches: Iterable[Missed]) -> list[Listing]:
    """Every ban that follows from these breaches, in the order they were recorded. Pure.

    Each breach is judged by the terms it was recorded under. A ban uses its breaches up, so that nobody is listed twice for one
    visit; evasion lists at once and for itself (R136, C5). A breach that was struck is not given and so never was.
    """
    found: list[Listing] = []
    free: list[Missed] = []
    for one in sorted(breaches, key=lambda missed: (missed.at, missed.key)):
        if one.kind == EVASION:
            used = [one]
        else:
            free.append(one)
            used = fullest_window(free, one)
        if one.terms.ban_months and (one.kind == EVASION or len(used) >= one.terms.threshold):
            found.append(_listing(one, used))
            free = [missed for missed in free if missed not in used]
    return found


def fullest_window(breaches: Sequence[Missed], one: Missed) -> list[Missed]:
    """The breaches that count together with one of them: of its year, of the fullest run of months that holds it, or all."""
    terms = one.terms
    if terms.window == WindowKind.LIFETIME:
        return list(breaches)
    if terms.window == WindowKind.CALENDAR_YEAR:
        return [missed for missed in breaches if missed.visit_date.year == one.visit_date.year]
    best: list[Missed] = [one]
    for first in breaches:
        end = add_months(first.visit_date, terms.months)
        held = [missed for missed in breaches if first.visit_date <= missed.visit_date < end]
        if one in held and len(held) > len(best):
            best = held
    return best


def _listing(one: Missed, used: Sequence[Missed]) -> Listing:
    ends = add_months(one.at.astimezone(SHANGHAI), one.terms.ban_months)
    return Listing(one.at, ends, one.terms.covers, one.terms, frozenset(missed.key for missed in used))
