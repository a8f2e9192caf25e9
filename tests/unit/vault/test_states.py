"""The machinery behind every life: what a table says, and which tables it refuses to be."""

import pytest

from vault.states import StateTable, Transition, fsm_trigger

SENT = Transition("", "sent", ("doctor",), "parcel.sent", "P1")
TAKEN = Transition("sent", "taken", ("owner", "manager"), "parcel.taken")
LOST = Transition("sent", "lost", ("manager",), "parcel.lost")
AGAIN = Transition("lost", "sent", ("manager",), "parcel.sent_again")
PARCEL = StateTable("parcel", (SENT, TAKEN, LOST, AGAIN), final=frozenset({"taken"}))


@pytest.mark.parametrize(
    ("status", "roles", "open_steps"),
    [
        ("", {"doctor"}, [SENT]),
        ("sent", {"owner"}, [TAKEN]),
        ("sent", {"manager"}, [TAKEN, LOST]),
        ("sent", {"doctor"}, []),
        ("sent", set(), []),
        ("lost", {"manager", "owner"}, [AGAIN]),
        ("taken", {"owner", "manager", "doctor"}, []),
    ],
)
def test_the_table_opens_exactly_the_steps_of_these_roles_in_its_order(status, roles, open_steps):
    assert PARCEL.open_to(status, roles) == open_steps


def test_every_pair_of_states_is_found_once_or_not_at_all():
    lawful = {(step.source, step.target): step for step in PARCEL.transitions}

    found = {(a, b): PARCEL.find(a, b) for a in ["", *PARCEL.states] for b in PARCEL.states}

    assert {pair: step for pair, step in found.items() if step} == lawful
    assert len(found) == 12


def test_a_table_knows_its_states():
    assert PARCEL.states == {"sent", "taken", "lost"}


@pytest.mark.parametrize(
    ("transitions", "final", "complaint"),
    [
        ((SENT, SENT, TAKEN), {"taken"}, "repeated"),
        ((SENT, TAKEN, Transition("taken", "sent", ("owner",), "x")), {"taken"}, "final but left"),
        ((SENT, TAKEN, LOST), {"taken"}, "stuck"),
    ],
)
def test_a_table_that_contradicts_itself_is_refused(transitions, final, complaint):
    with pytest.raises(ValueError, match=complaint):
        StateTable("parcel", transitions, frozenset(final))


def test_the_wall_in_the_database_has_every_step_but_creation():
    assert fsm_trigger(PARCEL).transitions == [("sent", "taken"), ("sent", "lost"), ("lost", "sent")]
