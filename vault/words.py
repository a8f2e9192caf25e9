"""Words that somebody typed: stripped, there when they have to be, and no longer than their place."""

from typing import Any

from django.utils.translation import gettext as _

from vault.refusal import invalid


def worded(field: str, text: str, longest: int, *, missing: Any = "") -> str:
    """The words without the blanks around them. Refuses with `invalid_input` none where `missing` is said, and too many."""
    words = text.strip()
    if missing and not words:
        raise invalid(field, missing)
    if len(words) > longest:
        raise invalid(field, _("Write at most %(most)d characters.") % {"most": longest})
    return words
