"""One stage for a whole module: what bad input leaves behind would be seen, and every request is taken back."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.integration.bad_input.proof import taken_back
from tests.integration.bad_input.stage import Stage


@pytest.fixture(scope="module")
def stage(django_db_setup: None, django_db_blocker: Any) -> Iterator[Stage]:
    with django_db_blocker.unblock(), taken_back():
        yield Stage()
