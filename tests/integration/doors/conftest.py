"""The stage of bad input serves here too: the same people, seen from outside."""

from tests.integration.bad_input.conftest import stage

__all__ = ["stage"]
