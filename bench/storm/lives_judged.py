"""Compares every step that was taken with the table of its life: the law is the product's own list of lawful steps, read as data."""

from typing import Any, Final

STEPS: Final = """
SELECT count(*) FROM vault_event e WHERE e.source <> e.target AND e.kind IN ({kinds})
   AND NOT EXISTS (SELECT FROM (VALUES {steps}) AS lawful (kind, source, target)
                    WHERE (lawful.kind, lawful.source, lawful.target) = (e.kind, e.source, e.target))
"""


def lives() -> dict[str, str]:
    """The one recount, over the lives a booking touches."""
    tables = tables_of_a_booking()
    steps = ", ".join(f"('{table.kind}', '{step.source}', '{step.target}')" for table in tables for step in table.transitions)
    return {"a step that its life does not have": STEPS.format(kinds=", ".join(f"'{table.kind}'" for table in tables), steps=steps)}


def tables_of_a_booking() -> tuple[Any, ...]:
    """Right, booking, referral, breach, ban and disruption."""
    from permissions.right_states import RIGHT_STATES
    from referral.booking.states import BOOKING_STATES
    from referral.cases.states import REFERRAL_STATES
    from referral.credit.states import BAN_STATES, BREACH_STATES
    from referral.disruptions.states import DISRUPTION_STATES

    return RIGHT_STATES, BOOKING_STATES, REFERRAL_STATES, BREACH_STATES, BAN_STATES, DISRUPTION_STATES
