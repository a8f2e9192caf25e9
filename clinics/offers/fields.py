"""Which fields belong to which kind of service: one table that form, interface and list ask; pure (R072, R092-R095)."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from clinics.models.offer import ServiceKind, SlotClass
from clinics.models.post import Title
from vault.refusal import Sentence


class Has(StrEnum):
    """Whether a kind of service has a field: never, when there is something to say, or always."""

    NO = "no"
    MAY = "may"
    MUST = "must"


NO, MAY, MUST = Has.NO, Has.MAY, Has.MUST
LABELS: Final[Mapping[str, Sentence]] = MappingProxyType(
    {
        "department": _("Department"),
        "slot_class": _("Class"),
        "title": _("Doctor's title"),
        "disease": _("Disease"),
        "name": _("Name of the service"),
        "code": _("The hospital's code"),
        "fee": _("Fee in yuan"),
        "items": _("Items"),
        "introduction": _("Introduction"),
        "indications": _("Indications"),
        "preparation": _("Preparation"),
        "eligibility": _("Who may have it"),
        "team": _("Team of doctors"),
        "notes": pgettext_lazy("service", "Notes"),
        "places_per_day": _("Places a day"),
        "active_from": _("Offered from"),
        "active_to": _("No longer offered from"),
    }
)
FIELDS: Final = tuple(LABELS)
LONGEST: Final = {
    "name": 60, "code": 30, "disease": 60, "introduction": 1000, "indications": 500, "preparation": 200, "eligibility": 500, "notes": 500,
}  # fmt: skip
SEVERAL_LINES: Final = frozenset({"introduction", "indications", "preparation", "eligibility", "notes", "items"})
MOST_ITEMS, MOST_IN_TEAM, MOST_PLACES = 60, 30, 9999

_COMMON = {"department": MUST, "name": MUST, "introduction": MAY, "active_from": MAY, "active_to": MAY}
_PACKAGE = _COMMON | {"code": MAY, "fee": MAY, "items": MAY, "indications": MAY, "preparation": MAY}  # R093
TABLE: Final[Mapping[ServiceKind, Mapping[str, Has]]] = MappingProxyType(
    {
        ServiceKind.CLINIC: _COMMON
        | {"slot_class": MUST, "title": MUST, "disease": MAY, "code": MAY, "fee": MAY, "preparation": MAY, "notes": MAY},
        ServiceKind.EXAM: _PACKAGE,
        ServiceKind.LAB: _PACKAGE,
        ServiceKind.ULTRASOUND: _PACKAGE,
        ServiceKind.ECG: _PACKAGE,
        ServiceKind.CHECK_UP: _PACKAGE | {"code": MUST, "fee": MUST, "items": MUST},  # R093: code, details, fee
        ServiceKind.DAY_SURGERY: _COMMON  # R094
        | {
            "code": MAY, "fee": MUST, "eligibility": MUST, "team": MAY, "indications": MAY, "preparation": MAY, "notes": MAY,
            "places_per_day": MAY,
        },
        ServiceKind.BED: _COMMON | {"code": MUST, "places_per_day": MUST, "notes": MAY},  # R095: identifier, name, quantity
    }
)  # fmt: skip

# An expert's class says her title (R100); other clinics name it.
TITLE_OF_CLASS: Final = MappingProxyType({SlotClass.EXPERT_ASSOCIATE: Title.ASSOCIATE, SlotClass.EXPERT_CHIEF: Title.CHIEF})
# Places that are published were announced under these; another one is another service.
FIXED_ONCE_PUBLISHED: Final = ("department", "slot_class", "title")


def has(kind: str, field: str) -> Has:
    """Whether a kind of service has a field."""
    return TABLE[ServiceKind(kind)].get(field, NO)


def fields_of(kind: str) -> tuple[str, ...]:
    """The fields of a kind, in the order of forms and lists."""
    return tuple(field for field in FIELDS if has(kind, field) is not NO)


def is_required(kind: str, field: str) -> bool:
    return has(kind, field) is MUST
