"""What one row of a list of institutions asks for: a place entered or corrected, and one of its departments; nothing is written here."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any
from uuid import NAMESPACE_OID, uuid5

from django.utils.translation import gettext_lazy as _

from clinics.imports.kinds import Fault, Outcome, Row
from clinics.imports.words import RowFaults, choice, choices_in_words
from clinics.models import Department, Institution
from clinics.models.institution import Category, InstitutionKind, Level, PickupBy
from clinics.register.departments import LONGEST_CODE, LONGEST_NAME
from clinics.register.particulars import HIDDEN, SHOWN, Particulars, judged
from clinics.register.registry import DAYS, particulars_of
from clinics.register.subjects import SUBJECTS, subject_code, unknown_code
from permissions.acting import Acting
from vault.faults import Faults

TEXTS = (
    "short_name", "name_en", "grade", "phone", "address", "website", "introduction", "directions", "pickup_place", "arrival_text",
    "referral_window", "help_desk", "responsible_department", "responsible_name", "responsible_title", "responsible_phone",
)  # fmt: skip
CHOICES: dict[str, Sequence[tuple[str, Any]]] = {
    "kind": InstitutionKind.choices,
    "level": Level.choices,
    "category": Category.choices,
    "pickup_by": PickupBy.choices,
    "shows_doctor_names": ((SHOWN, _("yes")), (HIDDEN, _("no"))),
}
AT = {"parent": "centre"}  # where a field of the register stands in the list
WRITTEN_DAY = re.compile(r"\A([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?\Z")


@dataclass(slots=True)
class Known:
    """One institution as it is, or as an earlier row will make it."""

    particulars: Particulars
    institution: Institution | None
    row: int = 0
    departments: dict[str, Department | tuple[str, str]] = field(default_factory=dict)  # name → as it is, or code and local code


@dataclass(slots=True)
class Register:
    """What a whole list shares: the district's register, with what earlier rows of the file add to it."""

    by: Acting
    known: dict[str, Known]
    words: dict[str, dict[str, str]]
    elsewhere: set[str] = field(default_factory=set)  # names of the chunk at hand that another district has


@dataclass(frozen=True, slots=True)
class Entry:
    """One row that has no fault: the institution before and after, and its department's two codes before and after."""

    name: str
    before: Particulars | None
    after: Particulars
    centre: str
    department: str = ""
    codes_before: tuple[str, str] | None = None
    codes_after: tuple[str, str] | None = None

    @property
    def outcome(self) -> Outcome:
        """What the row does as a whole: something new counts before something changed."""
        if self.before is None or (self.codes_after and self.codes_before is None):
            return Outcome.CREATE
        return Outcome.UNCHANGED if self.after == self.before and self.codes_after == self.codes_before else Outcome.UPDATE


def register_of(by: Acting) -> Register:
    """The district's institutions and departments, in two queries."""
    found = Institution.objects.filter(district=by.district_id).select_related("parent", "district")
    known = {one.name: Known(particulars_of(one), one) for one in found}
    for department in Department.objects.filter(institution__district=by.district_id).select_related("institution"):
        known[department.institution.name].departments[department.name] = department
    return Register(by, known, {name: choices_in_words(pairs) for name, pairs in CHOICES.items()})


def entries(rows: Sequence[Row], register: Register) -> list[tuple[Entry | None, tuple[Fault, ...]]]:
    """Each row as an entry or its faults, in order; an entry is part of the register for the rows after it."""
    names = {row.values["name"] for row in rows} - set(register.known)
    others = Institution.objects.filter(name__in=names).exclude(district=register.by.district_id)
    register.elsewhere = set(others.values_list("name", flat=True))
    return [_entry(row, register) for row in rows]


def _entry(row: Row, register: Register) -> tuple[Entry | None, tuple[Fault, ...]]:
    faults = RowFaults(row.values)
    name = row.values["name"]
    if name in register.elsewhere:
        faults.add("name", _("Another district has registered an institution of this name."), _("Compare the name."))
    known = register.known.get(name)
    centre = _centre(row.values["centre"], name, register, faults)
    after = _after(row, known, centre, register, faults)
    before_codes, codes = _codes(row, known, faults)
    if faults or not name:
        return None, tuple(faults.found)
    entry = Entry(name, known.particulars if known else None, after, centre, row.values["department"], before_codes, codes)
    _note(entry, row, register)
    return entry, ()


def _after(row: Row, known: Known | None, centre: str, register: Register, faults: RowFaults) -> Particulars:
    """The institution as this row wants it: empty cells say nothing, and what another row of the file said may not be contradicted."""
    said: dict[str, str] = {name: row.values[name] for name in TEXTS if row.values[name]}
    for name, pairs in CHOICES.items():
        value = choice(row.values[name], register.words[name], pairs, name, faults)
        said |= {name: value} if value else {}
    said |= {name: day_text(row.values[name]) for name in DAYS if row.values[name]}
    before = known.particulars if known else _new(row.values["name"], said)
    if known is not None and "kind" in said and said["kind"] != before.kind:
        faults.add("kind", _("The kind of an institution does not change."), _("Register a new institution."))
    parent = register.known[centre].institution if centre else None
    placed: dict[str, Any] = {"parent": parent.public_id if parent else uuid5(NAMESPACE_OID, centre)} if centre else {}
    if known is not None and known.row and any(getattr(before, name) != value for name, value in said.items()):
        faults.add("name", _("Row %(row)d says otherwise of the same institution.") % {"row": known.row}, _("Make the two rows agree."))
    asked = replace(before, **{**said, **placed})
    if known is not None and asked == before:
        return before
    found = Faults()
    cleaned = judged(asked, found)
    derived = "name" in {one.field for one in found.violations} and "short_name" not in said
    for one in found.violations:
        if one.field == "short_name" and derived:  # it is the name that is wrong
            continue
        faults.add(AT.get(one.field, one.field), one.message, one.remedy or _remedy(one.field))
    return cleaned


def _new(name: str, said: Mapping[str, str]) -> Particulars:
    """What is not said of a new institution: its name is short enough, and a hospital is a general one."""
    hospital = said.get("kind") == InstitutionKind.HOSPITAL
    return Particulars(kind="", name=name, short_name=name, category=Category.GENERAL if hospital else "")


def _remedy(name: str) -> str:
    pairs = CHOICES.get(name)
    return str(_("Write one of: %(words)s") % {"words": " / ".join(str(label) for _value, label in pairs)}) if pairs else ""


def _centre(text: str, name: str, register: Register, faults: RowFaults) -> str:
    """The centre a station belongs to: registered already, or in an earlier row."""
    if not text:
        return ""
    found = register.known.get(text)
    if found is None or found.particulars.kind != InstitutionKind.CENTRE or text == name:
        faults.add(
            "centre", _("This is no centre of your district."), _("Put the row of the centre above its stations, or register it first.")
        )
        return ""
    return text


def _codes(row: Row, known: Known | None, faults: RowFaults) -> tuple[tuple[str, str] | None, tuple[str, str] | None]:
    """Subject code and own code of the department before and after this row; None where there is no department."""
    name, code, local = row.values["department"], subject_code(row.values["standard_code"]), row.values["local_code"]
    if not name:
        if code or local:
            faults.add("department", _("A code needs the name of its department."), _("Write the name beside it."))
        return None, None
    held = known.departments.get(name) if known else None
    before = (held.standard_code, held.local_code) if isinstance(held, Department) else held
    if before is not None:
        code, local = code or before[0], local or before[1]
    if code not in SUBJECTS and (before is None or code != before[0]):
        remedy = _("Like 03 or 03.04; set the column to text so that zeros stay.")
        if code:
            faults.refused(unknown_code(row.values["standard_code"]))
        faults.add("standard_code", _("This is no code of the list of subjects."), remedy)
    for at, text, limit in (("department", name, LONGEST_NAME), ("local_code", local, LONGEST_CODE)):
        if len(text) > limit:
            faults.add(at, _("At most %(limit)d characters; now %(count)d.") % {"limit": limit, "count": len(text)}, _("Shorten it."))
    return before, (code, local)


def day_text(text: str) -> str:
    """A day as it is kept, 2026-11-01, also from 2026/11/1 and 2026年11月1日; anything else is left for whoever judges it."""
    written = WRITTEN_DAY.match(text)
    return f"{written[1]}-{int(written[2]):02d}-{int(written[3]):02d}" if written else text


def _note(entry: Entry, row: Row, register: Register) -> None:
    known = register.known.setdefault(entry.name, Known(entry.after, None, row.number))
    known.particulars = entry.after
    if entry.department and entry.codes_after:
        held = known.departments.get(entry.department)
        if entry.codes_after != entry.codes_before or not isinstance(held, Department):
            known.departments[entry.department] = entry.codes_after


def differences(entry: Entry) -> dict[str, tuple[str, str]]:
    """Field → before, after, as text; a centre is told by whoever writes it."""
    if entry.before is None:
        return {}
    before, after = asdict(entry.before), asdict(entry.after)
    return {name: (str(before[name]), str(after[name])) for name in before if before[name] != after[name] and name != "parent"}
