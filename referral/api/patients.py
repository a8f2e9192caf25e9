"""Residents by program: found through a relation, registered with their contract."""

from dataclasses import fields as dataclass_fields
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from permissions.doors import Api, Needs, StrictCharField, StrictChoiceField, StrictDateField, StrictSerializer, StrictUUIDField
from permissions.doors.paging import PageQuery, page_of
from permissions.identity.documents import DocumentType
from permissions.identity.masking import mask_name, mask_number, mask_phone
from permissions.roles import Capability
from referral.patients.contracts import NewContract
from referral.patients.models import Patient, PriorityGroup, Sex
from referral.patients.person import NewGuardian, NewPatient
from referral.patients.priority_shown import is_proved
from referral.patients.queries import patients_of, searched
from referral.patients.register import register_patient

SEEING = Needs(Capability.SEE_PATIENTS)


class GivenDocument(StrictSerializer):
    """One identity document as printed on it."""

    type = StrictChoiceField(choices=DocumentType.choices)
    number = StrictCharField(max_length=40, lines=False)


class GivenGuardian(StrictSerializer):
    """Who answers for a child without a document of its own."""

    name = StrictCharField(max_length=100, lines=False)
    document = GivenDocument()
    relation = StrictCharField(max_length=20, lines=False)
    phone = StrictCharField(max_length=30, lines=False, required=False, default="")


class GivenContract(StrictSerializer):
    """The family doctor contract; `to` is the first day without it."""

    care_team = StrictUUIDField()
    doctor = StrictUUIDField(required=False)
    health_record_number = StrictCharField(max_length=17, lines=False)
    to = StrictDateField()

    def get_fields(self) -> dict[str, Any]:
        """`from` is a word of Python, so it joins here."""
        return {"from": StrictDateField(), **super().get_fields()}


class PatientEntry(serializers.Serializer[Any]):
    """A resident in a list: masked, as lists are read over shoulders."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    sex = serializers.ChoiceField(choices=Sex.choices)
    birth_date = serializers.DateField()
    document = serializers.CharField(allow_blank=True)
    phone = serializers.CharField()
    priority_group = serializers.ChoiceField(choices=PriorityGroup.choices)


class Patients(Api):
    """Residents contracted with, seen at or registered by the acting unit."""

    policies = {"GET": SEEING, "POST": SEEING}

    class Query(PageQuery):
        q = StrictCharField(required=False, default="", max_length=50, allow_blank=True, lines=False)

    class Input(StrictSerializer):
        name = StrictCharField(max_length=200, lines=False)
        document = GivenDocument(required=False)
        sex = StrictChoiceField(choices=Sex.choices, required=False, default="")
        birth_date = StrictDateField(required=False)
        mobile = StrictCharField(max_length=30, required=False, default="", lines=False)
        landline = StrictCharField(max_length=30, required=False, default="", lines=False)
        address = StrictCharField(max_length=200, required=False, default="", lines=False)
        priority_group = StrictChoiceField(choices=PriorityGroup.choices, required=False, default="")
        guardian = GivenGuardian(required=False)
        contract = GivenContract(required=False)

    class Output(serializers.Serializer[Any]):
        results = PatientEntry(many=True)
        next = serializers.URLField(allow_null=True)

    @extend_schema(parameters=[Query], responses=Output, operation_id="patients_list")
    def get(self, request: Request) -> Response:
        given = self.asked(self.Query)
        found = searched(patients_of(self.acting), given["q"]).annotate(priority_proved=is_proved("pk", timezone.localdate()))
        found = found.prefetch_related("identifiers").order_by("name", "pk")
        return page_of(request, found, given["page"], described)

    @extend_schema(request=Input, responses={201: PatientEntry}, operation_id="patients_register")
    def post(self, request: Request) -> Response:
        given = self.read(self.Input)
        patient = register_patient(patient_in(given), contract_in(given.get("contract")), by=self.acting, today=timezone.localdate())
        return Response(described(patient), status=201)


def patient_in(given: dict[str, Any]) -> NewPatient:
    """The body as the use case wants it."""
    document = given.get("document", {})
    plain = {field.name: given[field.name] for field in dataclass_fields(NewPatient) if field.name in given and field.name != "guardian"}
    typed = {"document_type": document.get("type", ""), "document_number": document.get("number", "")}
    return NewPatient(**plain, **typed, guardian=guardian_in(given.get("guardian")))


def guardian_in(given: dict[str, Any] | None) -> NewGuardian | None:
    """The guardian, when one was given."""
    if given is None:
        return None
    document = given["document"]
    return NewGuardian(given["name"], document["type"], document["number"], given["relation"], given["phone"])


def contract_in(given: dict[str, Any] | None) -> NewContract | None:
    """The contract, when one was given."""
    if given is None:
        return None
    return NewContract(given["care_team"], given["health_record_number"], given["from"], given["to"], given.get("doctor"))


def described(patient: Patient) -> dict[str, Any]:
    """A resident as plain values, masked."""
    primary = next((one for one in patient.identifiers.all() if one.is_primary), None)
    return {
        "id": patient.public_id,
        "name": mask_name(patient.name),
        "sex": patient.sex,
        "birth_date": patient.birth_date,
        "document": mask_number(primary.number) if primary else "",
        "phone": mask_phone(patient.phone or patient.landline),
        "priority_group": patient.priority_group if getattr(patient, "priority_proved", False) else "",
    }
