"""The cells of regional specialists, who refer from a hospital and see patients there."""

from collections.abc import Iterator
from typing import Any

import pytest

from permissions.roles import Role
from tests.integration.bad_input.proof import taken_back
from tests.integration.bad_input.stage import Stage
from tests.integration.permission_table.cells import Board
from tests.integration.permission_table.table import rows
from tests.thorough import THOROUGH

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def stage(django_db_setup: None, django_db_blocker: Any) -> Iterator[Stage]:
    """The same district, whose referring doctors are regional specialists of a hospital."""
    with django_db_blocker.unblock(), taken_back():
        yield Stage(Role.REGIONAL_SPECIALIST)


def test_every_door_opens_to_regional_specialists_as_the_table_says(stage: Stage) -> None:
    """By day every second row: the doors are the family doctor's, whose rows are all called."""
    hers = [row for row in rows() if row.role is Role.REGIONAL_SPECIALIST]
    with taken_back():
        tally = Board(stage, Role.REGIONAL_SPECIALIST, every=THOROUGH).call(hers if THOROUGH else hers[::2])

    assert not tally.faults, "\n" + "\n".join(tally.faults)
