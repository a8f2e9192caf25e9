"""Stories of one resident on real PostgreSQL: an independent oracle predicts every refusal, and every rule refuses at every door."""

import ast
from dataclasses import replace
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from referral.booking import rules
from referral.disruptions import judging
from referral.review.redirect import RULES_OF_A_REDIRECT
from tests.cast_referral import world
from tests.integration.referral import rules_days
from tests.integration.referral import rules_oracle as oracle
from tests.integration.referral.rules_aims import Aimed, Excepted
from tests.integration.referral.rules_machine import Story
from tests.integration.referral.rules_stage import a_stage
from tests.thorough import THOROUGH
from tests.unit.referral.test_booking_rules import LAWFUL, TABLE

pytestmark = pytest.mark.django_db

WANTED = 100 if THOROUGH else 1
FREE_ROUNDS, STORIES, STEPS = (2, 20, 30) if THOROUGH else (1, 5, 20)
AIMED_ROUNDS, AIMED_STORIES, AIMED_STEPS = (40, 5, 1) if THOROUGH else (4, 1, 1)
# The product's own lists: what each door asks.
DOORS = {
    "book": rules.RULES, "move": rules.RULES_OF_A_MOVE, "redirect": RULES_OF_A_REDIRECT,
    # The place rests for her, and its day was within the horizon, or let pass, when it was booked.
    "undo": tuple(one for one in rules.RULES_OF_A_MOVE if one not in (rules.place_must_be_free, rules.visit_must_be_within_horizon)),
    "next": rules.RULES_IN_CONSULTATION,
    "ask": rules.RULES_OF_ASKING, "own move": rules.RULES_OF_A_MOVE,
    "substitute": (*judging.ALWAYS, *judging.OF_ANOTHER_HOSPITAL, *judging.OF_DAYS, *judging.OF_LIMITS),
    "held": (*judging.ALWAYS, *judging.OF_ANOTHER_HOSPITAL, *judging.OF_LIMITS),
}  # fmt: skip
LET_PASS_AT = ("book", "move", "own move", "redirect", "ask")  # a booking taken back is let pass by what it has spent already
ALONE = ("own move", *oracle.OF_STOPS)  # a story has no room for another visit of the same department on the day no aim is near
# At these doors another time would cure these, so that one is offered, and can be had; of three months a fortnight cures nothing.
OFFERED_AT = ("book", "move")
OFFERED_FOR = ("R019", "R052", "R106", "R107", "R108", "R015", "R109", "R017", "R027")
NO_RECORD = ("contract_required", "R118", "health_record_number")  # the database holds no such contract
Cell = tuple[str, ...]


def cells() -> set[Cell]:
    """Every refusal of every rule at every door, as the rules themselves say it over the table of their own test, and as the oracle does.

    A rule that is added is missed by the first, a rule that is dropped by the second.
    """
    told = {(door, *one) for door, asked in DOORS.items() for rule in asked for one in refusals_of(rule) if one != NO_RECORD}
    foretold = {
        (door, one.code, one.rule, names)
        for door in DOORS for one in oracle.CELLS if one.rule not in oracle.UNASKED[door] for names in oracle.FIELDS.get(one.rule, ("",))
    }  # fmt: skip
    own = {
        (door, code, "", field)
        for several in (oracle.BEFORE_THE_RULES, oracle.AFTER_THE_RULES) for door, found in several.items() for _what, code, field in found
    }  # fmt: skip
    let_pass = {
        (door, "let pass", name) for door in LET_PASS_AT for name in (rules.LET_PASS_BY_TWO | set(oracle.LET_PASS)) - oracle.UNASKED[door]
    }
    offered = {(door, "offered instead", name) for door in OFFERED_AT for name in OFFERED_FOR}
    done = {(door, "booked") for door in DOORS}
    return told | foretold | own | let_pass | offered | done | {("book", "asked first", how) for how in oracle.ASKING}


def refusals_of(rule: rules.Rule) -> set[Cell]:
    """The code, rule and field of each refusal of one rule."""
    found = [rule(replace(LAWFUL, **change)) for change, _expected in TABLE.values()]
    return {(one.code, one.rule, one.field) for one in found if one is not None}


def test_every_refusal_is_the_one_the_oracle_predicts_and_every_rule_refuses_at_every_door(django_db_setup: None, db: None) -> None:
    """R014-R018, R027, R045-R059, R106-R109, R118, R120, R136, R142, R147, R187: booked, moved, cancelled, missed, time passing."""
    Story.stage = a_stage()
    Story().settles()
    try:
        everything()
    finally:
        print(tally())

    assert missing() == set()


def test_every_rule_of_the_product_has_a_refusal_in_the_table() -> None:
    assert [rule.__name__ for asked in DOORS.values() for rule in asked if not refusals_of(rule)] == []


def test_the_oracle_shares_no_code_with_the_rules() -> None:
    read = [one for module in (oracle, rules_days) for one in ast.walk(ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8")))]

    assert not any(isinstance(one, ast.Import) for one in read)
    assert {one.module for one in read if isinstance(one, ast.ImportFrom)} == {
        "collections.abc", "dataclasses", "datetime", "functools", "typing", rules_days.__name__,
    }  # fmt: skip


def test_no_contract_is_without_a_health_record() -> None:
    made = world()

    with pytest.raises(IntegrityError, match="health_record_number_has_17_digits"), transaction.atomic():
        made.contract(made.patient(contract=False), health_record_number="")


def everything() -> None:
    """Free stories first, then stories that lead to whatever was not hit often enough."""
    for number in range(FREE_ROUNDS):
        tell(Story, number, STORIES, STEPS)
    for number in range(AIMED_ROUNDS):
        for kind, aim in aims(missing()):
            tell(type("Here", (kind,), {"aim": aim}), number, AIMED_STORIES, AIMED_STEPS)


def aims(cells: set[Cell]) -> list[tuple[type[Aimed], tuple[tuple[str, ...], str]]]:
    """What the stories aim at: each refusal at all doors where it was not hit often enough, then at each door what is let pass."""
    doors: dict[tuple[str, str], set[str]] = {}
    for cell in cells:
        if cell[1] != "let pass":
            doors.setdefault((aim_of(cell), cell[0] if cell[0] in ALONE or cell[1] == "booked" else ""), set()).add(cell[0])
    refused = [(Aimed, (tuple(sorted(at)), name)) for (name, _alone), at in sorted(doors.items())]
    return refused + [(Excepted, ((door,), "let pass")) for door in sorted({one[0] for one in cells if one[1] == "let pass"})]


def aim_of(cell: Cell) -> str:
    """What a story aims at: the field where a rule refuses in several ways, else the rule, else the door's own code."""
    return next(filter(None, (*cell[3:], *cell[2:3])), cell[1])


def tell(story: type[Story], number: int, stories: int, steps: int) -> None:
    """A round of stories, the same ones on every machine."""
    options = settings(
        max_examples=stories, stateful_step_count=steps, derandomize=not number, database=None, deadline=None,
        suppress_health_check=list(HealthCheck), phases=(Phase.generate,),
    )  # fmt: skip
    run_state_machine_as_test(seed(number)(type("Again", (story,), {})) if number else story, settings=options)


def missing() -> set[Cell]:
    """The cells that were not hit so often yet."""
    return {cell for cell in cells() if Story.stage.seen[cell] < WANTED}


def tally() -> str:
    """How often each cell was hit, the rarest first; `pytest -s` shows it."""
    hits = sorted((Story.stage.seen[cell], cell) for cell in cells())
    return "\n".join(f"{count:>7} {' '.join(cell)}" for count, cell in hits)
