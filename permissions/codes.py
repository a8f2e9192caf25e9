"""A typed code in the one form it is compared in."""

import re

from django.utils.translation import gettext_lazy as _

from permissions.identity.folding import fold
from vault.refusal import invalid

SIX_DIGITS = re.compile(r"\A[0-9]{6}\Z")


def clean_code(raw: str, field: str = "code") -> str:
    """Six ASCII digits; full-width digits and spaces are forgiven. Refuses with `invalid_input` before a guess is spent."""
    code = fold(raw)
    if not SIX_DIGITS.match(code):
        raise invalid(field, _("The code has six digits."), remedy=_("Copy it from the message."))
    return code
