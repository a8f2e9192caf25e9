"""Every lock, constraint, trigger and re-check on the paths of a booking is taken out by some mutant, or excused with its reason."""

import importlib
import inspect
from fnmatch import fnmatchcase

import pytest
from django.db import connection

from bench.storm import inventory
from bench.storm.every_mutant import EVERY, KINDS
from bench.storm.recode import changed, together
from bench.storm.unmutated import UNMUTATED, excused
from vault.sqlfiles import read

pytestmark = pytest.mark.django_db


@pytest.fixture
def catalogue() -> set[str]:
    """The constraints and triggers of these tables, as the database names them."""
    with connection.cursor() as cursor:
        cursor.execute(inventory.CATALOGUE, {"tables": list(inventory.TABLES)})
        return {name for (name,) in cursor.fetchall()}


@pytest.fixture
def walls(catalogue: set[str]) -> set[str]:
    return catalogue | inventory.sql_walls() | inventory.python_locks() | inventory.refusals()


def test_every_wall_is_taken_out_by_a_mutant_or_excused(catalogue: set[str], walls: set[str]) -> None:
    gone = inventory.taken_out(EVERY, catalogue)

    assert {wall for wall in walls - gone if not excused(wall)} == set()
    assert gone <= walls


def test_every_excuse_is_needed_and_hides_no_wall_that_a_mutant_takes_out(catalogue: set[str], walls: set[str]) -> None:
    gone = inventory.taken_out(EVERY, catalogue)
    patterns = [pattern for several in UNMUTATED.values() for pattern in several]

    assert [one for one in patterns if not any(fnmatchcase(wall, one) for wall in walls)] == []
    assert {wall: one for wall in gone for one in patterns if fnmatchcase(wall, one)} == {}


@pytest.mark.parametrize(
    ("name", "wall"),
    [
        ("the life of a breach", "referral_breach: status_follows_its_table"),
        ("booking_has_one_standing_breach", "referral_breach: booking_has_one_standing_breach"),
        ("letting a held place go without the slot's lock", "pool_let_go.sql: lock 1"),
        ("following what ended another way without the resident's lock", "referral.disruptions.sweep.follow: lock"),
        ("the horizon", "referral.booking.rules.visit_must_be_within_horizon"),
    ],
)
def test_a_wall_without_its_mutant_is_missed(name: str, wall: str, catalogue: set[str]) -> None:
    rest = [one for one in EVERY if one.name != name]

    assert len(rest) == len(EVERY) - 1
    assert wall in inventory.taken_out(EVERY, catalogue) - inventory.taken_out(rest, catalogue)
    assert not excused(wall)


def test_every_mutant_still_finds_what_it_takes_out() -> None:
    for mutant in EVERY:
        assert mutant.wall.spoil() or mutant.wall.recodes, mutant.name
        mutant.behind.spoil()
        for change in together(mutant.wall.recodes + mutant.behind.recodes):
            function = inspect.unwrap(getattr(importlib.import_module(change.module), change.function))
            compile(changed(function, change), mutant.name, "exec")
    assert {mutant.kind for mutant in EVERY} == set(KINDS)
    assert len({mutant.name for mutant in EVERY}) == len(EVERY)


def test_the_place_of_the_consulting_room_is_taken_behind_the_same_guard() -> None:
    def guard(name: str) -> str:
        return read("reserved_pools", f"{name}.sql").split("LANGUAGE")[1]

    assert guard("pool_claim_direct") == guard("pool_claim").replace("'community_referral'", "'resident_direct'")
