"""How a cell of a spreadsheet becomes text: what Excel shows, cleaned at its ends, and damage left visible."""

import re
from datetime import date, datetime, time, timedelta

LONGEST = 500  # characters of one cell that an importer is shown
EXACT = 10**15  # from here on a floating number has lost digits
# Blank at the ends of a cell: every kind of space, and marks that cannot be seen.
EDGES = " \t\r\n\x0b\x0c\u00a0\u3000\u200b\u200c\u200d\u2060\ufeff"
BREAKS = re.compile(r"[\t\r\n\x0b\x0c]+")
APOSTROPHE = re.compile(r"\A['\u2018\u2019](?=[0-9=+\-@\uff0b\uff0d\uff1d\uff20])")


def text_of(value: object) -> str:
    """One cell as trimmed text.

    Whole numbers lose their .0; a number too long to be exact arrives in scientific form ("1.10105E+17"), so that whoever
    reads it can say what Excel did to it; days are YYYY-MM-DD.
    """
    match value:
        case None:
            return ""
        case str():
            return clean(value)
        case bool():
            return "1" if value else "0"
        case int():
            return str(value)
        case float():
            return _number(value)
        case datetime():
            return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "minutes")
        case date() | time():
            return value.isoformat()
        case timedelta():
            return str(value)
    return clean(str(value))


def clean(text: str) -> str:
    """Without blanks at the ends, line breaks inside as a space, and the apostrophe that marks text in a spreadsheet."""
    return APOSTROPHE.sub("", BREAKS.sub(" ", text.strip(EDGES))).strip(EDGES)


def _number(value: float) -> str:
    if value != value or value in (float("inf"), float("-inf")):
        return "#NUM!"
    if abs(value) >= EXACT:
        return f"{value:.5E}"
    return str(int(value)) if value.is_integer() else repr(value)
