"""Departments of one institution, entered and corrected one at a time with their standard subject codes (R091)."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from clinics.models import Department, DepartmentCategory, FactOf, Institution
from clinics.register.facts import cleaned_facts, fact_changes, labels_for, with_facts
from clinics.register.history import FACT
from clinics.register.place_queries import require_keeper
from clinics.register.subjects import chosen_code, known_code
from permissions.acting import Acting
from vault import audit
from vault.changes import note_many
from vault.faults import Faults
from vault.refusal import Refusal, Sentence, invalid
from vault.transactions import requires_transaction

LONGEST_NAME, LONGEST_CODE, LONGEST_INTRODUCTION = 50, 30, 1000
LONGEST: Final = {"name": LONGEST_NAME, "local_code": LONGEST_CODE, "introduction": LONGEST_INTRODUCTION}
LABELS: Final[dict[str, Sentence]] = {
    "standard_code": _("Subject code"),
    "name": pgettext_lazy("institution", "Name"),
    "local_code": _("The hospital's own code"),
    "category": _("Category"),
    "introduction": _("Introduction"),
}


@dataclass(frozen=True, slots=True)
class Room:
    """Every field of a department as typed (R091)."""

    standard_code: str
    name: str
    local_code: str = ""
    category: str = DepartmentCategory.CLINICAL
    introduction: str = ""


FIELDS: Final = tuple(LABELS)
Told = Mapping[str, tuple[str, str]]  # further facts, before and after, as clinics.register.facts.fact_changes tells them


def add_department(institution: Institution, given: Room, *, by: Acting, facts: Mapping[str, Any] | None = None) -> Department:
    """Use case: a department with its standard subject code (R091) and further facts (R096).

    Entered by the district, the institution's manager or the hospital's coordinator. Raises Refusal("invalid_input") with every
    fault at once, the nearest subjects beside a code that is not listed; Refusal("not_allowed").
    """
    require_keeper(by, institution)
    faults = Faults()
    cleaned = judged(given, faults)
    labels = labels_for(FactOf.DEPARTMENT, institution.district_id) if facts else []
    kept = with_facts({}, cleaned_facts(facts or {}, labels, faults))
    _check_name(institution, cleaned.name, None, faults)
    faults.tell()
    try:
        with transaction.atomic(durable=True):
            made = enter(institution, cleaned, by=by, facts=kept, told=fact_changes({}, kept, labels))
    except IntegrityError as error:  # somebody else entered the same name at this moment
        raise _name_taken() from error
    return made


def correct_department(
    department: Department, changes: Mapping[str, Any], *, by: Acting, facts: Mapping[str, Any] | None = None
) -> Department:
    """Use case: other fields of a department; what hangs on it stays, and what they held before is in the institution's history.

    Refusals are those of add_department; a code that stays as it was is not asked about.
    """
    institution = department.institution
    require_keeper(by, institution)
    before, faults = room_of(department), Faults()
    cleaned = judged(replace(before, **changes), faults, before)
    labels = labels_for(FactOf.DEPARTMENT, institution.district_id) if facts else []
    kept = with_facts(department.facts, cleaned_facts(facts or {}, labels, faults))
    _check_name(institution, cleaned.name, department, faults)
    faults.tell()
    told = fact_changes(department.facts, kept, labels)
    try:
        with transaction.atomic(durable=True):
            amend(department, cleaned, by=by, facts=kept, told=told)
    except IntegrityError as error:
        raise _name_taken() from error
    return Department.objects.select_related("institution").get(pk=department.pk)


def enter(
    institution: Institution, cleaned: Room, *, by: Acting, facts: Mapping[str, str] | None = None, told: Told | None = None
) -> Department:
    """Step: a judged department is registered, with its place in the institution's history."""
    requires_transaction()
    made = Department.objects.create(institution=institution, **asdict(cleaned), facts=dict(facts or {}))
    note_many(notes_of(institution, None, cleaned, told or {}), by=by.actor)
    audit.record("register", "department", made.public_id, by=by.actor, details={"name": made.name})
    return made


def amend(department: Department, cleaned: Room, *, by: Acting, facts: Mapping[str, str] | None = None, told: Told | None = None) -> None:
    """Step: a department becomes what was judged; only what really changed is noted, and nothing is recorded when nothing did."""
    requires_transaction()
    kept = department.facts if facts is None else dict(facts)
    Department.objects.filter(pk=department.pk).update(**asdict(cleaned), facts=kept)
    notes = notes_of(department.institution, room_of(department), cleaned, told or {})
    if note_many(notes, by=by.actor):
        audit.record("correct", "department", department.public_id, by=by.actor, details={"name": cleaned.name})


def room_of(department: Department) -> Room:
    """What is registered of a department now."""
    return Room(**{name: getattr(department, name) for name in FIELDS})


def judged(given: Room, faults: Faults, before: Room | None = None) -> Room:
    """The fields as they are stored; whatever is wrong is added to `faults`, each with its field and remedy. Pure."""
    code = chosen_code(given.standard_code)
    if before is None or code != before.standard_code:
        code = faults.of(known_code, given.standard_code) or code
    texts = {name: faults.of(_text, given, name) or "" for name in LONGEST}
    if given.category not in DepartmentCategory.values:
        faults.add(invalid("category", _("Choose one of the categories.")))
    return replace(given, standard_code=code, **texts)


def _text(given: Room, name: str) -> str:
    text = str(getattr(given, name)).strip()
    if name == "name" and not text:
        raise invalid(name, _("Please enter this."))
    if len(text) > LONGEST[name]:
        raise invalid(
            name, _("At most %(limit)d characters; now %(count)d.") % {"limit": LONGEST[name], "count": len(text)}, remedy=_("Shorten it.")
        )
    return text


def _check_name(institution: Institution, name: str, own: Department | None, faults: Faults) -> None:
    if name and Department.objects.filter(institution=institution, name=name).exclude(pk=own.pk if own else None).exists():
        faults.add(_name_taken())


def _name_taken() -> Refusal:
    return invalid(
        "name", _("This institution has a department of this name already."), remedy=_("Look for it in the list; correct it there.")
    )


def notes_of(institution: Institution, before: Room | None, after: Room, facts: Told) -> list[tuple[str, Any, dict[str, tuple[str, str]]]]:
    """The notes `note_many` takes: the department as a whole, then its category, introduction and further facts one by one."""
    pairs = [("department", said(before) if before else "", said(after))]
    if before is not None:
        pairs += [
            (f"department.{name}", told(after.name, getattr(before, name)), told(after.name, getattr(after, name)))
            for name in ("category", "introduction")
        ]
    pairs += [
        ("department.fact", told(after.name, old, label.removeprefix(FACT)), told(after.name, new, label.removeprefix(FACT)))
        for label, (old, new) in facts.items()
    ]
    return [("institution", institution.public_id, {field: (old, new)}) for field, old, new in pairs]


def said(room: Room) -> str:
    """Code, name and own code in one line."""
    return " ".join(part for part in (room.standard_code, room.name, room.local_code) if part)


def told(name: str, value: str, label: str = "") -> str:
    """One field of one department as the history keeps it: whose, which further fact, what it held."""
    return "\n".join((name, label, value))
