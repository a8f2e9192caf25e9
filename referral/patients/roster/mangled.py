"""Recognises what a spreadsheet did to a long number: scientific form, zeros for lost digits, an error instead of a value."""

import re

from django.utils.translation import gettext_lazy as _

from permissions.identity.folding import fold
from permissions.identity.resident_number import check_fits
from vault.refusal import Sentence

SCIENTIFIC = re.compile(r"\A[0-9](?:[.,][0-9]+)?E\+?[0-9]{1,3}\Z")
WITH_FRACTION = re.compile(r"\A[0-9]{12,}[.,]0+\Z")
SHORTENED = re.compile(r"\A[1-9][0-9]{14}000\Z")  # Excel keeps fifteen digits and writes zeros for the rest
AS_TEXT = _("Format the column as text in Excel and type the number again from the document; the lost digits cannot be brought back.")
Damage = tuple[Sentence, Sentence]


def damage_of(raw: str) -> Damage | None:
    """What happened to a number that should be digits, and what to do; None when nothing did."""
    number = fold(raw).upper()
    if SCIENTIFIC.match(number):
        return _("Excel turned this number into %(value)s and lost its last digits.") % {"value": raw}, AS_TEXT
    if WITH_FRACTION.match(number):
        return _("Excel kept this as an amount (%(value)s), not as a number of a document.") % {"value": raw}, AS_TEXT
    if number.startswith("#"):
        return _("Excel shows an error here instead of a number."), _("Correct the cell, or copy the values into a new sheet.")
    return None


def ends_in_zeros(raw: str) -> bool:
    """Whether an 18-digit number ends in the zeros that Excel writes for digits it lost; one in a thousand right ones does too."""
    return bool(SHORTENED.match(fold(raw)))


def cannot_be_right(raw: str) -> bool:
    """Whether it ends so and its check character does not fit; of the numbers that were shortened one in eleven still fits."""
    return ends_in_zeros(raw) and not check_fits(fold(raw))


def shortened() -> Damage:
    """The sentence for a number whose last three digits became zeros."""
    return _("Excel keeps only 15 digits: the last three of this number became 000."), AS_TEXT


def perhaps_shortened() -> Damage:
    """The sentence for a new number that ends in 000 and fits, in a list whose other numbers were shortened: so may this one be."""
    return _("The number ends in 000, and other numbers of this list lost their last three digits to Excel."), AS_TEXT
