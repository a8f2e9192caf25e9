"""How the histories of institutions and alliances are told: names of fields, codes as words, acts with their own title."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from clinics.models.alliance import AllianceKind
from clinics.models.institution import Category, DepartmentCategory, InstitutionKind, Level, PickupBy
from clinics.register.history import BEGINS, Words
from clinics.register.particulars import LABELS, NAMES_OF_DOCTORS

CODES: dict[str, dict[str, Any]] = {
    "kind": dict(InstitutionKind.choices),
    "level": dict(Level.choices),
    "category": dict(Category.choices),
    "pickup_by": dict(PickupBy.choices),
    "shows_doctor_names": dict(NAMES_OF_DOCTORS),
}


def _value(field: str, value: str) -> str:
    return str(CODES.get(field, {}).get(value, value))


def _department(old: str, new: str) -> tuple[Any, str]:
    if not old:
        return _("Department added"), new
    return _("Department corrected"), f"{old} → {new}"


def _of_department(old: str, new: str) -> tuple[Any, str]:
    """One field of a department, as clinics.register.departments.told keeps it."""
    name, label, before = (old or new).split("\n", 2)
    after = new.split("\n", 2)[2]
    words = {"name": name, "label": label or _("Introduction"), "before": before or _("nothing"), "after": after or _("nothing")}
    return _("Department corrected"), str(_("%(name)s, %(label)s: %(before)s → %(after)s") % words)


def _category_of_department(old: str, new: str) -> tuple[Any, str]:
    labels = dict(DepartmentCategory.choices)
    name, _label, before = old.split("\n", 2)
    after = new.split("\n", 2)[2]
    words = {"name": name, "label": _("Category"), "before": labels.get(before, before), "after": labels.get(after, after)}
    return _("Department corrected"), str(_("%(name)s, %(label)s: %(before)s → %(after)s") % words)


def _rules(_old: str, new: str) -> tuple[Any, str]:
    return _("Booking rules entered"), str(_("in force from %(day)s on") % {"day": new})


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
        "department.category": _category_of_department,
        "department.introduction": _of_department,
        "department.fact": _of_department,
        "booking_rules": _rules,
        "alliance": _alliance,
    },
)
ALLIANCE_WORDS = Words(
    fields={"kind": _("Kind of alliance"), "name": pgettext_lazy("institution", "Name"), "lead": _("Leading hospital")},
    value=lambda field, value: str(dict(AllianceKind.choices).get(value, value)) if field == "kind" else value,
    acts={BEGINS: lambda _old, new: (_("Founded"), new), "member": _member},
)
