"""Numbers of doctors' certificates: practice (15 digits) and qualification (24 or 27 characters)."""

import re

from django.utils.translation import gettext_lazy as _

from permissions.identity.folding import fold
from permissions.identity.resident_number import check_fits
from vault.refusal import invalid

# 执业证书编号: level and category (3), place (6), serial (6). 资格证书编号: year (4), province (2), level and category (3), and the
# holder's identity number, of 15 digits until it had 18.
PRACTICE = re.compile(r"\A[0-9]{15}\Z")
OLD_QUALIFICATION = re.compile(r"\A(?:19|20)[0-9]{22}\Z")
QUALIFICATION = re.compile(r"\A(?:19|20)[0-9]{24}[0-9X]\Z")
LENGTHS = (15, 24, 27)
ASSISTANT = "2"


def clean_licence(raw: str, field: str = "licence_number") -> str:
    """A certificate's number in its one form: ASCII digits and at most a final X. Refuses with `invalid_input`.

    Spaces, hyphens and full-width digits are put right; of a wrong length the remedy says how many characters there are.
    """
    number = fold(raw.strip()).upper()
    if not number:
        raise invalid(field, _("Enter the number of the doctor's certificate."))
    if licence_is_well_formed(number):
        return number
    remedy = _("Copy it from the certificate: 15 digits for practice, 24 or 27 characters for the qualification.")
    if number.isascii() and number.isalnum() and len(number) not in LENGTHS:
        raise invalid(field, _("This number has %(n)d characters.") % {"n": len(number)}, remedy=remedy)
    raise invalid(field, _("This is not the number of a doctor's certificate."), remedy=remedy)


def licence_is_well_formed(number: str) -> bool:
    """Whether a number has one of the three known forms."""
    return any(form.match(number) for form in (PRACTICE, OLD_QUALIFICATION, QUALIFICATION))


def check_digit_differs(number: str) -> bool:
    """Whether the identity number inside a 27-character qualification number has a wrong check character."""
    return bool(QUALIFICATION.match(number)) and not check_fits(number[9:])


def is_of_an_assistant(number: str) -> bool:
    """Whether the level inside the number is that of an assistant physician."""
    level = number[0] if PRACTICE.match(number) else number[6:7]
    return level == ASSISTANT


def mask_licence(number: str) -> str:
    """The first three and the last two characters, as lists and pages of others show it."""
    return f"{number[:3]}{'*' * (len(number) - 5)}{number[-2:]}" if len(number) > 5 else "*" * len(number)
