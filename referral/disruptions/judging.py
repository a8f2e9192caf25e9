"""What a substitute is judged by: the rules of booking, with the stopped booking taken out of every count (R126)."""

from typing import Final
from uuid import UUID

from permissions.acting import Acting
from referral.booking import rules
from referral.booking.models import Booking
from referral.booking.read import Judged, booking_facts
from vault.refusal import Violation

# The visit was judged once and lawfully booked: encounter, contract and bans are not asked again.
ALWAYS: Final = (rules.right_must_be_in_force, rules.hospital_must_take_part)
OF_DAYS: Final = (rules.visit_must_be_within_horizon, rules.booking_must_precede_cutoff)
OF_LIMITS: Final = (
    rules.day_must_have_room,
    rules.department_must_be_free_that_day,
    rules.department_must_have_room_in_7_days,
    rules.resident_must_have_room_in_7_days,
)


def judged_for(booking: Booking, pool_slot: UUID, referrer: Acting) -> Judged | None:
    """Step: lock the referrer's right, then the patient, and read what this place is judged by instead of the booking's own.

    None when there is no such place.
    """
    return booking_facts(booking.referral.public_id, pool_slot, "", referrer, without=booking.public_id)


def broken(judged: Judged, booking: Booking, *, is_held: bool = False) -> tuple[Violation, ...]:
    """Every rule the move would break; without a right in force that and nothing else.

    A place that is held was kept before its cut-off. Another hospital has to be one the right reaches (R046).
    """
    asked = [*ALWAYS, *OF_LIMITS] if is_held else [*ALWAYS, *OF_DAYS, *OF_LIMITS]
    if judged.facts.institution != booking.institution_id:
        asked.insert(1, rules.target_must_be_granted)
    found = tuple(violation for rule in asked if (violation := rule(judged.facts)))
    return found[:1] if found and found[0].code == "right_not_in_force" else found
