"""One thread of a storm: its dice, its connection, what it knows and what it writes down."""

from dataclasses import dataclass, field
from random import Random
from typing import Any
from uuid import UUID

from bench.storm.journal import Journal
from bench.storm.known import Known

STALE = 0.1


class Idle(Exception):
    """Nothing of this kind is to be done now; no attempt was made."""


@dataclass
class Player:
    """Acts in everybody's part."""

    known: Known
    dice: Random
    stale: float = STALE
    journal: Journal = field(default_factory=Journal)

    def doctor(self) -> Any:
        """Any of the doctors, under the post and right this process last saw."""
        return self.known.doctors[self.dice.choice(self.known.arena.doctors)]

    def coordinator(self, institution: int) -> Any:
        """Who runs a hospital's places."""
        return self._of(self.known.coordinators, institution)

    def clerk(self, institution: int) -> Any:
        """Who stands at a hospital's window."""
        return self._of(self.known.clerks, institution)

    def stepped(self, about: UUID, version: int, target: str) -> None:
        """An object was moved on by us from the version we said we saw."""
        self.journal.stepped.append((about, version, target))
        self.known.changed()

    def _of(self, people: dict[int, Any], institution: int) -> Any:
        if institution not in people:
            raise Idle
        return people[institution]
