"""How the histories of institutions and alliances are told: names of fields, codes as words, acts with their own title."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from clinics.history import BEGINS, Words
from clinics.models.alliance import AllianceKind
from clinics.models.institution import Category, InstitutionKind, Level
from clinics.particulars import LABELS

CODES: dict[str, dict[str, Any]] = {
    "kind": dict(InstitutionKind.choices),
    "level": dict(Level.choices),
    "category": dict(Category.choices),
}


def _value(field: str, value: str) -> str:
    return str(CODES.get(field, {}).get(value, value))


def _department(old: str, new: str) -> tuple[Any, str]:
    if not old:
        return _("Department added"), new
    return _("Department corrected"), f"{old} → {new}"


def _alliance(old: str, new: str) -> tuple[Any, str]:
    return (_("Joined an alliance"), new) if new else (_("Left an alliance"), old)


def _member(old: str, new: str) -> tuple[Any, str]:
    return (_("Member joined"), new) if new else (_("Member left"), old)


WORDS = Words(
    fields=LABELS,
    value=_value,
    acts={
        BEGINS: lambda _old, new: (_("Registered"), new),
        "department": _department,
        "alliance": _alliance,
    },
)
ALLIANCE_WORDS = Words(
    fields={"kind": _("Kind of alliance"), "name": pgettext_lazy("institution", "Name"), "lead": _("Leading hospital")},
    value=lambda field, value: str(dict(AllianceKind.choices).get(value, value)) if field == "kind" else value,
    acts={BEGINS: lambda _old, new: (_("Founded"), new), "member": _member},
)
