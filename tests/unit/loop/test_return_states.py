"""Every cell of a return's life, and who may bring it about; no database."""

from itertools import product

import pytest

from permissions.roles import CAPABILITIES, Capability, Role
from referral.returns.models import OWNED, WAITING, ReturnStatus
from referral.returns.queries import TITLES, URGENCY
from referral.returns.states import CENTRE, HOSPITAL, MANAGER, RETURN_STATES, SYSTEM

LAWFUL = {
    ("", "sent"): HOSPITAL,
    ("sent", "accepted"): CENTRE,
    ("sent", "declined"): CENTRE,
    ("sent", "overdue"): SYSTEM,
    ("declined", "sent"): MANAGER,
    ("overdue", "sent"): MANAGER,
    ("accepted", "followed_up"): CENTRE,
    ("followed_up", "closed"): CENTRE,
}


@pytest.mark.parametrize(("source", "target"), list(product(("", *ReturnStatus.values), ReturnStatus.values)))
def test_each_step_is_lawful_for_exactly_these_people(source: str, target: str) -> None:
    step = RETURN_STATES.find(source, target)

    assert (step.who if step else None) == LAWFUL.get((source, target))


def test_the_table_the_words_and_the_order_of_the_list_know_every_status() -> None:
    assert RETURN_STATES.states == set(ReturnStatus.values) == {*OWNED, *WAITING} == set(URGENCY)
    assert RETURN_STATES.final == {"closed"}
    assert {step.event for step in RETURN_STATES.transitions} == set(TITLES)


def test_whoever_stands_in_the_table_has_the_capability_of_the_door() -> None:
    needed = {
        "return.sent": Capability.SEND_BACK,
        "return.accepted": Capability.ACCEPT_RETURN,
        "return.declined": Capability.ACCEPT_RETURN,
        "return.assigned": Capability.ASSIGN_RETURN,
        "return.followed_up": Capability.ACCEPT_RETURN,
        "return.closed": Capability.ACCEPT_RETURN,
    }
    people = {(step.event, role) for step in RETURN_STATES.transitions for role in step.who if role != "system"}

    assert all(needed[event] in CAPABILITIES[Role(role)] for event, role in people)
