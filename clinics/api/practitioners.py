"""A hospital's doctors by program: found, read with their numbers masked, entered and corrected (R092)."""

from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from clinics.api.institutions import LONGEST_SEARCH
from clinics.keeping import place_kept_by
from clinics.models import Practitioner
from clinics.models.post import Title
from clinics.offers.practitioner_reading import LONGEST, Doctor
from clinics.offers.practitioners import bring_back, correct_practitioner, enter_practitioner
from clinics.offers.queries import PRESENCE, found_by, practitioner_kept_by, practitioners_kept_by, present
from clinics.register.facts import LONGEST_FACT
from permissions.doors import (
    IF_MATCH,
    Api,
    Needs,
    StrictCharField,
    StrictChoiceField,
    StrictDateField,
    StrictSerializer,
    StrictUUIDField,
    etag,
    if_match,
)
from permissions.doors.paging import PageQuery, page_of
from permissions.identity.licences import mask_licence
from permissions.identity.phones import mask_phone
from permissions.roles import Capability

KEEPING = Needs(Capability.KEEP_REGISTER)


def line(limit: int, **options: Any) -> StrictCharField:
    """A line of text that may be left out or emptied."""
    return StrictCharField(lines=False, max_length=limit, **({"required": False, "allow_blank": True} | options))


def facts_field() -> serializers.DictField:
    """Further facts by the id of their label; '' takes one away, what is left out stays (R096)."""
    return serializers.DictField(child=StrictCharField(lines=False, max_length=LONGEST_FACT, allow_blank=True), required=False)


class DoctorFields(StrictSerializer):
    """What is registered of a doctor; a field that is left out stays as it is."""

    licence = line(40, allow_blank=False)
    phone = line(30)
    skills = line(LONGEST["skills"])
    introduction = StrictCharField(max_length=LONGEST["introduction"], required=False, allow_blank=True)
    left_on = StrictDateField(required=False)
    facts = facts_field()


class NewDoctor(DoctorFields):
    """A doctor to enter. The institution may be left out by who keeps only one."""

    institution = StrictUUIDField(required=False)
    department = StrictUUIDField()
    name = line(100, required=True, allow_blank=False)
    staff_number = line(LONGEST["staff_number"], required=True, allow_blank=False)
    title = StrictChoiceField(choices=Title.choices)


class DoctorChanges(DoctorFields):
    """The fields to change; the hospital never changes."""

    department = StrictUUIDField(required=False)
    name = line(100, allow_blank=False)
    staff_number = line(LONGEST["staff_number"], allow_blank=False)
    title = StrictChoiceField(choices=Title.choices, required=False)


class PractitionerEntry(serializers.Serializer[Practitioner]):
    """One doctor; licence and phone masked. The version stands in the ETag too."""

    id = serializers.UUIDField(source="public_id")
    version = serializers.IntegerField()
    institution = serializers.UUIDField(source="institution.public_id")
    institution_name = serializers.CharField(source="institution.name")
    department = serializers.UUIDField(source="department.public_id")
    department_name = serializers.CharField(source="department.name")
    name = serializers.CharField()
    staff_number = serializers.CharField()
    title = serializers.ChoiceField(choices=Title.choices)
    licence = serializers.SerializerMethodField()
    phone = serializers.SerializerMethodField()
    skills = serializers.CharField(allow_blank=True)
    introduction = serializers.CharField(allow_blank=True)
    left_on = serializers.DateField(allow_null=True)
    facts = serializers.DictField(child=serializers.CharField())

    def get_licence(self, one: Practitioner) -> str:
        return mask_licence(one.licence)

    def get_phone(self, one: Practitioner) -> str:
        return mask_phone(one.phone) if one.phone else ""


class Practitioners(Api):
    """The doctors of the hospitals the acting person keeps."""

    policies = {"GET": KEEPING, "POST": KEEPING}

    class Query(PageQuery):
        q = StrictCharField(required=False, default="", allow_blank=True, max_length=LONGEST_SEARCH, lines=False)
        institution = StrictUUIDField(required=False)
        department = StrictUUIDField(required=False)
        title = StrictChoiceField(choices=Title.choices, required=False)
        presence = StrictChoiceField(choices=[name for name in PRESENCE if name], required=False, default="")

    class Output(serializers.Serializer[Any]):
        results = PractitionerEntry(many=True)
        next = serializers.URLField(allow_null=True)

    @extend_schema(parameters=[Query], responses=Output, operation_id="practitioners_list")
    def get(self, request: Request) -> Response:
        given = self.asked(self.Query)
        found = present(practitioners_kept_by(self.acting), given["presence"], timezone.localdate())
        lookups = {"institution": "institution__public_id", "department": "department__public_id", "title": "title"}
        found = found.filter(**{lookup: given[name] for name, lookup in lookups.items() if name in given})
        return page_of(request, found_by(found, given["q"]), given["page"], lambda row: PractitionerEntry(row).data)

    @extend_schema(request=NewDoctor, responses={201: PractitionerEntry}, operation_id="practitioners_enter")
    def post(self, request: Request) -> Response:
        given = self.read(NewDoctor)
        place = place_kept_by(self.acting, given.pop("institution", None))
        made = enter_practitioner(place, Doctor(**given), by=self.acting)
        return described(made, status.HTTP_201_CREATED)


class PractitionerDetail(Api):
    """One doctor, read and corrected; `left_on` marks her as left."""

    policies = {"GET": KEEPING, "PATCH": KEEPING}

    @extend_schema(responses=PractitionerEntry, operation_id="practitioners_get")
    def get(self, request: Request, practitioner: UUID) -> Response:
        return described(practitioner_kept_by(self.acting, practitioner))

    @extend_schema(request=DoctorChanges, responses=PractitionerEntry, parameters=[IF_MATCH], operation_id="practitioners_correct")
    def patch(self, request: Request, practitioner: UUID) -> Response:
        version, changes = if_match(request), self.read(DoctorChanges)
        held = practitioner_kept_by(self.acting, practitioner)
        return described(correct_practitioner(held, changes, by=self.acting, expected_version=version))


class PractitionerBack(Api):
    """A doctor who left, or was to leave, works at the hospital again."""

    policies = {"POST": KEEPING}

    @extend_schema(request=None, responses=PractitionerEntry, parameters=[IF_MATCH], operation_id="practitioners_bring_back")
    def post(self, request: Request, practitioner: UUID) -> Response:
        held = practitioner_kept_by(self.acting, practitioner)
        return described(bring_back(held, by=self.acting, expected_version=if_match(request)))


def described(one: Practitioner, code: int = status.HTTP_200_OK) -> Response:
    """One doctor with her version as ETag."""
    return Response(PractitionerEntry(one).data, status=code, headers={"ETag": etag(one)})
