"""What is registered of an institution, judged field by field; pure, every fault at once (R009, R074, R077, R079, R081, R090, R117)."""

import re
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from clinics.models.institution import Category, InstitutionKind, Level, PickupBy
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
    "pickup_by": _("How numbers are collected"),
    "pickup_place": _("Where numbers are collected"),
    "arrival_text": _("What to bring and when to come"),
    "referral_window": _("Referral window, where and when"),
    "help_desk": _("Help desk"),
    "shows_doctor_names": _("Names of doctors"),
    "responsible_department": _("Responsible department"),
    "responsible_name": _("Responsible person"),
    "responsible_title": _("Job title"),
    "responsible_phone": _("Phone of the responsible person"),
    "active_from": _("Takes part from"),
    "active_to": _("No longer takes part from"),
}
LONGEST: Final = {
    "name": 100, "short_name": 30, "name_en": 150, "grade": 10, "address": 200, "website": 200, "introduction": 1000, "directions": 200,
    "pickup_place": 100, "arrival_text": 200, "referral_window": 60, "help_desk": 50, "responsible_department": 50,
    "responsible_title": 50,
}  # fmt: skip
REQUIRED: Final = frozenset({"name", "short_name"})
ONLY_OF_HOSPITALS: Final = frozenset(
    {
        "grade", "pickup_by", "pickup_place", "arrival_text", "referral_window", "help_desk", "shows_doctor_names",
        "responsible_department", "active_from", "active_to",
    }
)  # fmt: skip
SEVERAL_LINES: Final = frozenset({"introduction"})
# What an institution's own manager or coordinator keeps right; names, kind, level, centre and dates are the district's.
KEPT_BY_MANAGERS: Final = frozenset(
    {
        "phone", "address", "website", "introduction", "directions", "pickup_by", "pickup_place", "arrival_text", "referral_window",
        "help_desk", "shows_doctor_names", "responsible_department", "responsible_name", "responsible_title", "responsible_phone",
    }
)  # fmt: skip
WEBSITE = re.compile(r"\Ahttps?://[^\s/.]+(\.[^\s/.]+)+(/\S*)?\Z")
DAY = re.compile(r"\A[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
EARLIEST, LATEST = date(2000, 1, 1), date(2199, 12, 31)
SHOWN, HIDDEN = "yes", "no"
NAMES_OF_DOCTORS: Final = ((HIDDEN, _("hidden: specialty and title only")), (SHOWN, _("shown to those who book")))


@dataclass(frozen=True, slots=True)
class Particulars:
    """Every field as typed, days as ISO text; `parent` is the public id of a station's centre."""

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
    pickup_by: str = ""
    pickup_place: str = ""
    arrival_text: str = ""
    referral_window: str = ""
    help_desk: str = ""
    shows_doctor_names: str = HIDDEN
    responsible_department: str = ""
    responsible_name: str = ""
    responsible_title: str = ""
    responsible_phone: str = ""
    active_from: str = ""
    active_to: str = ""

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
    texts["shows_doctor_names"] = given.shows_doctor_names or HIDDEN
    cleaned = replace(given, **texts, **({} if given.is_hospital else community))
    for check in (_kind, _level, _category, _parent, _website, _pickup, _names):
        faults.of(check, cleaned)
    _check_dates(cleaned, faults)
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


def _pickup(given: Particulars) -> None:
    if given.pickup_by not in ("", *PickupBy.values):
        raise invalid("pickup_by", _("This is not one of the choices."), remedy=_("Choose one of those shown."))
    if given.pickup_by and not given.is_hospital:
        raise invalid("pickup_by", _("Only a hospital has this."), remedy=_("Leave it empty."))


def _names(given: Particulars) -> None:
    if given.shows_doctor_names not in (SHOWN, HIDDEN):
        raise invalid("shows_doctor_names", _("This is not one of the choices."), remedy=_("Choose one of those shown."))
    if given.shows_doctor_names == SHOWN and not given.is_hospital:
        raise invalid("shows_doctor_names", _("Only a hospital has this."), remedy=_("Leave it empty."))


def _check_dates(given: Particulars, faults: Faults) -> None:
    """From when to when a hospital takes part (R009); the second day is the first without it."""
    begins, ends = faults.of(_day, given, "active_from"), faults.of(_day, given, "active_to")
    if begins and ends and ends <= begins:
        faults.add(invalid("active_to", _("This lies before the day from which it takes part."), remedy=_("Enter a later day.")))


def _day(given: Particulars, name: str) -> date | None:
    text = str(getattr(given, name))
    if not text:
        return None
    if not given.is_hospital:
        raise invalid(name, _("Only a hospital has this."), remedy=_("Leave it empty."))
    day = day_of(text)
    if day is None:
        raise invalid(name, _("Enter a day, like 2026-11-26."))
    return day


def day_of(text: str) -> date | None:
    """The day an ISO text names, None for nothing, for what is no day, and for a year nobody means."""
    try:
        day = date.fromisoformat(text) if DAY.match(text) else None
    except ValueError:
        return None
    return day if day and EARLIEST <= day <= LATEST else None


def _responsible(given: Particulars, faults: Faults) -> tuple[str, str]:
    """Who answers for the institution: a name and a number belong together, a landline will do."""
    name, number = given.responsible_name.strip(), given.responsible_phone.strip()
    if not (name or number or given.responsible_title):
        return "", ""
    if not number:
        faults.add(invalid("responsible_phone", _("Please enter this.")))
    number = faults.of(clean_contact, number, "responsible_phone") or "" if number else ""
    return faults.of(clean_name, name, "responsible_name") or "", number
