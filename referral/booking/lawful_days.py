"""On which other days, and at which hospitals, the same booking would break no rule about dates."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from referral.booking.counting import fullest_months, fullest_week
from referral.booking.facts import BookingFacts

QUARTER_MONTHS: Final = 3
LOOKS_BEYOND: Final = 120  # days behind the horizon: longer than any limit reaches
ANYWHERE: Final = 0  # no hospital has this key


def next_lawful_date(facts: BookingFacts) -> date | None:
    """The nearest later day, else the nearest earlier one, on which this department could be booked; None when there is none."""
    days = [facts.today + timedelta(days=ahead) for ahead in range(1, facts.limits.horizon_days + 1)]
    lawful = [day for day in days if is_lawful_on(facts, day)]
    later = [day for day in lawful if day > facts.visit_date]
    return min(later) if later else max(lawful, default=None)


def first_day_beyond(facts: BookingFacts) -> date | None:
    """The first day behind the horizon on which her limits leave room; None when there is none near, or no horizon to look behind."""
    last = facts.limits.horizon_days
    behind = (facts.today + timedelta(days=ahead) for ahead in range(last + 1, last + LOOKS_BEYOND + 1))
    return next((day for day in behind if has_room(replace(facts, visit_date=day))), None) if last else None


def is_lawful_on(facts: BookingFacts, day: date) -> bool:
    """Whether the same booking would break no rule about dates on another day."""
    moved = replace(facts, visit_date=day)
    return is_within_horizon(moved) and moved.now < moved.cutoff_of(day) and has_room(moved)


def is_lawful_at(facts: BookingFacts, institution: int, day: date, horizon_days: int) -> bool:
    """Whether the same department at another hospital, which has its own horizon, would break no rule about dates on some day.

    Its cut-off is that of its places, which close themselves.
    """
    moved = replace(facts, institution=institution, visit_date=day, limits=replace(facts.limits, horizon_days=horizon_days))
    return is_within_horizon(moved) and has_room(moved)


def has_room_on(facts: BookingFacts, day: date) -> bool:
    """Whether the resident's limits leave room on some day, wherever it is: what one hospital alone decides is not asked (R015)."""
    return has_room(replace(facts, institution=ANYWHERE, visit_date=day))


def taken_at(facts: BookingFacts) -> set[tuple[int, date]]:
    """At which hospital this department is booked for her already on which day, as often as it may be (R015).

    Nobody lets that pass (ADR 28).
    """
    own = Counter((one.institution, one.visit_date) for one in facts.counted if one.standard_code == facts.standard_code)
    return {place for place, count in own.items() if count >= facts.limits.per_day_department}


def is_within_horizon(facts: BookingFacts) -> bool:
    """R106: the last day of the horizon is still open; two persons may open a later one."""
    return (facts.visit_date - facts.today).days <= facts.limits.horizon_days or "R106" in facts.let_pass


def has_room(facts: BookingFacts) -> bool:
    """Whether no limit is reached, apart from those that two persons let pass."""
    return all(count < limit for rule, count, limit in counts(facts) if rule not in facts.let_pass)


def counts(facts: BookingFacts) -> Iterator[tuple[str, int, int]]:
    """Each limit in turn, by its rule: how many there are around this visit, and how many there may be."""
    held, limits, day = facts.counting, facts.limits, facts.visit_date
    same_code = [one for one in held if one.standard_code == facts.standard_code]
    here = (day, facts.institution, facts.standard_code)
    yield "R108", sum(one.visit_date == day for one in held), limits.per_day
    yield "R015", sum((one.visit_date, one.institution, one.standard_code) == here for one in facts.counted), limits.per_day_department
    yield "R109", fullest_week((one.visit_date for one in same_code), day), limits.per_7_days_department
    yield "R017", fullest_week((one.visit_date for one in held), day), limits.per_7_days
    if limits.per_3_months is not None:
        yield "R018", fullest_months((one.visit_date for one in held), day, QUARTER_MONTHS), limits.per_3_months
