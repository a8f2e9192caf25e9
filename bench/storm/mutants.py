"""What a mutant is: the product without one of its walls, what is played against it, and the layer behind it if it holds alone."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bench.storm.arena import RESIDENTS, Arena
from bench.storm.hands import Bout, Troupe
from bench.storm.player import STALE
from bench.storm.recode import Recode, together
from bench.storm.rounds import play

SECONDS, SLICES, COPIES, THREADS = 2.0, 3, 8, 3
FEW = (4, 7)  # residents nobody has missed anything of
ALL = (0, RESIDENTS)
Spoil = Callable[[], list[str]]


def nothing() -> list[str]:
    """No statement."""
    return []


@dataclass(frozen=True, slots=True)
class Wall:
    """One thing taken out: statements for the copy of the database, changes of Python functions."""

    spoil: Spoil = nothing
    recodes: tuple[Recode, ...] = ()


@dataclass(frozen=True, slots=True)
class Mutant:
    """A wall taken out, and `behind` it the one that holds alone, named by `held_by`; then both are taken out together."""

    name: str
    kind: str
    wall: Wall
    mix: Mapping[str, float]
    residents: tuple[int, int] = FEW
    slots: int = 1000
    stale: float = STALE
    rules: tuple[str, ...] = ()
    held_by: str = ""
    behind: Wall = field(default_factory=Wall)


@dataclass
class Tried:
    """What was found, after how many attempts and seconds of play; `alone` without the first wall only, where another one holds."""

    mutant: Mutant
    alone: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    attempts: int = 0
    seconds: float = 0.0
    outcomes: Counter[Any] = field(default_factory=Counter)

    @property
    def is_caught(self) -> bool:
        """Whether the judge saw it."""
        return bool(self.faults or self.alone)


def tried(server: Any, troupe: Troupe, arena: Arena, mutant: Mutant) -> Tried:
    """The mutant alone; where a second wall holds, alone once and then both taken out, on fresh copies until somebody sees it."""
    found = Tried(mutant)
    if mutant.held_by:
        found.alone = slices(server, troupe, arena, mutant, [mutant.wall], 1, found)
    walls = [mutant.wall, mutant.behind]
    for _copy in range(COPIES):
        if found.is_caught:
            break
        found.faults = slices(server, troupe, arena, mutant, walls, SLICES, found)
    return found


def slices(server: Any, troupe: Troupe, arena: Arena, mutant: Mutant, walls: Sequence[Wall], most: int, found: Tried) -> Counter[str]:
    """So many bouts at most on one copy without these walls; what the judge saw."""
    recodes = together(change for wall in walls for change in wall.recodes)
    seed = len(found.outcomes) + found.attempts
    bout = Bout("mutant", SECONDS, THREADS, mutant.mix, seed, mutant.residents, mutant.slots, mutant.stale, recodes)
    spoil = [statement for wall in walls for statement in wall.spoil()]
    done = play(server, troupe, arena, bout, rules=mutant.rules, spoil=spoil, slices=most)
    found.attempts += done.journal.attempts
    found.seconds += done.played
    found.outcomes += done.journal.outcomes
    return done.faults
