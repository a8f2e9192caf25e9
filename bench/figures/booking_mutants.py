"""What the storm's judge is worth: each lock, constraint, trigger, re-check and dedupe of a booking taken out in turn, and all caught.

A wall is taken out of a private copy of the database (a piece of a function, a constraint) or of the product's Python, in the playing
processes only. Then a directed piece of the storm is played for a few seconds at a time until the judge finds a fault. Where another
layer holds alone, that is said, and both are taken out. The short profile plays a quarter of them, on four days all; the long one
all at once. `MUTANTS` names some by words of their names. Walls without a mutant are listed with the reason in bench/storm/unmutated.py.
The same pieces on the product as it is have to find nothing.
"""

import os
import time
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from bench.figure import Figure
from bench.figures.booking_storm import PROCESSES, prepared
from bench.stage import stage
from bench.storm.hands import Troupe, troupe

NAME = "booking-mutants"
SHARES = {"short": 4, "long": 1}  # one of so many parts is played
LEAST = 20
KINDS = ("lock", "constraint", "trigger", "re-check", "dedupe")


def measure(profile: str) -> Figure:
    """The mutants of the day, or all; before them the same mixes on the product as it is."""
    with stage(track_commit_timestamp="on", more={"CELERY_BROKER_URL": "memory://"}) as server:
        arena = prepared(server)
        mutants = chosen(profile)
        with troupe(PROCESSES, arena) as hands:
            whole = sound(server, hands, arena, mutants)
            found = [shown(server, hands, arena, one) for one in mutants]
    return told(whole, found)


def chosen(profile: str) -> Sequence[Any]:
    """All of them, or those of the day, of every kind."""
    from bench.storm.every_mutant import EVERY

    named, share = os.environ.get("MUTANTS", ""), SHARES[profile]
    if named:
        return [one for one in EVERY if any(word in one.name for word in named.split(","))]
    return EVERY[datetime.now(UTC).timetuple().tm_yday % share :: share]


def sound(server: Any, hands: Troupe, arena: Any, mutants: Sequence[Any]) -> Any:
    """Every mix of these mutants played on the product as it is."""
    from bench.storm.mutants import SECONDS, THREADS
    from bench.storm.rounds import Bout, play

    mix: Counter[str] = Counter()
    for mutant in mutants:
        mix.update({act: weight / sum(mutant.mix.values()) for act, weight in mutant.mix.items()})  # type: ignore[arg-type]
    return play(server, hands, arena, Bout("sound", SECONDS * 4, THREADS, dict(mix), seed=1))


def shown(server: Any, hands: Troupe, arena: Any, mutant: Any) -> Any:
    """One mutant, and its line."""
    from bench.storm.mutants import tried

    began = time.monotonic()
    one = tried(server, hands, arena, mutant)
    seen = next(iter((one.alone or one.faults).most_common(1)), ("NOT CAUGHT", 0))[0]
    held = f" (alone held by {mutant.held_by})" if mutant.held_by and not one.alone else ""
    said = f"{one.attempts} attempts, {one.seconds:.0f} s of play, {time.monotonic() - began:.0f} s"
    print(f"{mutant.kind:11}{mutant.name}{held}: {seen}; {said}", flush=True)
    return one


def told(whole: Any, found: Sequence[Any]) -> Figure:
    """How many were caught of how many, by what, and that the product itself shows nothing."""
    caught = [one for one in found if one.is_caught]
    kinds = Counter(one.mutant.kind for one in found)
    everything = len(caught) == len(found) >= LEAST and not whole.faults and all(kinds[kind] for kind in KINDS)
    return Figure(
        NAME, len(caught), f"of {len(found)} mutants caught", f"all of them, at least {LEAST}, and nothing on the product as it is",
        everything, sum(one.attempts for one in found),
        {
            "kinds": dict(kinds), "not_caught": [one.mutant.name for one in found if not one.is_caught],
            "held_alone": {one.mutant.name: one.mutant.held_by for one in found if one.mutant.held_by and not one.alone},
            "unmutated": {"attempts": whole.journal.attempts, "faults": dict(whole.faults)},
            "mutants": [
                {
                    "mutant": one.mutant.name, "kind": one.mutant.kind, "attempts": one.attempts, "seconds": round(one.seconds, 1),
                    "caught_by": dict((one.alone or one.faults).most_common(3)),
                }
                for one in found
            ],
        },
    )  # fmt: skip
