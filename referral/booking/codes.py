"""Confirmation codes: eight characters nobody mistakes for another, the last of which checks the others."""

import secrets
from typing import Final

from django.utils.translation import gettext_lazy as _

from vault.refusal import invalid

# 23 characters, a prime: without 0 O, 1 I L, 2 Z, 5 S, 6 G, 8 B a weighted sum catches every single slip and every swap.
ALPHABET: Final = "3479ACDEFHJKMNPQRTUVWXY"
LENGTH: Final = 8
PURPOSE: Final = "code"


def new_code() -> str:
    """A fresh random code (3.4 thousand million of them)."""
    body = "".join(secrets.choice(ALPHABET) for _position in range(LENGTH - 1))
    return body + check_character(body)


def new_token() -> str:
    """The opaque token of a slip's QR: 128 random bits."""
    return "r1." + secrets.token_urlsafe(16)


def check_character(body: str) -> str:
    """The character that makes seven others a code."""
    return ALPHABET[sum(weight * ALPHABET.index(character) for weight, character in enumerate(body, start=2)) % len(ALPHABET)]


def clean_code(raw: str, field: str = "code") -> str:
    """The code as issued, from what somebody typed: any case, full width, in groups. Refuses with `invalid_input`."""
    folded = "".join(chr(ord(c) - 0xFEE0) if "！" <= c <= "～" else c for c in raw)
    code = folded.upper().replace(" ", "").replace("-", "").replace("\u3000", "")
    well_formed = len(code) == LENGTH and all(character in ALPHABET for character in code)
    if not well_formed or check_character(code[:-1]) != code[-1]:
        raise invalid(
            field,
            _("This is not a confirmation code. It has 8 characters; please compare it with the message or the slip."),
        )
    return code
