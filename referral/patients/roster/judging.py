"""Judges each readable row against the database and the rows before it: what applying would do, or why it cannot be done."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from clinics.imports.kinds import Checked, Fault, Outcome, Row
from permissions.identity.masking import mask_name
from referral.patients.accepted import require_accepted
from referral.patients.contracts import Terms
from referral.patients.correct import ATTRIBUTES, number_of, too_many_edits
from referral.patients.models import FamilyDoctorContract, Patient
from referral.patients.register import IDENTITIES_PER_MOBILE, crowded_mobile
from referral.patients.roster.known import Known, known_of
from referral.patients.roster.mangled import perhaps_shortened
from referral.patients.roster.reading import CORRECT_IT, Entry, Faulty, read
from referral.patients.roster.roster import Roster, trace
from vault.refusal import Refusal, Sentence

MOVE_IT = _("Let the resident show her document and use “Move a contract here”.")
ON_HER_PAGE = _("Renew or end it on the page of the resident, or correct the days in the list.")


@dataclass(slots=True)
class Verdict:
    """What one row comes to. `changes` are fields of the registration; a contract is signed, changed, or left as it is."""

    number: int
    entry: Entry | None = None
    patient: Patient | None = None
    changes: dict[str, tuple[str, str]] = field(default_factory=dict)
    signs: bool = False
    contract: FamilyDoctorContract | None = None
    faults: list[Fault] = field(default_factory=list)

    @property
    def outcome(self) -> Outcome:
        if self.faults:
            return Outcome.FAULTY
        if self.patient is None:
            return Outcome.CREATE
        return Outcome.UPDATE if self.changes or self.signs or self.contract else Outcome.UNCHANGED

    @property
    def checked(self) -> Checked:
        return Checked(self.number, self.outcome, tuple(self.faults))

    def fault(self, column: str, reason: Sentence, remedy: Sentence = CORRECT_IT, value: str = "") -> None:
        """One more reason why not."""
        self.faults.append(Fault(column, reason, remedy, value))


def verdicts_on(rows: Sequence[Row], roster: Roster) -> list[Verdict]:
    """One verdict for each row, in order; reads the database in bulk and remembers in the roster what the rows take."""
    return judged([_read(row, roster) for row in rows], roster)


def judged(verdicts: Sequence[Verdict], roster: Roster) -> list[Verdict]:
    """The readable ones among these judged by what the database holds at this moment; the unreadable stay as they are."""
    fresh = [Verdict(one.number, one.entry) if one.entry else one for one in verdicts]
    known = known_of([one.entry for one in fresh if one.entry], roster.today)
    for one in fresh:
        if one.entry is not None:
            _judge(one, one.entry, known, roster)
    return fresh


def forget_mobiles(verdicts: Iterable[Verdict], roster: Roster) -> None:
    """Rows that were written need no trace of their mobile any more: the database counts them now."""
    for verdict in verdicts:
        if verdict.entry and verdict.entry.mobile_hashes:
            roster.mobiles.pop(trace(verdict.entry.mobile_hashes[0]), None)


def _read(row: Row, roster: Roster) -> Verdict:
    try:
        return Verdict(row.number, read(row, roster))
    except Faulty as faulty:
        return Verdict(row.number, faults=faulty.faults)


def _judge(verdict: Verdict, entry: Entry, known: Known, roster: Roster) -> None:
    verdict.patient = known.person(entry)
    if verdict.patient is None and entry.is_doubtful and roster.shortened:
        verdict.fault("guardian_document_number" if entry.is_child else "document_number", *perhaps_shortened())
    if verdict.patient is None:
        _registered_with_an_accepted_document(verdict, entry, roster)
    _once_in_the_list(verdict, entry, roster)
    contracts = known.contracts.get(verdict.patient.pk, []) if verdict.patient else []
    if verdict.patient is not None and not verdict.faults:
        _same_person(verdict, entry, verdict.patient, contracts, roster)
    if verdict.patient is not None and not verdict.faults:
        _corrections(verdict, entry, verdict.patient, known, roster)
    _reachable_by_few(verdict, entry, known, roster)
    if entry.terms is not None:
        _contract(verdict, entry.terms, contracts, roster)
        _own_record(verdict, entry, entry.terms, known, roster)
    if not verdict.faults:
        _remember(verdict, entry, roster)


def _registered_with_an_accepted_document(verdict: Verdict, entry: Entry, roster: Roster) -> None:
    """R024, R103, C20: as on the form; whoever is registered already stays."""
    own, guardian = entry.person.document, entry.person.guardian_document
    for column, document in (("document_type", own), ("guardian_document_type", guardian)):
        try:
            require_accepted(document, roster.accepted)
        except Refusal as refusal:
            verdict.fault(column, refusal.message, refusal.violations[0].remedy)


def _once_in_the_list(verdict: Verdict, entry: Entry, roster: Roster) -> None:
    first = roster.documents.get(trace(entry.key), entry.number)
    if first != entry.number:
        reason = _("The same resident stands in row %(row)s already.") % {"row": first}
        verdict.fault("document_number", reason, _("Leave one of the two rows, or correct the number."))


def _same_person(verdict: Verdict, entry: Entry, patient: Patient, contracts: list[FamilyDoctorContract], roster: Roster) -> None:
    """Whoever is known must be ours, and must be the one the document says (R012)."""
    held = [one for one in contracts if one.valid_to > roster.today and one.valid_from < one.valid_to]
    ours = [one for one in contracts if one.institution_id in roster.unit]
    if any(one.institution_id not in roster.unit for one in held):
        verdict.fault("document_number", _("This resident has her contract with another centre."), MOVE_IT)
    elif not ours and patient.registered_at_id not in roster.unit:
        verdict.fault("document_number", _("This resident is registered at another institution."), MOVE_IT)
    elif patient.name != entry.person.name:
        reason = _("This document is registered for %(name)s; a list changes no names.") % {"name": mask_name(patient.name)}
        remedy = _("Compare name and number with the document; a misspelt name is corrected on the page of the resident.")
        verdict.fault("name", reason, remedy, entry.person.name)
    elif patient.birth_date != entry.person.birth_date or (entry.given["sex"] and patient.sex != entry.person.sex):
        column = "sex" if patient.birth_date == entry.person.birth_date else "birth_date"
        verdict.fault(column, _("This is registered differently; identity cannot be changed."), _("Compare with the document."))


def _corrections(verdict: Verdict, entry: Entry, patient: Patient, known: Known, roster: Roster) -> None:
    """What the list says differently of how she is reached; an empty cell leaves what is kept."""
    person = entry.person
    new = {"mobile": person.mobile, "landline": person.landline, "address": person.address, "priority_group": person.priority_group}
    for name, attribute in ATTRIBUTES.items():
        old = str(getattr(patient, attribute))
        if entry.given[name] and old != new[name]:
            verdict.changes[name] = (old, new[name])
    done = known.edits.get(patient.pk, 0)
    if verdict.changes and done >= number_of(roster.edits):
        reason = too_many_edits(done, roster.edits, roster.today).message
        verdict.fault(next(iter(verdict.changes)), reason, _("Leave these cells empty until then."))


def _reachable_by_few(verdict: Verdict, entry: Entry, known: Known, roster: Roster) -> None:
    """R011, over the database and the rows before this one."""
    if not entry.mobile_hashes or (verdict.patient is not None and "mobile" not in verdict.changes):
        return
    others = known.users_of_mobile(entry) - ({verdict.patient.pk} if verdict.patient else set())
    before = [number for number in roster.mobiles.get(trace(entry.mobile_hashes[0]), []) if number < entry.number]
    if len(others) + len(before) >= IDENTITIES_PER_MOBILE:
        refusal = crowded_mobile(len(others) + len(before))
        verdict.fault("mobile", refusal.message, refusal.violations[0].remedy, entry.person.mobile)


def _contract(verdict: Verdict, terms: Terms, contracts: list[FamilyDoctorContract], roster: Roster) -> None:
    """The same days again are the same contract; other days must be free."""
    same = next((one for one in contracts if (one.valid_from, one.agreed_to or one.valid_to) == (terms.valid_from, terms.valid_to)), None)
    if same is not None and same.ended_at is not None:
        reason = _("This contract was ended early: %(why)s, from %(day)s on.") % {"why": same.get_ending_display(), "day": same.valid_to}
        verdict.fault("contract_from", reason, _("Take the row out of the list, or enter the days of a new contract."))
        return
    if same is not None:
        held = (same.care_team_id, same.doctor_id, same.health_record_number)
        if held != (terms.care_team.pk, terms.doctor.pk, terms.health_record_number):
            verdict.contract = same
        return
    if terms.valid_to <= roster.today:
        verdict.fault("contract_to", _("This contract would be over already."), _("Enter the contract that is in force, or none."))
    for one in contracts:
        if one.valid_from < one.valid_to and one.valid_from < terms.valid_to and one.valid_to > terms.valid_from:
            days = {"first": one.valid_from, "last": one.valid_to - timedelta(days=1)}
            verdict.fault("contract_from", _("There is a contract from %(first)s to %(last)s already.") % days, ON_HER_PAGE)
            return
    verdict.signs = True


def _own_record(verdict: Verdict, entry: Entry, terms: Terms, known: Known, roster: Roster) -> None:
    """A health record number belongs to one resident."""
    owners = known.records.get(terms.health_record_number, set()) - ({verdict.patient.pk} if verdict.patient else set())
    owner, row = roster.records.get(terms.health_record_number, (trace(entry.key), entry.number))
    remedy = _("Compare with the health record. A number that ends in 00 may have been shortened by Excel: format the column as text.")
    if owner != trace(entry.key):
        twice = _("This health record number stands in row %(row)s already, for somebody else.") % {"row": row}
        verdict.fault("health_record_number", twice, remedy, terms.health_record_number)
    elif owners:
        verdict.fault("health_record_number", _("This health record number belongs to somebody else."), remedy, terms.health_record_number)


def _remember(verdict: Verdict, entry: Entry, roster: Roster) -> None:
    roster.documents.setdefault(trace(entry.key), entry.number)
    if entry.terms is not None:
        roster.records.setdefault(entry.terms.health_record_number, (trace(entry.key), entry.number))
    if entry.mobile_hashes and (verdict.patient is None or "mobile" in verdict.changes):
        rows = roster.mobiles.setdefault(trace(entry.mobile_hashes[0]), [])
        if entry.number not in rows:
            rows.append(entry.number)
