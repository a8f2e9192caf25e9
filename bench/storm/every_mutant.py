"""All mutants, each kind beside its own, so that every fourth of them holds some of every kind."""

from typing import Final

from bench.storm.mutants import Mutant
from bench.storm.mutants_of_checks import CHECKS
from bench.storm.mutants_of_lives import OF_THE_LEDGER, ONCE, TAKEN_BACK, TRIGGERS
from bench.storm.mutants_of_locks import CONSTRAINTS, DEDUPES, LOCKS
from bench.storm.mutants_of_stops import DISRUPTED, HELD

KINDS: Final = ("lock", "constraint", "trigger", "re-check", "dedupe")
EVERY: Final[tuple[Mutant, ...]] = tuple(
    sorted((*LOCKS, *CONSTRAINTS, *DEDUPES, *CHECKS, *TRIGGERS, *ONCE, *OF_THE_LEDGER, *TAKEN_BACK, *HELD, *DISRUPTED),
           key=lambda one: KINDS.index(one.kind))
)  # fmt: skip
