"""What a kind of list that can be imported promises: its columns, how a row is checked, and how it is applied."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from permissions.acting import Acting
from permissions.roles import Capability
from vault.refusal import Sentence


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the file; its title in either language, or its name, heads it."""

    name: str
    title: Sentence
    required: bool
    example: str
    hint: Sentence
    sensitive: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One row as read: its number in the file (the header is 1) and its text by column name, '' where nothing stands."""

    number: int
    values: dict[str, str]


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one field of a row, why, and what to do; `value` is what was read, shown only to the uploader."""

    field: str
    reason: Sentence
    remedy: Sentence
    value: str = ""


class Outcome(TextChoices):
    """What applying a row does, or why it cannot."""

    CREATE = "create", _("new")
    UPDATE = "update", _("changed")
    UNCHANGED = "unchanged", _("unchanged")
    FAULTY = "faulty", _("faulty")


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of one row."""

    number: int
    outcome: Outcome
    faults: tuple[Fault, ...] = field(default=())


class Importer(Protocol):
    """One kind of list. Values arrive as trimmed text; see `clinics.imports.cells` for how cells become text.

    `context` is asked once a run and is shared by every chunk of that run, which come in the order of the file, so that
    faults between rows are found by keeping sets in it. A run that was cut off begins again with a new context and is
    shown the rows before its place once more by `check`. `check` reads only; `apply` is a step inside the engine's
    transaction for this chunk: it is given the rows that were found good, checks them again, writes in bulk, and answers for
    those that meanwhile became faulty without writing them. Neither reads once a row.
    """

    @property
    def key(self) -> str: ...
    @property
    def title(self) -> Sentence: ...
    @property
    def needs(self) -> Capability: ...
    @property
    def columns(self) -> tuple[Column, ...]: ...

    def context(self, by: Acting, today: date) -> Any:
        """Whatever lookups a whole file shares."""
        ...

    def check(self, rows: Sequence[Row], context: Any) -> list[Checked]:
        """One answer for each row, in order; a chunk has 500 rows at most."""
        ...

    def apply(self, rows: Sequence[Row], context: Any, by: Acting) -> list[Checked]:
        """Step: what really became of each row, in order."""
        ...


_declared: dict[str, Importer] = {}


def declare(importer: Importer) -> None:
    """Make a kind known, from the `ready` of its app; saying it twice changes nothing."""
    known = _declared.setdefault(importer.key, importer)
    if type(known) is not type(importer):
        raise ValueError(f"two importers are called {importer.key!r}")


def find(key: str) -> Importer | None:
    """The kind with this key, or None when nobody declared it."""
    return _declared.get(key)


def open_to(by: Acting) -> list[Importer]:
    """The kinds a person may import in the part she plays, in the order they were declared."""
    return [importer for importer in _declared.values() if by.can(importer.needs)]
