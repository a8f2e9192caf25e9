"""The inside of an .xlsx: which sheets it has, what its texts are, and which numbers are days."""

import posixpath
import re
import zipfile
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from openpyxl.styles.numbers import is_date_format
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900

from clinics.imports.xml import Damaged, elements, events

# Formats of days by number; 27-36 and 50-58 are those of Chinese Excel ("yyyy年m月d日").
BUILTIN_DAYS = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: what it is called, where its part is, and whether people see it."""

    title: str
    path: str
    is_visible: bool


@dataclass(frozen=True, slots=True)
class Book:
    """What every sheet needs beside its own part."""

    sheets: list[Sheet]
    texts: list[str]
    days: frozenset[str]  # the styles of cells that hold days
    epoch: datetime


def read_book(archive: zipfile.ZipFile) -> Book:
    """The book without its rows. Raises Damaged, KeyError or ValueError for one that is not as it should be."""
    main = _target(archive, "_rels/.rels", "", "officeDocument")
    folder, name = posixpath.split(main)
    with archive.open(main) as part:
        found = elements(part)
    related = _related(archive, posixpath.join(folder, "_rels", f"{name}.rels"), folder)
    sheets = [
        Sheet(at.get("name", ""), related[at["id"]][0], at.get("state", "visible") == "visible")
        for tag, at in found
        if tag == "sheet" and at.get("id") in related and related[at["id"]][1].endswith("/worksheet")
    ]
    mac = any(tag == "workbookPr" and at.get("date1904") in ("1", "true") for tag, at in found)
    epoch = CALENDAR_MAC_1904 if mac else CALENDAR_WINDOWS_1900
    paths = {kind.rpartition("/")[2]: path for path, kind in related.values()}
    return Book(sheets, _texts(archive, paths.get("sharedStrings")), _days(archive, paths.get("styles")), epoch)


def _target(archive: zipfile.ZipFile, rels: str, folder: str, kind: str) -> str:
    for path, of in _related(archive, rels, folder).values():
        if of.endswith(f"/{kind}"):
            return path
    raise Damaged(f"no {kind}")


def _related(archive: zipfile.ZipFile, rels: str, folder: str) -> dict[str, tuple[str, str]]:
    """Id → path inside the archive and kind; what lies outside the file is not looked at."""
    with archive.open(rels) as part:
        found = [at for tag, at in elements(part) if tag == "Relationship" and at.get("TargetMode") != "External"]
    return {at["Id"]: (_path(folder, at["Target"]), at.get("Type", "")) for at in found}


def _path(folder: str, target: str) -> str:
    return target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))


def _texts(archive: zipfile.ZipFile, path: str | None) -> list[str]:
    if path is None:
        return []
    reader = Texts()
    with archive.open(path) as part:
        for _piece in events(part, start=reader.start, end=reader.end, text=reader.text):
            pass
    return reader.found


class Texts:
    """Collects the table of texts; how a word is pronounced (rPh) is no part of it."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self.pieces: list[str] = []
        self.is_open = False
        self.is_aside = False

    def start(self, name: str, _attributes: dict[str, str]) -> None:
        if name == "rPh":
            self.is_aside = True
        self.is_open = name == "t" and not self.is_aside

    def text(self, piece: str) -> None:
        if self.is_open:
            self.pieces.append(piece)

    def end(self, name: str) -> None:
        self.is_open = False
        if name == "rPh":
            self.is_aside = False
        elif name == "si":
            self.found.append(unescaped("".join(self.pieces)))
            self.pieces = []


def _days(archive: zipfile.ZipFile, path: str | None) -> frozenset[str]:
    if path is None:
        return frozenset()
    with archive.open(path) as part:
        found = elements(part)
    own = {at.get("numFmtId"): at.get("formatCode", "") for tag, at in found if tag == "numFmt"}
    formats: list[Any] = []
    inside = False
    for tag, at in found:
        inside = tag == "cellXfs" or (inside and tag not in ("cellStyles", "cellStyleXfs", "dxfs"))
        if tag == "xf" and inside:
            formats.append(at.get("numFmtId", "0"))
    return frozenset(str(style) for style, number in enumerate(formats) if _is_day(number, own))


def _is_day(number: str, own: dict[str | None, str]) -> bool:
    if number in own:
        return bool(is_date_format(own[number]))
    return number.isdigit() and int(number) in BUILTIN_DAYS


def unescaped(text: str) -> str:
    """The text with what a sheet writes as _x000D_ turned back."""
    return ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text
