"""Finds the row of titles and says which column of the file is which; either language, or the column's own name."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import override

from clinics.imports.kinds import Column
from clinics.imports.problems import Unreadable
from permissions.identity.folding import fold_width

SEARCHED = 10  # rows at the top among which the titles stand; a heading may stand above them
ASIDE = re.compile(r"[(\[（【].*?[)\]）】]")
MARKS = re.compile(r"[\s*＊:：_\-]+")
LONGEST_WORD, MOST_WORDS = 30, 10  # of what is said back about columns nobody reads


@dataclass(frozen=True, slots=True)
class Header:
    """Where the titles stand and which place of a row holds which column; `unknown` are titles that mean nothing here."""

    row: int
    places: dict[str, int]
    unknown: tuple[str, ...] = ()


def find_header(top: Sequence[tuple[int, list[str]]], columns: Sequence[Column]) -> Header:
    """The row with the most known titles. Raises Unreadable when there is none, or columns are missing or there twice."""
    known = titles_of(columns)
    best = max(top, key=lambda line: len({known[word] for word in map(folded, line[1]) if word in known}), default=(0, []))
    places: dict[str, int] = {}
    twice, unknown = [], []
    for place, title in enumerate(best[1]):
        name = known.get(folded(title))
        if name is None:
            unknown.append(title[:LONGEST_WORD]) if title else None
        elif name in places:
            twice.append(title[:LONGEST_WORD])
        else:
            places[name] = place
    if not places:
        raise Unreadable("no_header")
    missing = [str(column.title) for column in columns if column.required and column.name not in places]
    if missing:
        raise Unreadable("missing_columns", {"columns": missing})
    if twice:
        raise Unreadable("duplicate_columns", {"columns": twice[:MOST_WORDS]})
    return Header(best[0], places, tuple(unknown[:MOST_WORDS]))


def titles_of(columns: Sequence[Column]) -> dict[str, str]:
    """Every spelling of a title, folded, and the column it heads."""
    found = {folded(column.name): column.name for column in columns}
    for language, _name in settings.LANGUAGES:
        with override(language):
            found |= {folded(str(column.title)): column.name for column in columns}
    return found


def folded(title: str) -> str:
    """A title without what people add to it: remarks in brackets, stars, spaces, capitals."""
    return MARKS.sub("", ASIDE.sub("", fold_width(title))).lower()
