"""Looks up, for a whole chunk at once, what the database knows of its people, phones, records and contracts."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from referral.patients.correct import month_of
from referral.patients.models import FamilyDoctorContract, Guardian, Patient, PatientIdentifier, RegistrationEdit
from referral.patients.roster.reading import Entry


@dataclass(frozen=True, slots=True)
class Known:
    """What was found; eight queries a chunk, however many rows it has."""

    people: dict[str, Patient]
    holders: dict[str, set[int]]
    records: dict[str, set[int]]
    contracts: dict[int, list[FamilyDoctorContract]]
    edits: dict[int, int]

    def person(self, entry: Entry) -> Patient | None:
        """Who this row is about, if she is registered."""
        keys = [f"{one} {entry.person.name} {entry.person.birth_date}" if entry.is_child else one for one in entry.hashes]
        return next((self.people[key] for key in keys if key in self.people), None)

    def users_of_mobile(self, entry: Entry) -> set[int]:
        """The keys of all who are registered with the row's mobile number."""
        return set().union(*(self.holders.get(one, set()) for one in entry.mobile_hashes))


def known_of(entries: Sequence[Entry], today: date) -> Known:
    """Everything that the rows of one chunk are judged by.

    Holders of numbers are read before people: somebody registered in between is then known as a person, never as a stranger who holds
    the row's own number.
    """
    holders, records = _holders(entries), _records(entries)
    people = _people(entries)
    ids = {patient.pk for patient in people.values()}
    contracts: dict[int, list[FamilyDoctorContract]] = defaultdict(list)
    for contract in FamilyDoctorContract.objects.filter(patient__in=ids).order_by("valid_from", "pk"):
        contracts[contract.patient_id].append(contract)
    edits = RegistrationEdit.objects.filter(patient__in=ids, month=month_of(today)).values_list("patient_id", flat=True)
    return Known(people, holders, records, contracts, Counter(edits))


def _people(entries: Iterable[Entry]) -> dict[str, Patient]:
    own = [one for entry in entries if not entry.is_child for one in entry.hashes]
    found = {
        one.number_hash: one.patient
        for one in PatientIdentifier.objects.filter(number_hash__in=own).select_related("patient").defer("number", "lookup")
    }
    guarded = [one for entry in entries if entry.is_child for one in entry.hashes]
    if guarded:
        rows = Guardian.objects.filter(number_hash__in=guarded, patient__identifiers=None).select_related("patient")
        found |= {f"{one.number_hash} {one.patient.name} {one.patient.birth_date}": one.patient for one in rows}
    return found


def _holders(entries: Iterable[Entry]) -> dict[str, set[int]]:
    found: dict[str, set[int]] = defaultdict(set)
    hashes = {one for entry in entries for one in entry.mobile_hashes}
    for phone_hash, patient in Patient.objects.filter(phone_hash__in=hashes).values_list("phone_hash", "pk"):
        found[phone_hash].add(patient)
    return found


def _records(entries: Iterable[Entry]) -> dict[str, set[int]]:
    found: dict[str, set[int]] = defaultdict(set)
    numbers = {entry.terms.health_record_number for entry in entries if entry.terms}
    for number, patient in FamilyDoctorContract.objects.filter(health_record_number__in=numbers).values_list(
        "health_record_number", "patient_id"
    ):
        found[number].add(patient)
    return found
