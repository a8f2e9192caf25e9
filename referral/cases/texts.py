"""Texts of the medical record: none missing, none longer than its column, all faults told at once."""

from collections.abc import Mapping

from django.db import models
from django.utils.translation import gettext_lazy as _

from vault.refusal import Refusal, Violation


def check_texts(texts: Mapping[str, str], model: type[models.Model], *, optional: frozenset[str] = frozenset()) -> None:
    """Promise that every text fits the column of its name. Refuses with `invalid_input`, one violation a field."""
    found = text_faults(texts, model, optional=optional)
    if found:
        raise Refusal("invalid_input", _("Some of what was entered needs another look."), tuple(found))


def text_faults(
    texts: Mapping[str, str], model: type[models.Model], *, optional: frozenset[str] = frozenset(), prefix: str = ""
) -> list[Violation]:
    """What is wrong with each of these texts, in their order; `prefix` stands before the field names."""
    faults = []
    for name, text in texts.items():
        limit = longest(model, name)
        if not text.strip() and name not in optional:
            faults.append(Violation("invalid_input", _("Please fill this in."), field=f"{prefix}{name}"))
        elif limit is not None and len(text) > limit:
            sentence = _("At most %(limit)d characters; now %(count)d.") % {"limit": limit, "count": len(text)}
            faults.append(Violation("invalid_input", sentence, field=f"{prefix}{name}", count=len(text), limit=limit))
    return faults


def longest(model: type[models.Model], name: str) -> int | None:
    """How many characters a column holds; None when it has no bound."""
    return getattr(model._meta.get_field(name), "max_length", None)
