"""What apps say about the acts in the journal: what to write beside them, and what a restored database must be told again.

The vault follows every act and knows none. An app declares in its `ready`: `told` (a few words about the object, kept with the
act), `again` (an act that took something away is done again), `passing` (objects whose loss nobody has to mend) and
`at_every_fence` (what no restored database may bring back).
"""

from collections.abc import Callable, Iterable, Mapping
from uuid import UUID

from vault.journal.acts import Act

Telling = Callable[[Iterable[UUID]], Mapping[UUID, dict[str, str]]]
Again = Callable[[Act], bool]
Step = Callable[[], Mapping[str, int]]

_tellings: dict[str, Telling] = {}
_agains: dict[str, Again] = {}
_passing: set[str] = set()
_steps: list[Step] = []


def told(kind: str, telling: Telling) -> None:
    """Objects of this kind are described when their act is written into the journal; one query for many."""
    _tellings[kind] = telling


def again(verb: str, step: Again) -> None:
    """Step: an act of this verb is repeated behind a fence; says whether there was anything left to take away."""
    _agains[verb] = step


def passing(*kinds: str) -> None:
    """Acts about these need no second time: logins, looks, proofs."""
    _passing.update(kinds)


def at_every_fence(step: Step) -> None:
    """Step: run behind every fence; names and counts of what it ended."""
    if step not in _steps:
        _steps.append(step)


def words_about(objects: Iterable[tuple[str, UUID]]) -> dict[UUID, dict[str, str]]:
    """What the apps say of these objects (kind, id) as they are now."""
    wanted: dict[str, set[UUID]] = {}
    for kind, public_id in objects:
        if kind in _tellings:
            wanted.setdefault(kind, set()).add(public_id)
    return {public_id: words for kind, ids in wanted.items() for public_id, words in _tellings[kind](ids).items()}


def repeat(act: Act) -> bool | None:
    """Step: do it again; None when nobody declared how."""
    step = _agains.get(act.verb)
    return None if step is None else step(act)


def is_passing(act: Act) -> bool:
    return act.kind in _passing


def steps() -> tuple[Step, ...]:
    return tuple(_steps)
