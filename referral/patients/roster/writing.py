"""Writes what a chunk of rows comes to, a handful of statements for all of them, each act in the trail."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from permissions.acting import Acting
from permissions.identity.documents import Document
from permissions.identity.pinyin import initials, search_keys
from referral.patients.contracts import Terms
from referral.patients.correct import month_of, stored
from referral.patients.models import FamilyDoctorContract, Guardian, Patient, PatientIdentifier, RegistrationEdit
from referral.patients.person import Person
from referral.patients.priority_steps import keep_all_in_step
from referral.patients.roster.judging import Verdict
from referral.patients.roster.reading import Entry
from referral.patients.roster.roster import Roster
from vault.audit import record_many
from vault.changes import note_many
from vault.crypto import keyed_hash
from vault.transactions import requires_transaction

PATIENT_COLUMNS = ("phone", "phone_hash", "phone_tail", "landline", "landline_tail", "address", "priority_group")
Act = tuple[str, str, UUID, dict[str, Any]]
Note = tuple[str, UUID, dict[str, tuple[str, str]]]


def write(verdicts: Sequence[Verdict], roster: Roster, by: Acting) -> None:
    """Step: register, correct and sign what these verdicts say; the caller holds their keys and rows."""
    requires_transaction()
    acts: list[Act] = []
    notes: list[Note] = []
    _register([verdict for verdict in verdicts if verdict.patient is None], roster, acts)
    _correct([verdict for verdict in verdicts if verdict.changes], roster, acts, notes)
    keep_all_in_step([one.patient for one in verdicts if one.patient and "priority_group" in one.changes], by=by)
    _sign([verdict for verdict in verdicts if verdict.signs], acts, notes)
    _rewrite([verdict for verdict in verdicts if verdict.contract], acts, notes)
    note_many(notes, by=by.actor)
    record_many(acts, by=by.actor)


def _register(verdicts: Sequence[Verdict], roster: Roster, acts: list[Act]) -> None:
    """Residents who were not known, with their documents and guardians; each verdict has its patient afterwards."""
    made = Patient.objects.bulk_create([_patient(verdict.entry, roster) for verdict in verdicts if verdict.entry])
    identifiers, guardians = [], []
    for verdict, patient in zip(verdicts, made, strict=True):
        assert verdict.entry
        verdict.patient, person = patient, verdict.entry.person
        if person.document:
            identifiers.append(PatientIdentifier(patient=patient, type=person.document.type, **_numbered(person.document)))
        elif person.guardian and person.guardian_document:
            guardians.append(_guardian(patient, person))
        details = {"document": person.document.type.value if person.document else "guardian", "source": "import"}
        acts.append(("patient.register", "patient", patient.public_id, details))
    PatientIdentifier.objects.bulk_create(identifiers)
    Guardian.objects.bulk_create(guardians)


def _correct(verdicts: Sequence[Verdict], roster: Roster, acts: list[Act], notes: list[Note]) -> None:
    """Known residents who are reached otherwise now, each with one edit more in its month (R012)."""
    if not verdicts:
        return
    month = month_of(roster.today)
    done = dict.fromkeys((verdict.patient.pk for verdict in verdicts if verdict.patient), 0)
    for patient_id in RegistrationEdit.objects.filter(patient__in=done, month=month).values_list("patient_id", flat=True):
        done[patient_id] += 1
    changed: list[Patient] = []
    for verdict in verdicts:
        patient = verdict.patient
        assert patient
        for name, (_old, new) in verdict.changes.items():
            for column, value in stored(name, new).items():
                setattr(patient, column, value)
        changed.append(patient)
        notes.append(("patient", patient.public_id, verdict.changes))
        acts.append(("patient.correct", "patient", patient.public_id, {"fields": sorted(verdict.changes), "source": "import"}))
    Patient.objects.bulk_update(changed, PATIENT_COLUMNS)
    RegistrationEdit.objects.bulk_create(RegistrationEdit(patient=one, month=month, number=done[one.pk] + 1) for one in changed)


def _sign(verdicts: Sequence[Verdict], acts: list[Act], notes: list[Note]) -> None:
    made = FamilyDoctorContract.objects.bulk_create(
        [
            FamilyDoctorContract(patient=verdict.patient, valid_from=terms.valid_from, valid_to=terms.valid_to, **_cared_for(terms))
            for verdict in verdicts
            if verdict.entry and (terms := verdict.entry.terms)
        ]
    )
    for contract in made:
        notes.append(("contract", contract.public_id, {"valid_to": ("", contract.valid_to.isoformat())}))
        acts.append(("patient.sign_contract", "patient", contract.patient.public_id, {"contract": str(contract.public_id)}))


def _rewrite(verdicts: Sequence[Verdict], acts: list[Act], notes: list[Note]) -> None:
    """The same contract with another team, doctor or record number."""
    changed: list[FamilyDoctorContract] = []
    ids = [verdict.contract.pk for verdict in verdicts if verdict.contract]
    rows = FamilyDoctorContract.objects.select_related("care_team", "doctor").in_bulk(ids)
    for verdict in verdicts:
        terms = verdict.entry.terms if verdict.entry else None
        assert verdict.contract
        assert verdict.patient
        assert terms
        contract = rows[verdict.contract.pk]
        before, after = _said_of(contract), {"care_team": terms.care_team.name, "doctor": terms.doctor.name}
        for column, value in _cared_for(terms).items():
            setattr(contract, column, value)
        changed.append(contract)
        notes.append(("contract", contract.public_id, {name: (before[name], after[name]) for name in after}))
        acts.append(("patient.change_contract", "patient", verdict.patient.public_id, {"contract": str(contract.public_id)}))
    FamilyDoctorContract.objects.bulk_update(changed, ["institution", "care_team", "doctor", "health_record_number"])


def _said_of(contract: FamilyDoctorContract) -> dict[str, str]:
    return {"care_team": contract.care_team.name, "doctor": contract.doctor.name}


def _cared_for(terms: Terms) -> dict[str, Any]:
    return {
        "institution": terms.care_team.institution,
        "care_team": terms.care_team,
        "doctor": terms.doctor,
        "health_record_number": terms.health_record_number,
    }


def _patient(entry: Entry, roster: Roster) -> Patient:
    person, place = entry.person, entry.terms.care_team.institution if entry.terms else roster.place
    return Patient(
        district_id=place.district_id, name=person.name, name_pinyin=initials(person.name), grams=search_keys(person.name),
        sex=person.sex, birth_date=person.birth_date, address=person.address, registered_at=place, priority_group=person.priority_group,
        **stored("mobile", person.mobile), **stored("landline", person.landline),
    )  # fmt: skip


def _guardian(patient: Patient, person: Person) -> Guardian:
    assert person.guardian
    assert person.guardian_document
    return Guardian(
        patient=patient, name=person.guardian.name, document_type=person.guardian_document.type, phone=person.guardian.phone,
        relation=person.guardian.relation, **_numbered(person.guardian_document),
    )  # fmt: skip


def _numbered(document: Document) -> dict[str, str]:
    return {
        "number": document.number,
        "lookup": document.key,
        "number_hash": keyed_hash(document.key, "identity"),
        "tail": document.tail,
    }
