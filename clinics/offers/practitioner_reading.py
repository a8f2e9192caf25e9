"""What is entered of a hospital's doctor, read and judged field by field; pure, every fault at once (R092)."""

from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace
from datetime import date
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from clinics.models.post import Title
from permissions.identity.folding import fold_width
from permissions.identity.licences import clean_licence
from permissions.identity.names import clean_name
from permissions.identity.phones import clean_contact
from permissions.printable import unprintable_in
from vault.faults import Faults
from vault.refusal import Sentence, invalid

LABELS: Final = MappingProxyType(
    {
        "name": _("Name"),
        "staff_number": _("Staff number"),
        "licence": _("Licence number"),
        "phone": _("Phone"),
        "department": _("Department"),
        "title": _("Title"),
        "skills": _("Skills"),
        "introduction": _("Introduction"),
        "left_on": _("Left on"),
    }
)
LONGEST: Final = {"staff_number": 20, "skills": 200, "introduction": 1000}
REQUIRED: Final = frozenset({"name", "staff_number", "department", "title"})
SEVERAL_LINES: Final = frozenset({"introduction"})


@dataclass(frozen=True, slots=True)
class Doctor:
    """Every field as entered; the department by public id. The hospital is where she is entered and never changes."""

    name: str = ""
    staff_number: str = ""
    licence: str = ""
    phone: str = ""
    department: UUID | None = None
    title: str = ""
    skills: str = ""
    introduction: str = ""
    left_on: date | None = None
    facts: dict[str, Any] = field(default_factory=dict)


ENTERED: Final = tuple(one.name for one in fields(Doctor) if one.name != "facts")


def judged(given: Doctor, faults: Faults) -> Doctor:
    """The fields as they are stored; whatever is wrong is added to `faults`, each with its field and remedy."""
    texts: dict[str, Any] = {name: faults.of(_text, given, name) or "" for name in LONGEST}
    read: dict[str, Any] = {
        "name": faults.of(clean_name, given.name, "name") or "",
        "licence": _unless_empty(clean_licence, given.licence, "licence", faults),
        "phone": _unless_empty(clean_contact, given.phone, "phone", faults),
    }
    if given.department is None:
        faults.add(invalid("department", _("Please enter this.")))
    if given.title not in Title.values:
        faults.add(invalid("title", _("Choose one of the titles.")))
    return replace(given, **texts, **read)


def _text(given: Doctor, name: str) -> str:
    text = str(getattr(given, name)).replace("\r\n", "\n").strip()
    text = fold_width(text) if name == "staff_number" else text
    if name in REQUIRED and not text:
        raise invalid(name, _("Please enter this."))
    if len(text) > LONGEST[name]:
        raise invalid(name, _("At most %(limit)d characters; now %(count)d.") % {"limit": LONGEST[name], "count": len(text)})
    if unprintable_in(text, lines=name in SEVERAL_LINES):
        raise invalid(name, _("This holds a character that cannot be stored or shown."))
    return text


def _unless_empty(clean: Callable[[str, str], str], text: str, name: str, faults: Faults) -> Sentence:
    return (faults.of(clean, text, name) or "") if text.strip() else ""
