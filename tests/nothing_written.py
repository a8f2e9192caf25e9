"""A refusal that is looked at from both sides: the right code, and not one row written, claimed or sent."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.integration.bad_input.proof import written
from vault.refusal import Refusal


def refused(code: str, act: Callable[[], Any]) -> Refusal:
    """The refusal of the act, after every table was seen to be as it was."""
    before = written()
    with pytest.raises(Refusal) as told:
        act()
    assert told.value.code == code, told.value.code
    assert written() == before
    return told.value
