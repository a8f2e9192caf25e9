"""What is registered of an institution, cleaned and judged field by field; pure, every fault at once (R090, R117)."""

import re
from dataclasses import dataclass, fields, replace
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from clinics.models.institution import Category, InstitutionKind, Level
from permissions.identity.names import clean_name
from permissions.identity.phones import clean_contact
from vault.faults import Faults
from vault.refusal import Sentence, invalid

LABELS: Final[dict[str, Sentence]] = {
    "kind": _("Kind of institution"),
    "name": _("Full name"),
    "short_name": _("Short name"),
    "name_en": _("English name"),
    "parent": _("Centre it belongs to"),
    "level": _("Level"),
    "grade": _("Grade"),
    "category": _("Category"),
    "phone": pgettext_lazy("institution", "Phone"),
    "address": pgettext_lazy("institution", "Address"),
    "website": _("Website"),
    "introduction": _("Introduction"),
    "directions": _("How to get there"),
    "pickup_place": _("Where numbers are collected"),
    "arrival_text": _("What to bring and when to come"),
    "responsible_name": _("Responsible person"),
    "responsible_title": _("Job title"),
    "responsible_phone": _("Phone of the responsible person"),
}
LONGEST: Final = {
    "name": 100, "short_name": 30, "name_en": 150, "grade": 10, "address": 200, "website": 200, "introduction": 1000, "directions": 200,
    "pickup_place": 100, "arrival_text": 200, "responsible_title": 50,
}  # fmt: skip
REQUIRED: Final = frozenset({"name", "short_name"})
ONLY_OF_HOSPITALS: Final = frozenset({"grade", "pickup_place", "arrival_text"})
SEVERAL_LINES: Final = frozenset({"introduction"})
# What an institution's own manager keeps right; names, kind, level and centre are the district's.
KEPT_BY_MANAGERS: Final = frozenset(
    {
        "phone", "address", "website", "introduction", "directions", "pickup_place", "arrival_text", "responsible_name",
        "responsible_title", "responsible_phone",
    }
)  # fmt: skip
WEBSITE = re.compile(r"\Ahttps?://[^\s/.]+(\.[^\s/.]+)+(/\S*)?\Z")


@dataclass(frozen=True, slots=True)
class Particulars:
    """Every field as typed; `parent` is the public id of a station's centre."""

    kind: str
    name: str
    short_name: str
    name_en: str = ""
    parent: UUID | None = None
    level: str = ""
    grade: str = ""
    category: str = ""
    phone: str = ""
    address: str = ""
    website: str = ""
    introduction: str = ""
    directions: str = ""
    pickup_place: str = ""
    arrival_text: str = ""
    responsible_name: str = ""
    responsible_title: str = ""
    responsible_phone: str = ""

    @property
    def is_hospital(self) -> bool:
        return self.kind == InstitutionKind.HOSPITAL


FIELDS: Final = tuple(field.name for field in fields(Particulars))


def judged(given: Particulars, faults: Faults) -> Particulars:
    """The fields as they are stored; whatever is wrong is added to `faults`, each with its field and remedy.

    Community centres and stations are primary community care without being asked; a station names its centre (R117).
    """
    texts: dict[str, Any] = {name: faults.of(_text, given, name) or "" for name in LONGEST}
    community: dict[str, Any] = (
        {} if given.is_hospital else {"level": given.level or Level.PRIMARY, "category": given.category or Category.COMMUNITY}
    )
    cleaned = replace(given, **texts, **({} if given.is_hospital else community))
    for check in (_kind, _level, _category, _parent, _website):
        faults.of(check, cleaned)
    phone = faults.of(clean_contact, given.phone, "phone") or "" if given.phone else ""
    name, number = _responsible(cleaned, faults)
    return replace(cleaned, phone=phone, responsible_name=name, responsible_phone=number)


def _text(given: Particulars, name: str) -> str:
    text = str(getattr(given, name)).strip()
    if name in REQUIRED and not text:
        raise invalid(name, _("Please enter this."))
    if len(text) > LONGEST[name]:
        raise invalid(name, _("At most %(limit)d characters; now %(count)d.") % {"limit": LONGEST[name], "count": len(text)})
    if text and name in ONLY_OF_HOSPITALS and not given.is_hospital:
        raise invalid(name, _("Only a hospital has this."), remedy=_("Leave it empty."))
    return text


def _kind(given: Particulars) -> None:
    if given.kind not in InstitutionKind.values:
        raise invalid("kind", _("Choose one of the kinds."))


def _level(given: Particulars) -> None:
    if given.level not in Level.values:
        raise invalid("level", _("Choose one of the levels."))


def _category(given: Particulars) -> None:
    if given.category not in Category.values:
        raise invalid("category", _("Choose one of the categories."))
    if (given.category == Category.COMMUNITY) == given.is_hospital:
        raise invalid("category", _("This category does not fit this kind of institution."))


def _parent(given: Particulars) -> None:
    if given.kind == InstitutionKind.STATION and given.parent is None:
        raise invalid("parent", _("Choose the centre that answers for this station."))
    if given.kind != InstitutionKind.STATION and given.parent is not None:
        raise invalid("parent", _("Only a station belongs to a centre."), remedy=_("Leave it empty."))


def _website(given: Particulars) -> None:
    if given.website and not WEBSITE.match(given.website):
        raise invalid("website", _("This is not an address of a website."), remedy=_("Enter the whole address, as a browser shows it."))


def _responsible(given: Particulars, faults: Faults) -> tuple[str, str]:
    """Who answers for the institution: a name and a number belong together, a landline will do."""
    name, number = given.responsible_name.strip(), given.responsible_phone.strip()
    if not (name or number or given.responsible_title):
        return "", ""
    if not number:
        faults.add(invalid("responsible_phone", _("Please enter this.")))
    number = faults.of(clean_contact, number, "responsible_phone") or "" if number else ""
    return faults.of(clean_name, name, "responsible_name") or "", number
