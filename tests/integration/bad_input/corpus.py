"""Reads the corpus of bad input: values by kind of field, whole bodies, addresses and headers."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[2] / "corpus"
BAD, SOME_REFUSAL = 400, "4xx"


def load(name: str) -> Any:
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


FIELDS: dict[str, dict[str, Any]] = load("fields")


@dataclass(frozen=True)
class Value:
    """One value for a field; `whole` when the body is refused before any field is looked at."""

    given: Any
    status: int | str = BAD
    whole: bool = False
    stored: Any = None

    def allows(self, status: int) -> bool:
        return 400 <= status < 500 if self.status == SOME_REFUSAL else status == self.status

    def __str__(self) -> str:
        text = json.dumps(self.given)
        return text if len(text) < 60 else f"{text[:40]}… ({len(text)})"


def expanded(value: Any) -> Any:
    """{"repeat": "长", "times": 3} stands for 长长长."""
    return value["repeat"] * value["times"] if isinstance(value, dict) and "repeat" in value else value


def refused(kind: str) -> Iterator[Value]:
    """What a field of this kind has to refuse."""
    for base in FIELDS[kind].get("also", ()):
        yield from refused(base)
    yield from refused_only(kind)


def refused_only(kind: str) -> Iterator[Value]:
    """The same without what the kind shares with others."""
    for row in FIELDS[kind].get("refused", ()):
        yield Value(expanded(row["value"]), row.get("status", BAD), row.get("whole", False))


def accepted(kind: str) -> list[Value]:
    """What a field of this kind takes, and the one form it is stored in."""
    return [Value(expanded(row["value"]), stored=expanded(row["stored"])) for row in FIELDS[kind].get("accepted", ())]


def body_of(row: dict[str, Any]) -> bytes:
    """The bytes of one whole body."""
    if "hex" in row:
        return bytes.fromhex(row["hex"])
    if "nest" in row:
        return b'{"a": ' + b"[" * (row["nest"] - 1) + b"]" * (row["nest"] - 1) + b"}"
    return str(row["text"]).replace("@", row.get("repeat", "@") * row.get("times", 1)).encode("utf-8")
