"""What the hands were told: every answer counted, every success kept, every use of a key that is used again."""

from collections import Counter
from dataclasses import dataclass, field
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Call:
    """One use of a key: when it began and ended by the machine's clock, for which body, and what came of it."""

    actor: UUID
    key: str
    body: str
    began: float = 0.0
    ended: float = 0.0
    outcome: str = ""
    result: UUID | None = None
    about: UUID | None = None  # what was moved on, from which version, where
    version: int = 0
    target: str = ""


@dataclass(slots=True)
class Journal:
    """What one process, or all of them together, saw in a round."""

    outcomes: Counter[tuple[str, str]] = field(default_factory=Counter)
    made: list[UUID] = field(default_factory=list)
    stepped: list[tuple[UUID, int, str]] = field(default_factory=list)  # the object, the version the caller saw, where it went
    calls: list[Call] = field(default_factory=list)
    seconds: Counter[str] = field(default_factory=Counter)

    @property
    def attempts(self) -> int:
        """Every call of a use case; moving the data's clock is none."""
        return sum(self.outcomes.values())

    def add(self, other: "Journal") -> None:
        """Another process's part."""
        self.outcomes += other.outcomes
        self.seconds += other.seconds
        self.made += other.made
        self.stepped += other.stepped
        self.calls += other.calls
