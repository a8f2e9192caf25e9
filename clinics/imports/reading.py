"""Reads the rows of a file one after another: the first visible sheet of a workbook, or a text list in three encodings."""

import codecs
import csv
import io
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Any

from clinics.imports.cells import text_of
from clinics.imports.files import PIECE, Format, format_of
from clinics.imports.header import MOST_WORDS, SEARCHED, find_header
from clinics.imports.kinds import Column, Row
from clinics.imports.problems import MOST_COLUMNS, MOST_ROWS, Unreadable
from clinics.imports.sheet import Line, lines_of
from clinics.imports.workbook import Book, Sheet, read_book

ENCODINGS = ("utf-8-sig", "gb18030")
# What a workbook raises whose insides are not as they should be; zlib's own error comes from a part cut short.
DAMAGE = (zipfile.BadZipFile, zlib.error, RuntimeError, KeyError, IndexError, ValueError, EOFError, OSError)
LONGEST_TITLE = 30  # of a sheet that was not read, when it is named
HINTS = ("说明", "Hints")  # the second sheet of our own template


@dataclass(slots=True)
class Reading:
    """One file being read: its columns in the file's order, and its rows, read as they are asked for.

    `notices` says what the reader should know; it is complete once the last row was taken.
    """

    columns: list[str]
    notices: dict[str, Any]
    rows: Iterator[Row]


@dataclass(slots=True)
class Source:
    """The lines of a file with their numbers, blank ones left out."""

    lines: Iterable[Line]
    notices: dict[str, Any] = field(default_factory=dict)


def read(data: bytes, columns: Sequence[Column]) -> Reading:
    """Begin to read a file. Raises Unreadable at once for what can be seen at once, and from `rows` for what comes later.

    Blank rows, and the example of the template where nobody changed it, are left out.
    """
    source = _workbook(data) if format_of(data) is Format.XLSX else _text(data)
    lines = iter(source.lines)
    top = list(islice(lines, SEARCHED))
    header = find_header(top, columns)
    if header.unknown:
        source.notices["unknown_columns"] = list(header.unknown)
    below = chain((line for line in top if line[0] > header.row), lines)
    names = sorted(header.places, key=lambda name: header.places[name])
    return Reading(names, source.notices, _rows(below, header.places, {column.name: column.example for column in columns}))


def _rows(lines: Iterable[Line], places: dict[str, int], example: dict[str, str]) -> Iterator[Row]:
    count = 0
    for number, texts in lines:
        values = {name: texts[place] if place < len(texts) else "" for name, place in places.items()}
        if not any(values.values()) or all(text == example[name] for name, text in values.items()):
            continue
        count += 1
        if count > MOST_ROWS:
            raise Unreadable("too_many_rows")
        yield Row(number, values)
    if not count:
        raise Unreadable("no_rows")


def _bounded(cells: Sequence[Any]) -> list[str]:
    texts = [text_of(cell) for cell in cells[:MOST_COLUMNS]]
    if any(text_of(cell) for cell in cells[MOST_COLUMNS:]):
        raise Unreadable("too_many_columns")
    return texts


def _workbook(data: bytes) -> Source:
    notices: dict[str, Any] = {}
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        book = read_book(archive)
    except DAMAGE as error:
        raise Unreadable("broken") from error
    visible = [sheet for sheet in book.sheets if sheet.is_visible]
    if not visible:
        raise Unreadable("no_sheet")
    others = [sheet.title[:LONGEST_TITLE] for sheet in book.sheets if sheet is not visible[0] and sheet.title not in HINTS]
    if others:
        notices["other_sheets"] = others[:MOST_WORDS]
    return Source(_rows_of(archive, visible[0], book, notices), notices)


def _rows_of(archive: zipfile.ZipFile, sheet: Sheet, book: Book, notices: dict[str, Any]) -> Iterator[Line]:
    try:
        with archive.open(sheet.path) as part:
            yield from lines_of(part, book, notices)
    except DAMAGE as error:
        raise Unreadable("broken") from error


def _text(data: bytes) -> Source:
    encoding = next((name for name in ENCODINGS if _decodes(data, name)), None)
    if encoding is None:
        raise Unreadable("encoding")
    text = io.TextIOWrapper(io.BytesIO(data), encoding=encoding, newline="")
    return Source(_lines_in(text, _separator(data)))


def _decodes(data: bytes, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for start in range(0, len(data), PIECE):
            decoder.decode(data[start : start + PIECE])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _separator(data: bytes) -> str:
    """Whichever of comma, tab and semicolon stands most often in the first lines."""
    head = data[:4096]
    return max(",\t;", key=lambda mark: head.count(mark.encode()))


def _lines_in(text: io.TextIOWrapper, separator: str) -> Iterator[Line]:
    number = 0
    try:
        for number, cells in enumerate(csv.reader(text, delimiter=separator), start=1):
            texts = _bounded(cells)
            if any(texts):
                yield number, texts
    except csv.Error as error:
        raise Unreadable("quotes", {"row": number + 1}) from error
