"""What the storm takes for a fault in what its hands were told, and that every wall its mutants take out stands in the product."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from bench.figures.booking_storm import is_done
from bench.storm import hands
from bench.storm.journal import Call
from bench.storm.judge import keys_judged, steps_of, unheld
from bench.storm.mutants import Mutant
from bench.storm.mutants_of_checks import CHECKS
from bench.storm.mutants_of_locks import CONSTRAINTS, DEDUPES, LOCKS
from bench.storm.recode import Recode, recoded
from referral.booking import book, counting, move
from vault.refusal import Refusal

ALL = (*LOCKS, *CONSTRAINTS, *DEDUPES, *CHECKS)
ACTOR, MADE, OTHER, ABOUT = (UUID(int=number) for number in (1, 2, 3, 4))


def call(began: float, ended: float, outcome: str = "done", result: UUID | None = None, body: str = "one") -> Call:
    return Call(ACTOR, "key", body, began, ended, outcome, result, ABOUT, 1, "booked")


@pytest.mark.parametrize("mutant", ALL, ids=lambda mutant: mutant.name)
def test_every_wall_a_mutant_takes_out_stands_in_the_product(mutant: Mutant) -> None:
    for wall in (mutant.wall, mutant.behind):
        assert all("CREATE OR REPLACE" in one or "DROP" in one for one in wall.spoil())
        for change in wall.recodes:
            with recoded(change):
                pass


def test_there_are_mutants_of_every_kind_and_each_has_a_name_of_its_own() -> None:
    assert len(ALL) >= 40
    assert len({mutant.name for mutant in ALL}) == len(ALL)
    assert {mutant.kind for mutant in ALL} == {"lock", "constraint", "re-check", "dedupe"}


def test_a_function_is_changed_wherever_it_is_used_and_only_for_a_while() -> None:
    kept = counting.months_after

    with recoded(Recode("referral.booking.counting", "months_after", "month + 1", "month + 2")):
        assert kept is counting.months_after
        assert kept(date(2026, 1, 5), 1).month == 3

    assert kept(date(2026, 1, 5), 1).month == 2


def test_a_key_that_is_answered_as_before_is_no_fault() -> None:
    same = [call(0, 2, result=MADE), call(1, 3, result=MADE), call(4, 5, result=MADE), call(6, 7, "right_not_in_force")]

    assert not +keys_judged(same)


@pytest.mark.parametrize(
    ("second", "fault"),
    [
        (call(3, 4, result=OTHER), "one key answered with two bookings"),
        (call(3, 4, "stale_state"), "a repeated request was refused"),
        (call(3, 4, result=MADE, body="two"), "a key answered for another body"),
    ],
)
def test_a_key_that_is_answered_otherwise_is_a_fault(second: Call, fault: str) -> None:
    assert +keys_judged([call(0, 1, result=MADE), second]) == {fault: 1}


def test_a_refusal_that_began_before_the_first_answer_is_no_fault() -> None:
    assert not +keys_judged([call(0, 2, result=MADE), call(1, 3, "stale_state")])


def test_a_step_is_looked_for_where_the_version_its_caller_saw_puts_it() -> None:
    life = {ABOUT: ["booked", "cancelled"]}

    assert unheld([(ABOUT, 1, "cancelled")], life, {ABOUT}) == 0
    assert unheld([(ABOUT, 2, "cancelled")], life, {ABOUT}) == 1
    assert unheld([(ABOUT, 1, "cancelled"), (ABOUT, 1, "cancelled")], life, {ABOUT}) == 1


def test_a_booking_answered_twice_under_its_key_is_one_step() -> None:
    assert steps_of([call(0, 1, result=MADE), call(2, 3, result=MADE), call(4, 5, "busy")]) == [(ABOUT, 1, "booked")]


def test_an_act_that_was_only_refused_busy_or_broken_has_not_succeeded() -> None:
    failed = ("stale_state", "encounter_required", "undo_too_late", "refused", "nothing due", "busy: waited too long for a lock")

    assert all(is_done(ended) for ended in ("done", "entered", "suspended", "revoked", "reinstated"))
    assert not any(is_done(ended) for ended in (*failed, "broken: DataError 22003 out of range"))


def test_the_list_of_other_times_is_read_with_everything_the_product_gives_it(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[Any] = []
    for module in (book, move):
        monkeypatch.setattr(module, "with_alternatives", lambda refusal, *given, **named: read.append((given, named)) or refusal)
    refusal = Refusal("slot_not_available", "")

    for chance in (0.0, 1.0):
        monkeypatch.setattr(hands, "random", lambda chance=chance: chance)
        hands.spare_alternatives()
        assert move.with_alternatives(refusal, None, None, find=len) is refusal

    assert read == [((None, None), {"find": len})]
