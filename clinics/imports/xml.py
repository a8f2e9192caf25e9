"""Reads the parts of a workbook as events, piece by piece, without document types: no entity is ever defined or fetched."""

from collections.abc import Callable, Iterator
from typing import IO
from xml.parsers import expat

PIECE = 256 * 1024
Start = Callable[[str, dict[str, str]], None]
End = Callable[[str], None]


class Damaged(ValueError):
    """The inside of the workbook is not as it should be."""


def events(part: IO[bytes], *, start: Start, end: End | None = None, text: Callable[[str], None] | None = None) -> Iterator[None]:
    """Feed one part to the handlers and pause after each piece; raises Damaged for what is no XML or declares a document type.

    Names come without their prefix, as programs choose prefixes as they like.
    """
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _no_document_type
    parser.StartElementHandler = lambda name, attributes: start(name.rpartition(":")[2], attributes)
    if end is not None:
        parser.EndElementHandler = lambda name: end(name.rpartition(":")[2])
    if text is not None:
        parser.CharacterDataHandler = text
    try:
        while piece := part.read(PIECE):
            parser.Parse(piece, False)
            yield
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise Damaged("no XML") from error
    yield


def elements(part: IO[bytes]) -> list[tuple[str, dict[str, str]]]:
    """Every element of a small part with its attributes, in order; their names without prefix too."""
    found: list[tuple[str, dict[str, str]]] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        found.append((name, {key.rpartition(":")[2]: value for key, value in attributes.items()}))

    for _piece in events(part, start=start):
        pass
    return found


def _no_document_type(*_declared: object) -> None:
    raise Damaged("a document type")
