"""What one row of a list of doctors asks for, judged against the hospitals of its sender; nothing is written here."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils.translation import gettext_lazy as _

from clinics.imports.kept import Kept, day_of, kept_by
from clinics.imports.kinds import Fault, Outcome, Row
from clinics.imports.words import RowFaults, became_a_number, choice, choices_in_words
from clinics.models import Department, Institution, Practitioner
from clinics.models.post import Title
from clinics.offers.practitioner_reading import Doctor, judged
from clinics.offers.practitioners import doctor_of
from permissions.acting import Acting
from permissions.identity.folding import fold_width
from vault.faults import Faults

TEXTS = ("name", "licence", "phone", "skills", "introduction")
NUMBERS = ("staff_number", "licence", "phone")
KEPT_NUMBER = _("Set the column to text in Excel and type the number again.")


@dataclass(slots=True)
class Doctors:
    """What a whole list shares: the sender's hospitals, and which row asked for which doctor."""

    kept: Kept
    titles: dict[str, str]
    asked: dict[tuple[int, str], int] = field(default_factory=dict)
    held: dict[tuple[int, str], Practitioner] = field(default_factory=dict)  # of the chunk at hand


@dataclass(frozen=True, slots=True)
class Entry:
    """One row that has no fault: the doctor as she is, and as the row wants her."""

    institution: Institution
    department: Department
    one: Practitioner | None
    after: Doctor

    @property
    def outcome(self) -> Outcome:
        if self.one is None:
            return Outcome.CREATE
        return Outcome.UNCHANGED if self.after == doctor_of(self.one) else Outcome.UPDATE


def doctors_of(by: Acting) -> Doctors:
    return Doctors(kept_by(by), choices_in_words(Title.choices))


def entries(rows: Sequence[Row], doctors: Doctors) -> list[tuple[Entry | None, tuple[Fault, ...]]]:
    """Each row as an entry or its faults; the doctors there are, are looked up for all rows at once."""
    numbers = {number_of(row) for row in rows}
    places = [place for held in doctors.kept.places.values() for place in held]
    found = Practitioner.objects.filter(institution__in=places, staff_number__in=numbers).select_related("institution", "department")
    doctors.held = {(one.institution_id, one.staff_number): one for one in found}
    return [_entry(row, doctors) for row in rows]


def number_of(row: Row) -> str:
    return fold_width(row.values["staff_number"]).strip()


def _entry(row: Row, doctors: Doctors) -> tuple[Entry | None, tuple[Fault, ...]]:
    faults = RowFaults(row.values)
    for name in NUMBERS:
        if became_a_number(row.values[name]):
            faults.add(name, _("The spreadsheet turned this number into a power of ten; its digits are lost."), KEPT_NUMBER)
    place = doctors.kept.place(row.values["institution"], faults)
    one = doctors.held.get((place.pk, number_of(row))) if place else None
    department = doctors.kept.department(row.values["department"], place, faults) or (one.department if one else None)
    after = _after(row, one, department, doctors, faults)
    if place is not None:
        _once(row, place, doctors, faults)
    if faults or place is None or department is None:
        return None, tuple(faults.found)
    return Entry(place, department, one, after), ()


def _after(row: Row, one: Practitioner | None, department: Department | None, doctors: Doctors, faults: RowFaults) -> Doctor:
    """The doctor as this row wants her: empty cells say nothing."""
    said: dict[str, Any] = {name: row.values[name] for name in TEXTS if row.values[name]}
    title = choice(row.values["title"], doctors.titles, Title.choices, "title", faults)
    left_on = day_of("left_on", faults)
    said |= ({"title": title} if title else {}) | ({"left_on": left_on} if left_on else {})
    said |= {"department": department.public_id} if department else {}
    before = doctor_of(one) if one else Doctor(staff_number=number_of(row))
    found = Faults()
    cleaned = judged(replace(before, **said), found)
    for violation in found.violations:
        if violation.field == "department" and row.values["department"]:  # said already: there is none of this name
            continue
        faults.add(violation.field, violation.message, violation.remedy or _("Compare it with the other rows."))
    return cleaned


def _once(row: Row, place: Institution, doctors: Doctors, faults: RowFaults) -> None:
    first = doctors.asked.setdefault((place.pk, number_of(row)), row.number)
    if first != row.number:
        faults.add("staff_number", _("Row %(row)d already has this number.") % {"row": first}, _("Leave one of the two rows."))
