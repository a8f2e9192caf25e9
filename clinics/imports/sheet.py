"""The rows of one sheet as they stream by: numbers and texts of at most sixty columns, and what a reader should know of them."""

import re
from collections.abc import Iterator
from typing import IO, Any

from openpyxl.utils.datetime import from_excel

from clinics.imports.cells import text_of
from clinics.imports.problems import MOST_COLUMNS, Unreadable
from clinics.imports.workbook import Book, unescaped
from clinics.imports.xml import Damaged, events

LAST_ROW = 1_048_576  # of any sheet
LONGEST = 40_000  # characters of a cell; a sheet allows 32,767
LETTERS = re.compile(r"\A([A-Z]{1,3})[0-9]{1,7}\Z")
NUMBER = re.compile(r"\A[+-]?[0-9]{0,40}(?:\.[0-9]{0,40})?(?:[eE][+-]?[0-9]{1,3})?\Z")
Line = tuple[int, list[str]]


def lines_of(part: IO[bytes], book: Book, notices: dict[str, Any]) -> Iterator[Line]:
    """Number and texts of every row that holds something; `notices` is complete once the last one was taken.

    The sheet's own idea of its size is not believed. Raises Damaged, or Unreadable for too many columns.
    """
    reader = Rows(book)
    for _piece in events(part, start=reader.start, end=reader.end, text=reader.text):
        yield from reader.lines
        reader.lines = []
    notices |= {name: number for name, number in reader.counts.items() if number}


class Rows:
    """Gathers cells into rows; of a formula the value it last showed is taken."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.lines: list[Line] = []
        self.counts = dict.fromkeys(("formulas", "merged", "hidden_rows"), 0)
        self.row = self.column = 0
        self.cells: dict[int, str] = {}
        self.kind = self.style = ""
        self.pieces: list[str] = []
        self.length = 0
        self.is_open = self.is_aside = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "v" or (name == "t" and not self.is_aside):
            self.is_open = True
        elif name == "c":
            self._begin_cell(attributes)
        elif name == "row":
            self._begin_row(attributes)
        elif name == "rPh":
            self.is_aside = True
        elif name == "f":
            self.counts["formulas"] += 1
        elif name == "mergeCell":
            self.counts["merged"] += 1

    def text(self, piece: str) -> None:
        if self.is_open and self.length < LONGEST:
            self.pieces.append(piece)
            self.length += len(piece)

    def end(self, name: str) -> None:
        if name in ("v", "t"):
            self.is_open = False
        elif name == "c":
            if self.pieces:
                self._keep("".join(self.pieces))
        elif name == "row":
            if self.cells:
                self.lines.append((self.row, [self.cells.get(at, "") for at in range(1, max(self.cells) + 1)]))
        elif name == "rPh":
            self.is_aside = False

    def _begin_row(self, attributes: dict[str, str]) -> None:
        number = attributes.get("r", "")
        if number and not (number.isascii() and number.isdigit() and self.row < int(number[:8]) <= LAST_ROW):
            raise Damaged("a row that cannot be")
        self.row = int(number) if number else self.row + 1
        self.column, self.cells = 0, {}
        if attributes.get("hidden") in ("1", "true"):
            self.counts["hidden_rows"] += 1

    def _begin_cell(self, attributes: dict[str, str]) -> None:
        place = attributes.get("r", "")
        if place:
            letters = LETTERS.match(place)
            if letters is None:
                raise Damaged("a cell that cannot be")
            self.column = column_of(letters[1])
        else:
            self.column += 1
        self.kind, self.style = attributes.get("t", "n"), attributes.get("s", "0")
        self.pieces, self.length = [], 0

    def _keep(self, raw: str) -> None:
        text = text_of(self._value(raw))
        if not text:
            return
        if self.column > MOST_COLUMNS:
            raise Unreadable("too_many_columns")
        self.cells[self.column] = text

    def _value(self, raw: str) -> object:
        match self.kind:
            case "s":
                return self.book.texts[int(raw)]
            case "n":
                return self._number(raw.strip())
            case "b":
                return raw.strip() == "1"
            case "d":
                return raw.partition("T")[0] if raw.endswith("T00:00:00") else raw
        return unescaped(raw)

    def _number(self, raw: str) -> object:
        if not NUMBER.match(raw) or not raw.strip("+-.eE"):
            raise Damaged("a number that is none")
        value = int(raw) if raw.lstrip("+-").isdigit() else float(raw)
        if self.style not in self.book.days:
            return value
        try:
            return from_excel(value, self.book.epoch)
        except (OverflowError, ValueError):
            return "#VALUE!"


def column_of(letters: str) -> int:
    """A is 1, Z is 26, AA is 27."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number
