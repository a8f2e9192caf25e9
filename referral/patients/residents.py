"""Which residents a centre answers for, how their contracts stand, and where a resident without one can sign."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Case, CharField, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.utils.translation import gettext_lazy as _

from clinics.models import Institution
from clinics.models.institution import InstitutionKind
from permissions.acting import Acting
from permissions.roles import Capability
from referral.patients.models import ContractEnding, FamilyDoctorContract, Patient, PatientIdentifier
from referral.patients.priority_shown import is_proved
from referral.patients.queries import of_unit, patients_of
from vault.refusal import Refusal

SOON = timedelta(days=30)
# How a resident's contract stands for the acting unit, and its words.
STANDINGS: dict[str, Any] = {
    "in_force": _("contract in force"),
    "ending": _("ends within 30 days"),
    "coming": _("begins later"),
    "elsewhere": _("with another centre"),
    "none": _("no contract in force"),
}


def residents_of(acting: Acting) -> QuerySet[Patient]:
    """Residents whose registration the acting post may look at: a doctor's patients, or those of the manager's centre and stations.

    A manager sees whoever has or had a contract with the unit or was registered there; who was only seen there is no resident.
    """
    if acting.post is None or not acting.can(Capability.MANAGE_RESIDENTS):
        return patients_of(acting)
    contracts = FamilyDoctorContract.objects.filter(of_unit(acting.post), patient=OuterRef("pk"))
    return Patient.objects.filter(Exists(contracts) | of_unit(acting.post, "registered_at"))


def resident_of(acting: Acting, public_id: UUID) -> Patient:
    """One of them; anybody else looks like nobody."""
    patient = residents_of(acting).select_related("registered_at__parent").filter(public_id=public_id).first()
    if patient is None:
        raise Refusal("not_found", _("There is nothing here that you may see."))
    return patient


def answered_for(acting: Acting, today: date) -> QuerySet[Patient]:
    """Those of residents_of whose data the unit keeps: it has their contract, or nobody else has."""
    if acting.post is None:
        return Patient.objects.none()
    return residents_of(acting).filter(Exists(_held(acting, today)) | ~Exists(_elsewhere(acting, today)))


def with_standing(patients: QuerySet[Patient], acting: Acting, today: date) -> QuerySet[Patient]:
    """The same with what a list shows of each: `standing` (one of STANDINGS), contract, team, doctor, record number, document tail."""
    held = _held(acting, today).order_by("valid_from")
    now = _held(acting, today).filter(valid_from__lte=today)
    documents = PatientIdentifier.objects.filter(patient=OuterRef("pk"), is_primary=True)
    return patients.annotate(
        standing=Case(
            When(Exists(now.filter(valid_to__gt=today + SOON)), then=Value("in_force")),
            When(Exists(now), then=Value("ending")),
            When(Exists(held), then=Value("coming")),
            When(Exists(_elsewhere(acting, today)), then=Value("elsewhere")),
            default=Value("none"),
            output_field=CharField(),
        ),
        team=Subquery(held.values("care_team__name")[:1]),
        doctor_name=Subquery(held.values("doctor__name")[:1]),
        contract_until=Subquery(held.values("valid_to")[:1]),
        record_number=Subquery(held.values("health_record_number")[:1]),
        document_tail=Subquery(documents.values("tail")[:1]),
        priority_proved=is_proved("pk", today),
    )


def standing_as(patients: QuerySet[Patient], standing: str, acting: Acting, today: date) -> QuerySet[Patient]:
    """Those whose contract stands in one of STANDINGS; any other word leaves them all."""
    held, elsewhere = Exists(_held(acting, today)), Exists(_elsewhere(acting, today))
    now = _held(acting, today).filter(valid_from__lte=today)
    conditions = {
        "in_force": Q(Exists(now.filter(valid_to__gt=today + SOON))),
        "ending": Q(Exists(now)) & ~Q(Exists(now.filter(valid_to__gt=today + SOON))),
        "coming": Q(held) & ~Q(Exists(now)),
        "elsewhere": ~Q(held) & Q(elsewhere),
        "none": ~Q(held) & ~Q(elsewhere),
    }
    return patients.filter(conditions[standing]) if standing in conditions else patients


def in_care_of(patients: QuerySet[Patient], acting: Acting, today: date, *, team: str = "", doctor: str = "") -> QuerySet[Patient]:
    """Those whose present or coming contract names a team, a doctor, or both; empty words leave them all."""
    if not team and not doctor:
        return patients
    held = _held(acting, today)
    held = held.filter(care_team__public_id=team) if team else held
    return patients.filter(Exists(held.filter(doctor__public_id=doctor) if doctor else held))


def contracts_of(patient: Patient) -> QuerySet[FamilyDoctorContract]:
    """Every contract of a resident, with whichever centre, the latest first."""
    rows = FamilyDoctorContract.objects.filter(patient=patient).select_related("institution", "care_team", "doctor")
    return rows.order_by("-valid_from", "-pk")


def is_own(contract: FamilyDoctorContract, acting: Acting) -> bool:
    """Whether the contract is with the acting post's centre or its stations."""
    return acting.post is not None and contract.institution.root_id == acting.post.institution.root_id


def left_since(acting: Acting, day: date) -> int:
    """How many contracts of the unit another centre took over since a day."""
    if acting.post is None:
        return 0
    moved = FamilyDoctorContract.objects.filter(of_unit(acting.post), ending=ContractEnding.MOVED)
    return moved.filter(ended_at__date__gte=day).count()


def places_to_sign(patient: Patient, acting: Acting) -> list[Institution]:
    """Where a resident without a contract signs: the centre of her registered place, then the acting post's own (R118)."""
    own = acting.post.institution if acting.post else None
    near = [patient.registered_at, own]
    roots = [one.parent or one for one in near if one is not None and one.kind != InstitutionKind.HOSPITAL]
    return list(dict.fromkeys(roots))


def _held(acting: Acting, today: date) -> QuerySet[FamilyDoctorContract]:
    """Contracts of the outer patient with the acting unit that are not over."""
    rows = FamilyDoctorContract.objects.filter(of_unit(acting.post), patient=OuterRef("pk"), valid_to__gt=today)
    return rows.filter(valid_from__lt=F("valid_to"))


def _elsewhere(acting: Acting, today: date) -> QuerySet[FamilyDoctorContract]:
    """Contracts of the outer patient with anybody else that are in force or begin later."""
    rows = FamilyDoctorContract.objects.filter(patient=OuterRef("pk"), valid_to__gt=today, valid_from__lt=F("valid_to"))
    return rows.exclude(of_unit(acting.post))
