"""Signs the family doctor contract that makes a resident somebody's patient (R118)."""

import re
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from permissions.acting import Acting
from permissions.models import User
from permissions.roles import Capability
from referral.patients.faults import Faults
from referral.patients.models import CareTeam, FamilyDoctorContract, Patient
from referral.patients.queries import care_teams_of
from referral.patients.residents import residents_of
from referral.patients.waiting import record_key, wait_for
from vault.audit import record
from vault.changes import note_changes
from vault.refusal import Refusal, invalid
from vault.transactions import requires_transaction

HEALTH_RECORD = re.compile(r"\A[0-9]{17}\Z")
LONGEST_YEARS = 5


@dataclass(frozen=True, slots=True)
class NewContract:
    """A contract as typed; `doctor` empty means the acting doctor, `valid_to` is the first day without it."""

    care_team: UUID
    health_record_number: str
    valid_from: date
    valid_to: date
    doctor: UUID | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """The same once every field by itself can be kept."""

    care_team: CareTeam
    doctor: User
    health_record_number: str
    valid_from: date
    valid_to: date


def sign_contract(patient_id: UUID, contract: NewContract, *, by: Acting, today: date) -> FamilyDoctorContract:
    """Promise a contract with one of the acting unit's care teams.

    Refuses with `not_found` (no relation), `invalid_input` (every field that is wrong), `already_exists` (another contract in those dates).
    """
    with transaction.atomic(durable=True):
        wait_for([record_key(contract.health_record_number)])
        patient = held_resident(patient_id, by)
        return signed(patient, terms_of(contract, by=by, today=today), by=by)


def held_resident(patient_id: UUID, by: Acting) -> Patient:
    """Step: a resident of the acting post, locked. Refuses with `not_found`."""
    requires_transaction()
    patient = residents_of(by).filter(public_id=patient_id).select_for_update(of=("self",), no_key=True).first()
    if patient is None:
        raise Refusal("not_found", _("There is nothing here that you may see."))
    return patient


def terms_of(new: NewContract, *, by: Acting, today: date) -> Terms:
    """The contract as it could be signed, whoever the patient is. Refuses with `invalid_input`, every field that is wrong."""
    faults = Faults()
    team = faults.of(_care_team, new, by)
    doctor = faults.of(_doctor, team, new.doctor, by) if team else None
    faults.of(_check_number, new.health_record_number)
    faults.of(_check_dates, new, today)
    faults.tell()
    assert team
    assert doctor
    return Terms(team, doctor, new.health_record_number, new.valid_from, new.valid_to)


def signed(patient: Patient, terms: Terms, *, by: Acting) -> FamilyDoctorContract:
    """Step: the contract of a patient whose row and record number this transaction holds or made."""
    requires_transaction()
    if not (by.can(Capability.SEE_PATIENTS) or by.can(Capability.MANAGE_RESIDENTS)):
        raise Refusal("not_allowed", _("Your role does not include this."))
    _refuse_taken_number(patient, terms.health_record_number)
    _refuse_overlap(patient, terms)
    contract = FamilyDoctorContract.objects.create(
        patient=patient, institution=terms.care_team.institution, care_team=terms.care_team, doctor=terms.doctor,
        health_record_number=terms.health_record_number, valid_from=terms.valid_from, valid_to=terms.valid_to,
    )  # fmt: skip
    note_changes("contract", contract.public_id, {"valid_to": ("", terms.valid_to.isoformat())}, by=by.actor)
    record("patient.sign_contract", "patient", patient.public_id, by=by.actor, details={"contract": str(contract.public_id)})
    return contract


def _care_team(new: NewContract, by: Acting) -> CareTeam:
    team = care_teams_of(by).filter(public_id=new.care_team).first()
    if team is None:
        raise invalid("contract.care_team", _("This is not a care team of your institution."))
    return team


def _doctor(team: CareTeam, doctor: UUID | None, by: Acting) -> User:
    """The doctor named, or else the acting one, or the only one there is."""
    members = {member.public_id: member for member in team.doctors.all()}
    found = members.get(doctor or by.user.public_id)
    if found is None and doctor is None and by.can(Capability.MANAGE_RESIDENTS):
        if len(members) != 1:
            raise invalid("contract.doctor", _("Choose the doctor of the contract."))
        return next(iter(members.values()))
    if found is None:
        raise invalid("contract.doctor", _("This doctor is not in the care team."))
    return found


def _check_number(number: str) -> None:
    if not HEALTH_RECORD.match(number):
        raise invalid("contract.health_record_number", _("A health record number has 17 digits."))


def _check_dates(new: NewContract, today: date) -> None:
    if new.valid_to <= new.valid_from:
        raise invalid("contract.to", _("The contract must end after it begins."))
    if new.valid_to <= today:
        raise invalid("contract.to", _("This contract would be over already."))
    if new.valid_to.year - new.valid_from.year > LONGEST_YEARS:
        raise invalid("contract.to", _("A contract runs at most five years; renew it then."))


def _refuse_taken_number(patient: Patient, number: str) -> None:
    if FamilyDoctorContract.objects.filter(health_record_number=number).exclude(patient=patient).exists():
        raise invalid("contract.health_record_number", _("This health record number belongs to somebody else."))


def _refuse_overlap(patient: Patient, terms: Terms) -> None:
    overlapping = FamilyDoctorContract.objects.filter(patient=patient, valid_from__lt=terms.valid_to, valid_to__gt=terms.valid_from)
    if overlapping.filter(valid_from__lt=F("valid_to")).exists():
        raise Refusal("already_exists", _("The resident has a contract in these dates already."))
