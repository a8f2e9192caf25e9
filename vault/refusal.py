"""How the domain says no: one exception with a code, a sentence, and every reason at once."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

Sentence = Any  # a str or a lazily translated string


@dataclass(frozen=True, slots=True)
class Violation:
    """One broken rule or one bad field, with what the reader needs to put it right.

    `rule` is a catalogue id (R107); `quote` is the literal text of the article in its own language. `next_date` is the nearest day
    that would do now; where there is none, `later_date` is one that will, and `possible_from` the day from which it can be asked for.
    """

    code: str
    message: Sentence
    field: str = ""
    remedy: Sentence = ""
    rule: str = ""
    source: Sentence = ""
    article: str = ""
    quote: str = ""
    count: int | None = None
    limit: int | None = None
    next_date: date | None = None
    later_date: date | None = None
    possible_from: date | None = None


@dataclass(eq=False)
class Refusal(Exception):
    """A no from the domain; only `config/errors.py` knows what HTTP makes of it.

    `code` is one of the documented interface codes; `violations` are in the documented precedence;
    `current` is what a stale caller should look at; `retry_after` is in seconds.
    """

    code: str
    message: Sentence = ""
    violations: tuple[Violation, ...] = ()
    current: dict[str, Any] = field(default_factory=dict)
    retry_after: int | None = None

    def __post_init__(self) -> None:
        super().__init__(self.code)

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"


def invalid(field_name: str, message: Sentence, *, remedy: Sentence = "") -> Refusal:
    """A refusal of one input field, with its reason and remedy."""
    violation = Violation(code="invalid_input", field=field_name, message=message, remedy=remedy)
    return Refusal("invalid_input", message, (violation,))
