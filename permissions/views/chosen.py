"""The one of a list that a button of a form names."""

from uuid import UUID

from django.http import Http404


def chosen(text: str) -> UUID:
    """The id a button sent; anything else is nothing here."""
    try:
        return UUID(text)
    except ValueError:
        raise Http404 from None
