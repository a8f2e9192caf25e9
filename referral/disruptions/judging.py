"""What a substitute is judged by: the rules of booking, with the stopped booking taken out of every count (R126)."""

from typing import Final
from uuid import UUID

from permissions.acting import Acting
from referral.booking import rules
from referral.booking.models import Booking
from referral.booking.read import Judged, as_it_was_let_pass, booking_facts
from vault.refusal import Violation

# The visit was judged once and lawfully booked: encounter, contract and the district's bans are not asked again. Another hospital is
# asked what it alone decides: whether the right reaches it (R046) and whether it restricts her (R027).
ALWAYS: Final = (rules.right_must_be_in_force, rules.hospital_must_take_part)
OF_ANOTHER_HOSPITAL: Final = (rules.target_must_be_granted, rules.hospital_must_not_restrict_her)
OF_DAYS: Final = (rules.visit_must_be_within_horizon, rules.booking_must_precede_cutoff)
OF_LIMITS: Final = (
    rules.day_must_have_room,
    rules.department_must_be_free_that_day,
    rules.department_must_have_room_in_7_days,
    rules.resident_must_have_room_in_7_days,
    rules.resident_must_have_room_in_3_months,
)


def judged_for(booking: Booking, pool_slot: UUID, referrer: Acting) -> Judged | None:
    """Step: lock the referrer's right, then the patient, and read what this place is judged by instead of the booking's own.

    None when there is no such place.
    """
    return booking_facts(booking.referral.public_id, pool_slot, "", referrer, without=booking.public_id)


def broken(judged: Judged, booking: Booking, *, is_held: bool = False) -> tuple[Violation, ...]:
    """Every rule the move would break, but those that two persons let pass for this visit; without a right in force that alone.

    A place that is held was kept before its cut-off.
    """
    asked = [*ALWAYS, *OF_LIMITS] if is_held else [*ALWAYS, *OF_DAYS, *OF_LIMITS]
    if judged.facts.institution != booking.institution_id:
        asked[1:1] = OF_ANOTHER_HOSPITAL
    return rules.broken_rules(as_it_was_let_pass(judged), asked)
