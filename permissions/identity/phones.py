"""Phone numbers: a mainland mobile for codes and messages, anything reachable as a contact."""

import re

import phonenumbers
from django.utils.translation import gettext_lazy as _

from permissions.identity.folding import fold, fold_width
from vault.refusal import invalid

MOBILE = re.compile(r"\A1[3-9][0-9]{9}\Z")
LANDLINE = re.compile(r"\A(010|02[0-9]|0[3-9][0-9]{2})-?([0-9]{7,8})(?:-([0-9]{1,6}))?\Z")
COUNTRY_CODE = re.compile(r"\A(?:\+|00)?86(?=1[3-9][0-9]{9}\Z)")
ABROAD = re.compile(r"\A(?:\+|00)(?!86)([1-9][0-9]{5,14})\Z")


def clean_mobile(raw: str, field: str = "phone") -> str:
    """The eleven digits of a mainland mobile number, the only kind that gets codes. Refuses with `invalid_input`.

    +86, 0086, spaces, hyphens and full-width digits are taken away. No finer segments are kept: operators change them.
    """
    digits = COUNTRY_CODE.sub("", fold(raw))
    if not MOBILE.match(digits):
        raise invalid(
            field, _("This is not a mainland mobile number."), remedy=_("Enter the 11 digits that start with 1, like 138 0000 1234.")
        )
    return digits


def clean_contact(raw: str, field: str = "phone") -> str:
    """A number to call: mobile, landline as 010-12345678 (-extension), or abroad as +852…. Refuses with `invalid_input`."""
    folded = fold(raw)
    mobile = COUNTRY_CODE.sub("", folded)
    if MOBILE.match(mobile):
        return mobile
    landline = _landline(raw)
    if landline:
        return landline
    abroad = ABROAD.match(folded)
    if abroad and _is_possible(f"+{abroad[1]}"):
        return f"+{abroad[1]}"
    raise invalid(
        field,
        _("This is not a phone number we can read."),
        remedy=_("Enter a mobile number, a landline with its area code like 010-12345678, or + and the country code."),
    )


def _is_possible(number: str) -> bool:
    try:
        return phonenumbers.is_possible_number(phonenumbers.parse(number))
    except phonenumbers.NumberParseException:
        return False


def _landline(raw: str) -> str:
    """Area code, number and extension joined by hyphens, or ''. The hyphen before an extension must have been typed."""
    parts = LANDLINE.match(re.sub(r" *[-\u2010-\u2015 ] *", "-", fold_width(raw).strip(" ")))
    return "-".join(part for part in parts.groups() if part) if parts else ""


def is_mobile(number: str) -> bool:
    """Whether a stored number can receive a code or a message."""
    return bool(MOBILE.match(number))


def mask_phone(number: str) -> str:
    """138****5678; of any other number only the last four."""
    if is_mobile(number):
        return f"{number[:3]}****{number[-4:]}"
    return f"****{number[-4:]}" if len(number) > 4 else "****"
