"""What becomes of a contract after it was signed: renewed, ended early, or moved to another centre."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from permissions.acting import Acting
from permissions.identity.documents import parse_document
from permissions.identity.names import clean_name
from permissions.roles import Capability
from referral.patients.contracts import NewContract, Terms, held_resident, signed, terms_of
from referral.patients.faults import Faults
from referral.patients.models import ContractEnding, FamilyDoctorContract, Patient
from referral.patients.queries import of_unit, with_document
from referral.patients.residents import residents_of
from referral.patients.waiting import record_key, wait_for
from vault.audit import record
from vault.changes import note_changes
from vault.refusal import Refusal, invalid
from vault.transactions import requires_transaction

NOTE = 200
# What a person may choose; moving has a way of its own.
CHOSEN_ENDINGS = tuple(code for code in ContractEnding if code != ContractEnding.MOVED)


@dataclass(frozen=True, slots=True)
class Renewal:
    """The next contract of a resident; what is empty stays as it was. `valid_to` is the first day without it."""

    valid_to: date
    care_team: UUID | None = None
    doctor: UUID | None = None


@dataclass(frozen=True, slots=True)
class Ending:
    """Why and from which day a contract is over; that day is the first without it."""

    reason: str
    on: date
    note: str = ""


@dataclass(frozen=True, slots=True)
class ShownDocument:
    """What a resident shows at the counter of the centre she moves to."""

    document_type: str
    document_number: str
    name: str


def renew_contract(contract_id: UUID, renewal: Renewal, *, by: Acting, today: date) -> FamilyDoctorContract:
    """Promise the contract that follows on one of the acting unit, without a gap when that one is still in force.

    Refuses with `not_found`, `stale_state` (ended early, or renewed already), `invalid_input`, `already_exists`.
    """
    with transaction.atomic(durable=True):
        old = _held(contract_id, by)
        if old.ended_at is not None:
            raise Refusal("stale_state", _("This contract was ended early; sign a new one instead."))
        team, doctor = renewal.care_team or old.care_team.public_id, renewal.doctor or old.doctor.public_id
        new = NewContract(team, old.health_record_number, max(old.valid_to, today), renewal.valid_to, doctor)
        return signed(old.patient, terms_of(new, by=by, today=today), by=by)


def end_contract(contract_id: UUID, ending: Ending, *, by: Acting, today: date) -> None:
    """Promise that a contract of the acting unit covers no day from `ending.on` on; it cannot be taken back, only signed anew.

    What was booked stays booked; from that day nothing more can be (R118). Refuses with `not_found`, `stale_state` (over or
    ended already), `invalid_input`.
    """
    with transaction.atomic(durable=True):
        contract = _held(contract_id, by)
        if contract.ended_at is not None or contract.valid_to <= today:
            raise Refusal("stale_state", _("This contract is over already."))
        _check_ending(ending, contract, today)
        ended(contract, ContractEnding(ending.reason), ending.on, by=by, note=ending.note.strip())


def move_contract(shown: ShownDocument, new: NewContract, *, by: Acting, today: date) -> FamilyDoctorContract:
    """Promise that a resident who shows her document has her contract here: what she had elsewhere ends the day this begins.

    Both happen in one transaction; without another contract she simply signs here. Refuses with `not_allowed` (only a
    manager moves), `not_found` (nobody with this document and name), `already_exists` (she is here already), `invalid_input`.
    """
    require_moving(by)
    with transaction.atomic(durable=True):
        wait_for([record_key(new.health_record_number)])
        found = found_by(shown, today=today)
        patient = Patient.objects.select_for_update(of=("self",), no_key=True).get(pk=found.pk)
        terms = terms_of(new, by=by, today=today)
        _leave_the_others(patient, terms, by=by, today=today)
        contract = signed(patient, terms, by=by)
        record("patient.move_contract", "patient", patient.public_id, by=by.actor, details={"contract": str(contract.public_id)})
    return contract


def require_moving(by: Acting) -> None:
    """Refuse with `not_allowed` whoever is no manager of residents."""
    if by.post is None or not by.can(Capability.MANAGE_RESIDENTS):
        raise Refusal("not_allowed", _("Your role does not include this."))


def found_by(shown: ShownDocument, *, today: date) -> Patient:
    """Who has this document and this name; a right number with another name is as unknown as a wrong one.

    Refuses with `invalid_input`. A door that shows who was found logs the look.
    """
    faults = Faults()
    document = faults.of(parse_document, shown.document_type, shown.document_number, field="document.number", today=today)
    name = faults.of(clean_name, shown.name)
    faults.tell()
    assert document
    patient = Patient.objects.filter(with_document(document), name=name).order_by("pk").first()
    if patient is None:
        sentence = _("Nobody with this document and this name is registered.")
        raise invalid("document.number", sentence, remedy=_("Compare with the document. A new resident is registered first."))
    return patient


def current_elsewhere(patient: Patient, by: Acting, today: date) -> QuerySet[FamilyDoctorContract]:
    """The contracts that end when the patient's contract moves to the acting unit."""
    rows = FamilyDoctorContract.objects.filter(patient=patient, valid_to__gt=today, valid_from__lt=F("valid_to"))
    return rows.exclude(of_unit(by.post)).select_related("institution", "care_team", "doctor").order_by("valid_from")


def contract_held(contract_id: UUID, by: Acting) -> FamilyDoctorContract:
    """A contract of the acting unit with its patient, to be shown. Refuses with `not_found`."""
    contract = _rows(contract_id, by).select_related("patient", "care_team", "doctor", "institution").first()
    if contract is None or not residents_of(by).filter(pk=contract.patient_id).exists():
        raise Refusal("not_found", _("There is nothing here that you may see."))
    return contract


def ended(contract: FamilyDoctorContract, reason: ContractEnding, on: date, *, by: Acting, note: str = "") -> None:
    """Step: a contract of a locked patient is over from a day on; before it began, it never covers any."""
    requires_transaction()
    first_without = max(on, contract.valid_from)
    open_ones = FamilyDoctorContract.objects.filter(pk=contract.pk, ended_at=None)
    done = open_ones.update(valid_to=first_without, agreed_to=contract.valid_to, ended_at=Now(), ending=reason, ending_note=note)
    if not done:
        raise Refusal("stale_state", _("This contract is over already."))
    dates = (contract.valid_to.isoformat(), first_without.isoformat())
    note_changes("contract", contract.public_id, {"valid_to": dates}, by=by.actor, reason=reason.value)
    details = {"contract": str(contract.public_id), "from": first_without.isoformat()}
    record("patient.end_contract", "patient", contract.patient.public_id, by=by.actor, reason=reason.value, details=details)


def _held(contract_id: UUID, by: Acting) -> FamilyDoctorContract:
    """A contract of the acting unit, its record number and its patient locked, read after the locks."""
    rows = _rows(contract_id, by)
    known = rows.select_related("patient").first()
    if known is None:
        raise Refusal("not_found", _("There is nothing here that you may see."))
    wait_for([record_key(known.health_record_number)])
    held_resident(known.patient.public_id, by)
    return rows.select_related("patient", "care_team", "doctor").get()


def _rows(contract_id: UUID, by: Acting) -> QuerySet[FamilyDoctorContract]:
    if by.post is None:
        return FamilyDoctorContract.objects.none()
    return FamilyDoctorContract.objects.filter(of_unit(by.post), public_id=contract_id)


def _check_ending(ending: Ending, contract: FamilyDoctorContract, today: date) -> None:
    faults = Faults()
    if ending.reason not in CHOSEN_ENDINGS:
        faults.add(invalid("reason", _("Choose why the contract ends.")))
    if not today <= ending.on < contract.valid_to:
        faults.add(invalid("on", _("Choose a day from today to the last day of the contract.")))
    if len(ending.note) > NOTE:
        faults.add(invalid("note", _("The note has at most %(limit)d characters.") % {"limit": NOTE}))
    faults.tell()


def _leave_the_others(patient: Patient, terms: Terms, *, by: Acting, today: date) -> None:
    """Every contract elsewhere that would reach into the new one ends where that begins."""
    for contract in current_elsewhere(patient, by, today):
        if contract.valid_to > terms.valid_from:
            contract.patient = patient
            ended(contract, ContractEnding.MOVED, terms.valid_from, by=by)
