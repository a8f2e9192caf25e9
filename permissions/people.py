"""Finding people of a list by what is typed: part of the name, or the last four of the phone."""

from typing import TypeVar

from django.db.models import Model, Q, QuerySet

LONGEST_SEARCH = 50
Row = TypeVar("Row", bound=Model)


def searched(text: str) -> str:
    """What was typed, in the form that is looked for; what cannot be is as if it had not been said."""
    return text.replace("\0", "").strip()[:LONGEST_SEARCH]


def found(rows: "QuerySet[Row]", typed: str, prefix: str = "") -> "QuerySet[Row]":
    """The rows whose person fits; `prefix` leads from the row to the person."""
    words = searched(typed)
    if not words:
        return rows
    fits = Q(**{f"{prefix}name__icontains": words}) | Q(**{f"{prefix}name_en__icontains": words})
    if len(words) == 4 and words.isascii() and words.isdigit():
        fits |= Q(**{f"{prefix}phone_tail": words})
    return rows.filter(fits)
