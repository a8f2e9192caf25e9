"""What one row of a list of departments asks for, judged against the institutions of its sender; nothing is written here."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils.translation import gettext_lazy as _

from clinics.imports.header import folded
from clinics.imports.kept import Kept, kept_by
from clinics.imports.kinds import Fault, Outcome, Row
from clinics.imports.words import RowFaults, choice, choices_in_words
from clinics.models import Department, DepartmentCategory, Institution
from clinics.register.departments import Room, judged, room_of
from clinics.register.subjects import SUBJECTS, subject_code
from permissions.acting import Acting
from vault.faults import Faults

TEXTS = ("local_code", "introduction")
CODE = _("Like 03 or 03.04; set the column to text so that zeros stay.")


@dataclass(slots=True)
class Rooms:
    """What a whole list shares: the sender's institutions with their departments by name, and which row asked for which."""

    kept: Kept
    categories: dict[str, str]
    held: dict[tuple[int, str], Department]
    asked: dict[tuple[int, str], int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Entry:
    """One row that has no fault: the department as it is, and as the row wants it."""

    institution: Institution
    one: Department | None
    after: Room

    @property
    def outcome(self) -> Outcome:
        if self.one is None:
            return Outcome.CREATE
        return Outcome.UNCHANGED if self.after == room_of(self.one) else Outcome.UPDATE


def rooms_of(by: Acting) -> Rooms:
    """Two queries for the institutions and their departments."""
    kept = kept_by(by)
    held = {(one.institution_id, folded(one.name)): one for one in kept.departments.values()}
    return Rooms(kept, choices_in_words(DepartmentCategory.choices), held)


def entries(rows: Sequence[Row], rooms: Rooms) -> list[tuple[Entry | None, tuple[Fault, ...]]]:
    """Each row as an entry or its faults, in order; a department named twice is a fault of the second row."""
    return [_entry(row, rooms) for row in rows]


def _entry(row: Row, rooms: Rooms) -> tuple[Entry | None, tuple[Fault, ...]]:
    faults = RowFaults(row.values)
    place = rooms.kept.place(row.values["institution"], faults)
    if place is None:
        return None, tuple(faults.found)
    one = rooms.held.get((place.pk, folded(row.values["name"])))
    after = _after(row, one, rooms, faults)
    if row.values["name"]:
        first = rooms.asked.setdefault((place.pk, folded(row.values["name"])), row.number)
        if first != row.number:
            faults.add("name", _("Row %(row)d already has this department.") % {"row": first}, _("Leave one of the two rows."))
    return (None, tuple(faults.found)) if faults else (Entry(place, one, after), ())


def _after(row: Row, one: Department | None, rooms: Rooms, faults: RowFaults) -> Room:
    """The department as this row wants it: empty cells say nothing, and a code as the spreadsheet left it is read as it was meant."""
    said: dict[str, Any] = {name: row.values[name] for name in TEXTS if row.values[name]}
    if code := row.values["standard_code"]:
        said["standard_code"] = subject_code(code) if subject_code(code) in SUBJECTS else code
    category = choice(row.values["category"], rooms.categories, DepartmentCategory.choices, "category", faults)
    said |= {"category": category} if category else {}
    before = room_of(one) if one else None
    found = Faults()
    cleaned = judged(replace(before or Room("", row.values["name"]), **said), found, before)
    for violation in found.violations:
        faults.add(violation.field, violation.message, violation.remedy or CODE)
    return cleaned
