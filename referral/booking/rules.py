"""The regulation of booking as plain Python: one function per article, no database, no Django."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final

from referral.booking import articles
from referral.booking.counting import fullest_months, fullest_week
from referral.booking.facts import SHANGHAI, BookingFacts, Refers
from referral.booking.lawful_days import QUARTER_MONTHS, has_room_on, is_lawful_at, is_lawful_on, next_lawful_date, taken_at
from referral.booking.violations import first_day_from, grounded, is_between, over, violation_of
from vault.refusal import Violation

__all__ = [
    "LET_PASS_BY_TWO",
    "RULES",
    "RULES_IN_CONSULTATION",
    "RULES_OF_ASKING",
    "RULES_OF_A_MOVE",
    "broken_rules",
    "exceptions_used",
    "has_room_on",
    "is_lawful_at",
    "is_lawful_on",
    "next_lawful_date",
    "right_must_be_in_force",
    "taken_at",
    "violation_of",
]

Rule = Callable[[BookingFacts], Violation | None]
# What two persons may let pass for one referral; never a right, a visit, a ban without its appeal, or a full place.
LET_PASS_BY_TWO: Final = frozenset({"R106", "R108", "R109", "R017", "R018", "R147", "R118"})


def broken_rules(facts: BookingFacts, among: Sequence[Rule] | None = None) -> tuple[Violation, ...]:
    """Every rule this booking breaks, in the order of `RULES`, without those that two persons let pass for this referral.

    A person without a right in force learns that and nothing else: the other answers would tell her about the patient.
    """
    return tuple(found for found in _violations(facts, among) if not _is_let_pass(found, facts))


def exceptions_used(facts: BookingFacts, among: Sequence[Rule] | None = None) -> frozenset[str]:
    """The rules this booking would break if two persons had not let them pass."""
    return frozenset(found.rule for found in _violations(facts, among) if _is_let_pass(found, facts))


def _violations(facts: BookingFacts, among: Sequence[Rule] | None) -> tuple[Violation, ...]:
    asked = RULES if among is None else among
    without_right = right_must_be_in_force(facts) if right_must_be_in_force in asked else None
    if without_right:
        return (without_right,)
    return tuple(violation for rule in asked if (violation := rule(facts)))


def _is_let_pass(violation: Violation, facts: BookingFacts) -> bool:
    return violation.rule in facts.let_pass & LET_PASS_BY_TWO


def right_must_be_in_force(facts: BookingFacts) -> Violation | None:
    """R045, R048: only a granted right inside its dates, under a post that has not ended, books."""
    begin, end = facts.right_from, facts.right_to
    in_force = facts.right_status == "granted" and begin is not None and end is not None and begin <= facts.now < end
    if in_force and (facts.post_to is None or facts.now < facts.post_to):
        return None
    return violation_of(articles.RIGHT, "right_not_in_force")


def emergency_must_not_be_booked(facts: BookingFacts) -> Violation | None:
    """R187: an emergency goes to hospital at once; a booked place would be too late for it."""
    if not facts.emergency_sign:
        return None
    return replace(violation_of(articles.EMERGENCY, "emergency_do_not_book"), message=facts.emergency_sign)


def target_must_be_granted(facts: BookingFacts) -> Violation | None:
    """R046: the district grants where a right may be used, and until when."""
    if facts.grant_until is not None and facts.now < facts.grant_until:
        return None
    return violation_of(articles.GRANT, "no_grant_on_target")


def patient_must_have_been_seen(facts: BookingFacts) -> Violation | None:
    """R050, C32: seen at the doctor's own unit, by herself or her care team, at most so many days ago.

    Where the hospital is asked first (R072), at most so many days before it was asked: its answer takes time.
    """
    age = (facts.judged_on - facts.encounter_seen_at.astimezone(SHANGHAI).date()).days
    fresh = 0 <= age <= facts.limits.encounter_days
    if fresh and facts.encounter_at_own_unit and facts.encounter_by_care_team:
        return None
    found = violation_of(articles.SEEN, "encounter_required", count=age, limit=facts.limits.encounter_days)
    return found if fresh else grounded(found, facts)


def contract_must_be_in_force(facts: BookingFacts) -> Violation | None:
    """R118, R044, C33: contracted with whom the district lets refer; regional-centre specialists refer their own patients (R045)."""
    contracted = facts.contract_until is not None and facts.today < facts.contract_until
    if contracted and facts.refers_own_patients:
        return None
    if not (contracted and facts.contract_at_own_unit):
        return violation_of(articles.CONTRACT, "contract_required")
    if facts.limits.who_refers == Refers.TEAM and not facts.contract_with_team:
        return grounded(replace(violation_of(articles.CONTRACT, "contract_required"), field="care_team"), facts)
    if facts.limits.who_refers == Refers.DOCTOR and not facts.contract_with_doctor:
        return grounded(replace(violation_of(articles.CONTRACT, "contract_required"), field="contract_doctor"), facts)
    return None


def health_record_must_exist(facts: BookingFacts) -> Violation | None:
    """R118: a contract without a health record is not enough; without a contract the other sentence is the useful one."""
    if facts.contract_until is None or facts.health_record_number:
        return None
    return replace(violation_of(articles.CONTRACT, "contract_required"), field="health_record_number")


def documents_must_not_be_controlled(facts: BookingFacts) -> Violation | None:
    """R014, R026: nothing is booked with a document on a district's list; the reason stays with the district."""
    if not facts.controlled_by:
        return None
    return replace(violation_of(articles.CONTROLLED, "banned"), message=facts.controlled_by)


def resident_must_not_be_banned(facts: BookingFacts) -> Violation | None:
    """R023, R059, R136, C4: whoever is on the no-show list is not booked for, until the list lets her go.

    A list that covers booking by oneself only (R023, R059: 预约挂号) closes neither referral nor the consulting room (R120), where a
    doctor books; one that covers both (R136: 预约诊疗和预约转诊) closes them all. `booking_facts` gives the end of the latter only.
    """
    if facts.banned_until is None or facts.now >= facts.banned_until:
        return None
    return grounded(replace(violation_of(articles.BANNED, "banned"), next_date=first_day_from(facts.banned_until)), facts)


def hospital_must_not_restrict_her(facts: BookingFacts) -> Violation | None:
    """R027: one hospital may stop taking bookings for a resident for a while; the others do not."""
    if facts.restricted_until is None or facts.now >= facts.restricted_until:
        return None
    return replace(violation_of(articles.RESTRICTED, "banned"), next_date=first_day_from(facts.restricted_until))


def booking_must_be_within_service_hours(facts: BookingFacts) -> Violation | None:
    """R142: booked between two hours in Beijing, on every day; off while both are the same. Says on which day they begin again."""
    begin, end, hour = facts.limits.service_from, facts.limits.service_to, facts.now.astimezone(SHANGHAI).time()
    if begin == end or is_between(hour, begin, end):
        return None
    again = facts.today if hour < begin else facts.today + timedelta(days=1)
    found = replace(violation_of(articles.HOURS, "outside_service_hours"), message=f"{begin:%H:%M}-{end:%H:%M}", possible_from=again)
    return grounded(found, facts)


def changes_must_not_be_frequent(facts: BookingFacts) -> Violation | None:
    """R147, R181, C3: more cancellations and moves of the resident's own within so many days than are free; off by default.

    Only what she did herself, never her doctor's or the hospital's acts, nor what she chose because a clinic was stopped.
    """
    limit, days = facts.limits.churn_changes, timedelta(days=facts.limits.churn_days)
    recent = sorted(day for at in facts.changed_at if facts.today < (day := at.astimezone(SHANGHAI).date()) + days)
    if limit is None or len(recent) <= limit:
        return None
    free_again = recent[len(recent) - limit - 1] + days
    found = violation_of(articles.CHURN, "limit_reached", count=len(recent), limit=limit)
    return grounded(replace(found, next_date=free_again), facts)


def hospital_must_take_part(facts: BookingFacts) -> Violation | None:
    """R052: a suspended hospital receives nobody."""
    if not facts.institution_is_suspended:
        return None
    return violation_of(articles.SUSPENDED, "slot_not_available")


def hospital_must_have_accepted(facts: BookingFacts) -> Violation | None:
    """R072, R094, R095: a bed or day surgery is asked for first; clinics and examinations are booked first and reviewed after (R114)."""
    if not facts.is_asked_first or facts.is_accepted:
        return None
    missing = violation_of(articles.ASKED, "acceptance_required")
    if facts.accepted_until is None:
        return missing
    return replace(missing, field="valid_until", message=f"{facts.accepted_until:%Y-%m-%d}")


def visit_must_be_within_horizon(facts: BookingFacts) -> Violation | None:
    """R106: at most so many days ahead; the last of them is still open."""
    ahead = (facts.visit_date - facts.today).days
    if ahead <= facts.limits.horizon_days:
        return None
    return violation_of(articles.HORIZON, "outside_horizon", facts, ahead, facts.limits.horizon_days)


def booking_must_precede_cutoff(facts: BookingFacts) -> Violation | None:
    """R107: closed from the very instant of 15:00 on the day before, or of an earlier hour of the hospital's."""
    if facts.now < facts.cutoff_of(facts.visit_date):
        return None
    return replace(violation_of(articles.CUTOFF, "past_cutoff", facts), message=f"{facts.limits.booking_cutoff:%H:%M}")


def day_must_have_room(facts: BookingFacts) -> Violation | None:
    """R108, R016: so many bookings on one visit day, wherever they are."""
    count = sum(booking.visit_date == facts.visit_date for booking in facts.counting)
    return over(articles.DAY, facts, count, facts.limits.per_day)


def department_must_be_free_that_day(facts: BookingFacts) -> Violation | None:
    """R015, R108, C31: one booking per hospital, standard department code and day, of whatever counts elsewhere (C30)."""
    here = (facts.visit_date, facts.institution, facts.standard_code)
    count = sum((b.visit_date, b.institution, b.standard_code) == here for b in facts.counted)
    return over(articles.DAY_DEPARTMENT, facts, count, facts.limits.per_day_department)


def department_must_have_room_in_7_days(facts: BookingFacts) -> Violation | None:
    """R109, C31: same department code at any hospital, in every 7 consecutive days that contain the visit."""
    same = (booking.visit_date for booking in facts.counting if booking.standard_code == facts.standard_code)
    return over(articles.WEEK_DEPARTMENT, facts, fullest_week(same, facts.visit_date), facts.limits.per_7_days_department)


def resident_must_have_room_in_7_days(facts: BookingFacts) -> Violation | None:
    """R017, C11: all departments together, in every 7 consecutive days that contain the visit."""
    days = (booking.visit_date for booking in facts.counting)
    return over(articles.WEEK, facts, fullest_week(days, facts.visit_date), facts.limits.per_7_days)


def resident_must_have_room_in_3_months(facts: BookingFacts) -> Violation | None:
    """R018, C12: all departments together, in every three months that contain the visit; only where the district lets it bind referrals."""
    if facts.limits.per_3_months is None:
        return None
    days = (booking.visit_date for booking in facts.counting)
    return over(articles.QUARTER, facts, fullest_months(days, facts.visit_date, QUARTER_MONTHS), facts.limits.per_3_months)


def place_must_be_free(facts: BookingFacts) -> Violation | None:
    """R019: seen without a lock, so that a full place costs no claim; the claim itself decides."""
    return None if facts.place_is_free else violation_of(articles.TAKEN, "slot_not_available")


# The documented precedence: right, emergency, relation and encounter, ban, hospital, horizon and cut-off, limits, capacity.
RULES: Final[tuple[Rule, ...]] = (
    right_must_be_in_force,
    emergency_must_not_be_booked,
    target_must_be_granted,
    patient_must_have_been_seen,
    contract_must_be_in_force,
    health_record_must_exist,
    documents_must_not_be_controlled,
    resident_must_not_be_banned,
    hospital_must_not_restrict_her,
    booking_must_be_within_service_hours,
    hospital_must_take_part,
    hospital_must_have_accepted,
    visit_must_be_within_horizon,
    booking_must_precede_cutoff,
    day_must_have_room,
    department_must_be_free_that_day,
    department_must_have_room_in_7_days,
    resident_must_have_room_in_7_days,
    resident_must_have_room_in_3_months,
    changes_must_not_be_frequent,
    place_must_be_free,
)
# What is judged when a hospital is asked for a bed or day surgery (R072): everything but days and places, which come after its answer.
RULES_OF_ASKING: Final[tuple[Rule, ...]] = (
    right_must_be_in_force,
    emergency_must_not_be_booked,
    target_must_be_granted,
    patient_must_have_been_seen,
    contract_must_be_in_force,
    health_record_must_exist,
    documents_must_not_be_controlled,
    resident_must_not_be_banned,
    hospital_must_not_restrict_her,
    hospital_must_take_part,
    changes_must_not_be_frequent,
)
# What the consulting room does not ask: the patient sits before the hospital's doctor, who needs no right, grant, encounter or contract,
# accepts whom she books for, and sees an emergency herself (R120, R121). Hours of service and frequent changes stop bookings from afar,
# not her next visit.
NOT_IN_CONSULTATION: Final = (
    right_must_be_in_force,
    emergency_must_not_be_booked,
    target_must_be_granted,
    patient_must_have_been_seen,
    contract_must_be_in_force,
    health_record_must_exist,
    booking_must_be_within_service_hours,
    hospital_must_have_accepted,
    changes_must_not_be_frequent,
)
RULES_IN_CONSULTATION: Final[tuple[Rule, ...]] = tuple(rule for rule in RULES if rule not in NOT_IN_CONSULTATION)
# A visit that is moved was lawful when it was booked: neither its encounter nor an acceptance is asked to be fresh again (C32, R072).
NOT_OF_A_MOVE: Final = (patient_must_have_been_seen, hospital_must_have_accepted)
RULES_OF_A_MOVE: Final[tuple[Rule, ...]] = tuple(rule for rule in RULES if rule not in NOT_OF_A_MOVE)
