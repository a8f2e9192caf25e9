"""The regulation of booking as plain Python: one function per article, no database, no Django."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from referral.booking import articles
from referral.booking.articles import Article
from referral.booking.facts import SHANGHAI, BookingFacts, Counted
from vault.refusal import Violation

Rule = Callable[[BookingFacts], Violation | None]


def broken_rules(facts: BookingFacts) -> tuple[Violation, ...]:
    """Every rule this booking breaks, in the order of `RULES`.

    A person without a right in force learns that and nothing else: the other answers would tell her about the patient.
    """
    without_right = right_must_be_in_force(facts)
    if without_right:
        return (without_right,)
    return tuple(violation for rule in RULES if (violation := rule(facts)))


def right_must_be_in_force(facts: BookingFacts) -> Violation | None:
    """R045, R048: only a granted right inside its dates, under a post that has not ended, books."""
    in_force = facts.right_status == "granted" and facts.right_from <= facts.now < facts.right_to
    if in_force and (facts.post_to is None or facts.now < facts.post_to):
        return None
    return violation_of(articles.RIGHT, "right_not_in_force")


def target_must_be_granted(facts: BookingFacts) -> Violation | None:
    """R046: the district grants where a right may be used, and until when."""
    if facts.grant_until is not None and facts.now < facts.grant_until:
        return None
    return violation_of(articles.GRANT, "no_grant_on_target")


def patient_must_have_been_seen(facts: BookingFacts) -> Violation | None:
    """R050, C32: seen at the doctor's own unit, by herself or her care team, at most so many days ago."""
    age = (facts.today - facts.encounter_seen_at.astimezone(SHANGHAI).date()).days
    fresh = 0 <= age <= facts.limits.encounter_days
    if fresh and facts.encounter_at_own_unit and facts.encounter_by_care_team:
        return None
    return violation_of(articles.SEEN, "encounter_required", count=age, limit=facts.limits.encounter_days)


def contract_must_be_in_force(facts: BookingFacts) -> Violation | None:
    """R118, C33: contracted in the district; with the doctor's own unit, unless she is a regional-centre specialist (R045)."""
    contracted = facts.contract_until is not None and facts.today < facts.contract_until
    if contracted and (facts.contract_at_own_unit or facts.refers_own_patients):
        return None
    return violation_of(articles.CONTRACT, "contract_required")


def health_record_must_exist(facts: BookingFacts) -> Violation | None:
    """R118: a contract without a health record is not enough; without a contract the other sentence is the useful one."""
    if facts.contract_until is None or facts.health_record_number:
        return None
    return replace(violation_of(articles.CONTRACT, "contract_required"), field="health_record_number")


def hospital_must_take_part(facts: BookingFacts) -> Violation | None:
    """R052: a suspended hospital receives nobody."""
    if not facts.institution_is_suspended:
        return None
    return violation_of(articles.SUSPENDED, "slot_not_available")


def visit_must_be_within_horizon(facts: BookingFacts) -> Violation | None:
    """R106: at most so many days ahead; the last of them is still open."""
    ahead = (facts.visit_date - facts.today).days
    if ahead <= facts.limits.horizon_days:
        return None
    return violation_of(articles.HORIZON, "outside_horizon", facts, ahead, facts.limits.horizon_days)


def booking_must_precede_cutoff(facts: BookingFacts) -> Violation | None:
    """R107: closed from the very instant of 15:00 on the day before."""
    if facts.now < facts.cutoff_of(facts.visit_date):
        return None
    return violation_of(articles.CUTOFF, "past_cutoff", facts)


def day_must_have_room(facts: BookingFacts) -> Violation | None:
    """R108, R016: so many bookings on one visit day, wherever they are."""
    count = sum(booking.visit_date == facts.visit_date for booking in facts.counted)
    return over(articles.DAY, facts, count, facts.limits.per_day)


def department_must_be_free_that_day(facts: BookingFacts) -> Violation | None:
    """R015, R108, C31: one booking per hospital, standard department code and day."""
    here = (facts.visit_date, facts.institution, facts.standard_code)
    count = sum((b.visit_date, b.institution, b.standard_code) == here for b in facts.counted)
    return over(articles.DAY_DEPARTMENT, facts, count, facts.limits.per_day_department)


def department_must_have_room_in_7_days(facts: BookingFacts) -> Violation | None:
    """R109, C31: same department code at any hospital, in every 7 consecutive days that contain the visit."""
    same = (booking for booking in facts.counted if booking.standard_code == facts.standard_code)
    return over(articles.WEEK_DEPARTMENT, facts, fullest_week(same, facts.visit_date), facts.limits.per_7_days_department)


def resident_must_have_room_in_7_days(facts: BookingFacts) -> Violation | None:
    """R017, C11: all departments together, in every 7 consecutive days that contain the visit."""
    return over(articles.WEEK, facts, fullest_week(facts.counted, facts.visit_date), facts.limits.per_7_days)


def place_must_be_free(facts: BookingFacts) -> Violation | None:
    """R019: seen without a lock, so that a full place costs no claim; the claim itself decides."""
    return None if facts.place_is_free else violation_of(articles.TAKEN, "slot_not_available")


# The documented precedence: right, relation and encounter, hospital, horizon and cut-off, limits, capacity.
DATE_RULES: Final[tuple[Rule, ...]] = (
    visit_must_be_within_horizon,
    booking_must_precede_cutoff,
    day_must_have_room,
    department_must_be_free_that_day,
    department_must_have_room_in_7_days,
    resident_must_have_room_in_7_days,
)
RULES: Final[tuple[Rule, ...]] = (
    right_must_be_in_force,
    target_must_be_granted,
    patient_must_have_been_seen,
    contract_must_be_in_force,
    health_record_must_exist,
    hospital_must_take_part,
    *DATE_RULES,
    place_must_be_free,
)


def fullest_week(bookings: Iterator[Counted] | tuple[Counted, ...], day: date) -> int:
    """The most bookings in any 7 consecutive days that contain `day`, before or after it."""
    days = [booking.visit_date for booking in bookings]
    starts = [day - timedelta(days=back) for back in range(7)]
    return max(sum(start <= other < start + timedelta(days=7) for other in days) for start in starts)


def next_lawful_date(facts: BookingFacts) -> date | None:
    """The nearest later day, else the nearest earlier one, on which this department could be booked; None when there is none."""
    days = [facts.today + timedelta(days=ahead) for ahead in range(1, facts.limits.horizon_days + 1)]
    lawful = [day for day in days if is_lawful_on(facts, day)]
    later = [day for day in lawful if day > facts.visit_date]
    return min(later) if later else max(lawful, default=None)


def is_lawful_on(facts: BookingFacts, day: date) -> bool:
    """Whether the same booking would break no rule about dates on another day."""
    return is_lawful_at(facts, facts.institution, day)


def is_lawful_at(facts: BookingFacts, institution: int, day: date) -> bool:
    """Whether the same department at some hospital would break no rule about dates on some day."""
    moved = replace(facts, institution=institution, visit_date=day)
    ahead = (day - facts.today).days
    return ahead <= facts.limits.horizon_days and moved.now < moved.cutoff_of(day) and all(has_room(moved))


def has_room(facts: BookingFacts) -> Iterator[bool]:
    """Each limit in turn, without its sentence."""
    on_day = [booking for booking in facts.counted if booking.visit_date == facts.visit_date]
    same_code = [booking for booking in facts.counted if booking.standard_code == facts.standard_code]
    here = [b for b in on_day if (b.institution, b.standard_code) == (facts.institution, facts.standard_code)]
    yield len(on_day) < facts.limits.per_day
    yield len(here) < facts.limits.per_day_department
    yield fullest_week(tuple(same_code), facts.visit_date) < facts.limits.per_7_days_department
    yield fullest_week(facts.counted, facts.visit_date) < facts.limits.per_7_days


def over(article: Article, facts: BookingFacts, count: int, limit: int) -> Violation | None:
    """A violation when one more would exceed the limit."""
    return violation_of(article, "limit_reached", facts, count, limit) if count >= limit else None


def violation_of(
    article: Article, code: str, facts: BookingFacts | None = None, count: int | None = None, limit: int | None = None
) -> Violation:
    """A violation that cites its article; with facts it also names the next lawful day."""
    return Violation(
        code, "", rule=article.rule, source=article.source, article=article.number, quote=article.quote,
        count=count, limit=limit, next_date=next_lawful_date(facts) if facts else None,
    )  # fmt: skip
