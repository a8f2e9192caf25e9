"""What of a person may be shown where more people look (DOMAIN.md 2.3)."""

import re

from django.utils.translation import gettext as _

from permissions.identity.names import mask_name, surname_of
from permissions.identity.phones import mask_phone

__all__ = ["mask_address", "mask_name", "mask_number", "mask_phone", "name_for_message"]

STREET = re.compile(r"\A.*?(?:街道|镇|乡|地区)|\A.*?(?:区|县|市)")


def mask_number(number: str) -> str:
    """110***********002X: the first three and last four of a long number, only the last of a short one."""
    if len(number) >= 12:
        return number[:3] + "*" * (len(number) - 7) + number[-4:]
    shown = 4 if len(number) >= 8 else 2
    return "*" * max(len(number) - shown, 2) + number[-shown:] if number else ""


def mask_address(address: str) -> str:
    """District and street only; the house stays private."""
    street = STREET.match(address)
    if street:
        return f"{street[0]}****"
    return "****" if address else ""


def name_for_message(name: str, sex: str) -> str:
    """Family name and form of address, for an SMS that others may read; without a known sex the masked name."""
    if sex == "1":
        return _("%(surname)s (Mr)") % {"surname": surname_of(name)}
    if sex == "2":
        return _("%(surname)s (Ms)") % {"surname": surname_of(name)}
    return mask_name(name)
