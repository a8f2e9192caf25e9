"""ICD-10 codes of a criterion and of what a doctor wrote: read, compared, said again. Pure."""

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

from django.utils.translation import gettext as _

from vault.refusal import invalid

MOST_CODES: Final = 12
BETWEEN: Final = re.compile(r"[\s,，、;；]+")
RANGE: Final = re.compile(r"\A([A-Z][0-9]{2})-([A-Z][0-9]{2})\Z")
PREFIX: Final = re.compile(r"\A[A-Z][0-9]{2}(?:\.[0-9]{1,3})?\Z")
WRITTEN: Final = re.compile(r"(?<![A-Za-z0-9])[A-Z][0-9]{2}(?:\.[0-9]{1,3})?(?![A-Za-z0-9])")


def read_codes(text: str, field: str = "codes") -> tuple[str, ...]:
    """Codes and ranges as typed, like "I10-I15 E11.9", each once. Refuses with `invalid_input` what is none of them."""
    typed = unicodedata.normalize("NFKC", text).upper().replace("–", "-").replace("—", "-")
    parts = tuple(dict.fromkeys(part for part in BETWEEN.split(typed) if part))
    if not parts:
        raise invalid(field, _("Enter at least one ICD-10 code or range."), remedy=_("Write it like I10-I15 or E11.9."))
    if len(parts) > MOST_CODES:
        raise invalid(field, _("At most %(limit)d codes; now %(count)d.") % {"limit": MOST_CODES, "count": len(parts)})
    if not all(_is_code(part) for part in parts):
        raise invalid(field, _("These are not ICD-10 codes."), remedy=_("Write them like I10-I15 or E11.9, with blanks between."))
    return parts


def codes_in(text: str) -> tuple[str, ...]:
    """Every ICD-10 code somebody wrote into a text."""
    return tuple(WRITTEN.findall(unicodedata.normalize("NFKC", text).upper()))


def covers(codes: Iterable[str], written: str) -> bool:
    """Whether one of these codes or ranges holds the code a doctor wrote; E11 holds E11.9, and E11.9 does not hold E11."""
    for one in codes:
        bounds = RANGE.match(one)
        if bounds and bounds[1] <= written[:3] <= bounds[2]:
            return True
        if not bounds and written.startswith(one):
            return True
    return False


def meet(first: Iterable[str], second: Iterable[str]) -> bool:
    """Whether two sets of codes have a three-character group in common."""
    others = [_bounds(one) for one in second]
    return any(low <= high_2 and low_2 <= high for low, high in map(_bounds, first) for low_2, high_2 in others)


def _is_code(part: str) -> bool:
    bounds = RANGE.match(part)
    return bounds[1] <= bounds[2] if bounds else PREFIX.match(part) is not None


def _bounds(code: str) -> tuple[str, str]:
    found = RANGE.match(code)
    return (found[1], found[2]) if found else (code[:3], code[:3])
