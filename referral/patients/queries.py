"""Which residents a person may see: a relation first, a search second."""

from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from permissions.acting import Acting
from permissions.identity.documents import Document
from permissions.identity.folding import fold
from permissions.identity.phones import is_mobile
from permissions.identity.pinyin import query_keys
from permissions.roles import Capability
from referral.patients.models import CareTeam, Encounter, FamilyDoctorContract, Guardian, Patient, PatientIdentifier
from vault.crypto import keyed_hashes

TAIL = 4


def of_unit(post: Any, prefix: str = "institution") -> Q:
    """Rows of the post's unit: a centre answers for its stations and they for it (R117, C33)."""
    root = post.institution.root_id
    return Q(**{f"{prefix}_id": root}) | Q(**{f"{prefix}__parent_id": root})


def patients_of(acting: Acting) -> QuerySet[Patient]:
    """Residents contracted with, seen at, or registered by the acting post's unit; nobody for anybody else."""
    if acting.post is None or not acting.can(Capability.SEE_PATIENTS):
        return Patient.objects.none()
    contracts = FamilyDoctorContract.objects.filter(of_unit(acting.post), patient=OuterRef("pk"))
    encounters = Encounter.objects.filter(of_unit(acting.post), patient=OuterRef("pk"))
    return Patient.objects.filter(Exists(contracts) | Exists(encounters) | of_unit(acting.post, "registered_at"))


def searched(patients: QuerySet[Patient], text: str) -> QuerySet[Patient]:
    """Those who answer to a name, its pinyin or initials, a whole number, or the last four of a document or phone."""
    folded = fold(text).upper()
    if not folded:
        return patients
    if any(character.isdigit() for character in folded):
        return patients.filter(by_number(folded))
    keys = query_keys(text)
    return patients.filter(grams__contains=keys) if keys else patients.none()


def by_number(number: str) -> Q:
    """A condition on patients: the last four, or the whole of a phone or an identity number under any readable key."""
    if len(number) == TAIL:
        owners = PatientIdentifier.objects.filter(patient=OuterRef("pk"), tail=number)
        return Q(phone_tail=number) | Q(landline_tail=number) | Q(Exists(owners))
    if is_mobile(number):
        return Q(phone_hash__in=keyed_hashes(number, "phone"))
    lookups = [*keyed_hashes(f"number:{number}", "identity")]
    return Q(Exists(PatientIdentifier.objects.filter(patient=OuterRef("pk"), number_hash__in=lookups)))


def with_document(document: Document) -> Q:
    """A condition on patients: this document is their own, or their guardian's (R024, R025)."""
    hashes = keyed_hashes(document.key, "identity")
    own = PatientIdentifier.objects.filter(patient=OuterRef("pk"), number_hash__in=hashes)
    guardians = Guardian.objects.filter(patient=OuterRef("pk"), number_hash__in=hashes)
    return Q(Exists(own)) | Q(Exists(guardians))


def contract_on(patient: Patient, day: date) -> FamilyDoctorContract | None:
    """The contract in force on a day; a patient has at most one."""
    rows = FamilyDoctorContract.objects.filter(patient=patient, valid_from__lte=day, valid_to__gt=day)
    return rows.select_related("institution", "care_team", "doctor").order_by("-valid_to").first()


def care_teams_of(acting: Acting) -> QuerySet[CareTeam]:
    """The care teams of the acting post's unit."""
    if acting.post is None:
        return CareTeam.objects.none()
    return CareTeam.objects.filter(of_unit(acting.post)).select_related("institution").prefetch_related("doctors")


def encounters_of(acting: Acting, patient: Patient) -> QuerySet[Encounter]:
    """The patient's visits at the acting post's unit, the latest first."""
    rows = Encounter.objects.filter(patient=patient).filter(of_unit(acting.post))
    return rows.select_related("post__user", "institution").order_by("-seen_at", "-pk")
