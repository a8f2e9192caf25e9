"""Every cell of docs/permissions.csv: compared with the declared policies, then called over HTTP."""

from collections.abc import Iterator
from typing import Any

import pytest

from permissions.guards import Needs
from permissions.roles import CAPABILITIES, Role
from tests.integration.bad_input.proof import taken_back
from tests.integration.bad_input.stage import Stage
from tests.integration.permission_table.cells import Board
from tests.integration.permission_table.table import RELATIONS, WORDS, doors_by_name, rows
from tests.thorough import THOROUGH

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def stage(django_db_setup: None, django_db_blocker: Any) -> Iterator[Stage]:
    with django_db_blocker.unblock(), taken_back():
        yield Stage()


def test_the_table_names_just_the_roles_whose_capabilities_open_a_door() -> None:
    listed = {(name.partition("#")[0], row.role) for row in rows() for name in row.doors}
    open_to = {
        (name, role)
        for name, door in doors_by_name().items()
        for role in Role
        if isinstance(door.policy, Needs) and door.policy.capabilities & CAPABILITIES[role]
    }
    signed_in = {pair for pair in listed if not isinstance(doors_by_name()[pair[0]].policy, Needs)}

    assert listed - signed_in == open_to
    assert {word for row in rows() for _relation, word in row.cells} <= WORDS
    assert [row for row in rows() if row.word("own") in ("no", "out") or len(row.cells) != len(RELATIONS)] == []


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.REGIONAL_SPECIALIST])
def test_every_door_opens_to_whom_the_table_says_and_tells_nobody_else(stage: Stage, role: Role) -> None:
    with taken_back():
        tally = Board(stage, role, every=THOROUGH).call([row for row in rows() if row.role is role])

    assert not tally.faults, "\n" + "\n".join(tally.faults)
    assert tally.requests >= tally.cells > 5


def test_every_door_stays_shut_for_a_role_that_the_table_does_not_name(stage: Stage) -> None:
    """Each door once, by day every third, the roles in turn; that the others are shut out follows from the policies compared above."""
    listed = {(name.partition("#")[0], row.role) for row in rows() for name in row.doors}
    needing = [name for name, door in doors_by_name().items() if isinstance(door.policy, Needs)]
    with taken_back():
        boards = {role: Board(stage, role) for role in Role if role is not Role.REGIONAL_SPECIALIST}
        faults = []
        for number, name in enumerate(needing if THOROUGH else needing[::3]):
            closed = [role for role in boards if (name, role) not in listed]
            faults += boards[closed[number % len(closed)]].shut(name)

    assert len(needing) > 250
    assert not faults, "\n" + "\n".join(faults)


def test_lists_of_others_do_not_change_by_a_thing_they_may_not_see(stage: Stage) -> None:
    """Neither rows nor counts nor order nor what a filter finds: every list, before and after a whole story at another centre."""
    roles = (Role.FAMILY_DOCTOR, Role.MANAGER, Role.COORDINATOR, Role.WINDOW_CLERK, Role.RECEIVING_DOCTOR, Role.DISTRICT_ADMIN)
    with taken_back():
        boards = [Board(stage, role, every=THOROUGH) for role in roles]
        assert all(board.elsewhere for board in boards)  # everybody is there before anybody looks
        before = [board.lists() for board in boards]
        stage.loop.sent_back()
        stage.loop.booked()
        after = [board.lists() for board in boards]

    changed = [name for one, other in zip(before, after, strict=True) for name in one if one[name] != other[name]]
    assert changed == []
    assert sum(map(len, before)) > 150
