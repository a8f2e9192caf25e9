"""Reads one row of the list: a person and her contract as they would be kept, or everything that is wrong with it."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeVar

from django.utils.translation import gettext_lazy as _

from clinics.imports.kinds import Fault, Row
from permissions.doors.fields import read_day
from permissions.doors.serializers import unprintable_in
from permissions.identity.documents import EIGHTEEN_DIGITS, DocumentType
from permissions.identity.folding import fold_width
from referral.patients.contracts import HEALTH_RECORD, LONGEST_YEARS, Terms
from referral.patients.correct import ADDRESS, RELATION
from referral.patients.person import NewGuardian, NewPatient, Person, checked
from referral.patients.roster.columns import COLUMN_OF, COLUMNS, folded
from referral.patients.roster.mangled import cannot_be_right, damage_of, ends_in_zeros, shortened
from referral.patients.roster.roster import Roster
from vault.crypto import keyed_hashes
from vault.refusal import Refusal, Sentence, invalid

DAY = re.compile(r"\A([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?\Z")
COMPACT = re.compile(r"\A([0-9]{4})([0-9]{2})([0-9]{2})\Z")
SERIAL = re.compile(r"\A[0-9]{5}\Z")
MIDNIGHT = re.compile(r" 00:00(:00)?\Z")
NUMBERS = ("document_number", "guardian_document_number", "health_record_number", "mobile")
CONTRACT = ("care_team", "contract_from", "contract_to", "health_record_number")
CORRECT_IT = _("Correct the cell and upload the file again.")
Read = TypeVar("Read")


@dataclass(frozen=True, slots=True)
class Entry:
    """One row that can be kept by itself; `hashes` are those its document may be known by, `given` what the file says of reachability."""

    number: int
    person: Person
    terms: Terms | None
    hashes: tuple[str, ...]
    mobile_hashes: tuple[str, ...]
    given: dict[str, str]

    @property
    def is_child(self) -> bool:
        """Whether the guardian's document stands for the resident."""
        return self.person.document is None

    @property
    def is_doubtful(self) -> bool:
        """Whether the number may have been shortened although its check character fits: believed unless others of the list were."""
        document = self.person.document or self.person.guardian_document
        return document is not None and document.type in EIGHTEEN_DIGITS and ends_in_zeros(document.number)

    @property
    def key(self) -> str:
        """What two rows of one person share."""
        return f"{self.hashes[0]} {self.person.name} {self.person.birth_date}" if self.is_child else self.hashes[0]


class Faulty(Exception):
    """The row cannot be kept; every fault of it, one a column."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__(f"{len(faults)} faults")
        self.faults = faults


class Reader:
    """Collects what is wrong with one row while its cells are read."""

    def __init__(self, row: Row, roster: Roster) -> None:
        self.roster, self.number = roster, row.number
        self.cells = {column.name: row.values.get(column.name, "").strip() for column in COLUMNS}
        self.faults: dict[str, Fault] = {}

    def fault(self, column: str, reason: Sentence, remedy: Sentence = "") -> None:
        """The first fault of a column counts."""
        self.faults.setdefault(column, Fault(column, reason, remedy or CORRECT_IT, self.cells.get(column, "")))

    def of(self, read: Callable[[], Read]) -> Read | None:
        """What was read, or None with its faults kept."""
        try:
            return read()
        except Refusal as refusal:
            for violation in refusal.violations:
                column = COLUMN_OF.get(violation.field, violation.field)
                self.fault(column, violation.message, violation.remedy)
            return None

    def code(self, column: str) -> str:
        """The code of a word, '' for an empty cell."""
        word = folded(self.cells[column])
        known = self.roster.words[column]
        if word and word not in known:
            self.fault(column, _("This word is not known here."), _("Use one of the words of the template."))
        return known.get(word, "")

    def day(self, column: str) -> date | None:
        """A day in one of the forms people write; None for an empty cell or a fault."""
        text = MIDNIGHT.sub("", fold_width(self.cells[column]).strip())
        if not text:
            return None
        parts = DAY.match(text) or COMPACT.match(text)
        try:
            return read_day("{}-{:0>2}-{:0>2}".format(*parts.groups())) if parts else read_day(text)
        except ValueError:
            if SERIAL.match(text):
                self.fault(
                    column, _("This is a count of days, not a day: the cell lost its date format."), _("Format the column as a date.")
                )
            else:
                self.fault(column, _("There is no such day."), _("Enter a day like 2026-11-26."))
            return None


def read(row: Row, roster: Roster) -> Entry:
    """One row as it could be kept. Raises Faulty with everything that is wrong in it."""
    reader = Reader(row, roster)
    _look_for_damage(reader)
    _check_letters(reader)
    person = _person(reader)
    terms = _terms(reader)
    if reader.faults or person is None:
        raise Faulty(list(reader.faults.values()))
    document = person.document or person.guardian_document
    assert document is not None  # nobody is checked without one
    given = {name: reader.cells[name] for name in ("mobile", "landline", "address", "priority_group")}
    given["sex"] = reader.cells["sex"] or document.sex
    return Entry(
        row.number, person, terms, tuple(keyed_hashes(document.key, "identity")), tuple(keyed_hashes(person.mobile, "phone")), given
    )  # fmt: skip


def _look_for_damage(reader: Reader) -> None:
    """Long numbers that a spreadsheet spoiled; said once, instead of what is wrong with what is left of them."""
    for column in NUMBERS:
        damage = damage_of(reader.cells[column]) if reader.cells[column] else None
        if damage:
            reader.fault(column, *damage)
    of_resident = folded(reader.cells["document_type"]) in ("", *_resident_words(reader.roster))
    for column in ("document_number", "guardian_document_number"):
        if cannot_be_right(reader.cells[column]) and (of_resident or column != "document_number"):
            reader.fault(column, *shortened())
            reader.roster.shortened = True


def _resident_words(roster: Roster) -> set[str]:
    return {word for word, code in roster.words["document_type"].items() if code == DocumentType.RESIDENT_ID}


def _check_letters(reader: Reader) -> None:
    for column, text in reader.cells.items():
        if unprintable_in(text, lines=False):
            reader.fault(column, _("This holds a character that cannot be stored or shown."), _("Type the cell again."))


def _person(reader: Reader) -> Person | None:
    cells = reader.cells
    for column, limit in (("address", ADDRESS), ("guardian_relation", RELATION)):
        if len(cells[column]) > limit:
            reader.fault(column, _("At most %(limit)d characters; now %(count)d.") % {"limit": limit, "count": len(cells[column])})
    kind = reader.code("document_type") or DocumentType.RESIDENT_ID.value
    new = NewPatient(
        name=cells["name"], document_type=kind, document_number=cells["document_number"], sex=reader.code("sex"),
        birth_date=reader.day("birth_date"), mobile=cells["mobile"], landline=cells["landline"], address=cells["address"],
        priority_group=reader.code("priority_group"), guardian=_guardian(reader),
    )  # fmt: skip
    return reader.of(lambda: checked(new, reader.roster.today))


def _guardian(reader: Reader) -> NewGuardian | None:
    """Who answers for a child; a resident with a document of her own has none in this list."""
    cells = reader.cells
    given = [cells[name] for name in ("guardian_name", "guardian_document_number", "guardian_relation")]
    if not any(given) or cells["document_number"]:
        return None
    kind = DocumentType.RESIDENT_ID.value
    if cells["guardian_document_type"]:
        kind = reader.roster.words["document_type"].get(folded(cells["guardian_document_type"]), "")
    return NewGuardian(given[0], kind, given[1], given[2])


def _terms(reader: Reader) -> Terms | None:
    """The contract, when any of its columns is filled; then all are needed but the doctor."""
    cells = reader.cells
    if not any(cells[column] for column in (*CONTRACT, "doctor")):
        return None
    for column in CONTRACT:
        if not cells[column]:
            reader.fault(
                column, _("The contract is not complete."), _("Fill in team, first and last day and health record number, or none.")
            )
    team = reader.of(lambda: reader.roster.team_named(cells["care_team"])) if cells["care_team"] else None
    doctor = reader.of(lambda: reader.roster.doctor_named(team, cells["doctor"])) if team else None
    begins, last = reader.day("contract_from"), reader.day("contract_to")
    number = fold_width(cells["health_record_number"]).replace(" ", "")
    if number and not HEALTH_RECORD.match(number):
        reader.fault(
            "health_record_number", _("A health record number has 17 digits."), _("Format the column as text and enter all 17 digits.")
        )
    reader.of(lambda: _check_term(begins, last))
    if not (team and doctor and begins and last):
        return None
    return Terms(team, doctor, number, begins, last + timedelta(days=1))


def _check_term(begins: date | None, last: date | None) -> None:
    if begins and last and last < begins:
        raise invalid("contract_to", _("The contract must end after it begins."))
    if begins and last and (last.year - begins.year > LONGEST_YEARS):
        raise invalid("contract_to", _("A contract runs at most five years; renew it then."))
