"""Departments: those a person may look for places at, and those of an institution that its manager or district keeps."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from clinics.api.institutions import KEEPING, facts_field
from clinics.models import Department, DepartmentCategory
from clinics.queries import departments_open_to
from clinics.register.departments import LONGEST_CODE, LONGEST_INTRODUCTION, LONGEST_NAME, Room, add_department, correct_department
from clinics.register.place_queries import department_of, departments_of, institution_registered
from clinics.register.subject_map import mapping
from clinics.register.subjects import SUBJECTS, with_words
from permissions.doors import Api, Needs, StrictCharField, StrictChoiceField, StrictSerializer, StrictUUIDField
from permissions.doors.paging import PageQuery, page_of
from permissions.roles import Capability


class DepartmentEntry(serializers.Serializer[Department]):
    """One department with its standard subject code."""

    id = serializers.UUIDField(source="public_id")
    name = serializers.CharField()
    standard_code = serializers.CharField()
    local_code = serializers.CharField(allow_blank=True)
    institution = serializers.UUIDField(source="institution.public_id")
    institution_name = serializers.CharField(source="institution.name")


class RegisteredDepartment(DepartmentEntry):
    """One department of the register with everything that is known of it; `subject` is null for a code that is not listed."""

    subject = serializers.SerializerMethodField()
    category = serializers.ChoiceField(choices=DepartmentCategory.choices)
    introduction = serializers.CharField(allow_blank=True)
    facts = serializers.DictField(child=serializers.CharField())

    def get_subject(self, department: Department) -> str | None:
        subject = SUBJECTS.get(department.standard_code)
        return subject.words if subject else None


class DepartmentFields(StrictSerializer):
    """What is registered of a department; a field that is left out stays as it is."""

    standard_code = StrictCharField(lines=False, max_length=50, required=False)
    name = StrictCharField(lines=False, max_length=LONGEST_NAME, required=False)
    local_code = StrictCharField(lines=False, max_length=LONGEST_CODE, required=False, allow_blank=True)
    category = StrictChoiceField(choices=DepartmentCategory.choices, required=False)
    introduction = StrictCharField(max_length=LONGEST_INTRODUCTION, required=False, allow_blank=True)
    facts = facts_field()


class NewDepartment(DepartmentFields):
    """A department to register."""

    standard_code = StrictCharField(lines=False, max_length=50)
    name = StrictCharField(lines=False, max_length=LONGEST_NAME)


class InstitutionDepartments(Api):
    """The departments of an institution of the register, and one more."""

    policies = {"GET": KEEPING, "POST": KEEPING}

    class Output(serializers.Serializer[Any]):
        results = RegisteredDepartment(many=True)
        next = serializers.URLField(allow_null=True)

    @extend_schema(parameters=[PageQuery], responses=Output, operation_id="departments_registered")
    def get(self, request: Request, institution: UUID) -> Response:
        found = departments_of(institution_registered(self.acting, institution))
        return page_of(request, found, self.asked(PageQuery)["page"], lambda row: RegisteredDepartment(row).data)

    @extend_schema(request=NewDepartment, responses={201: RegisteredDepartment}, operation_id="departments_add")
    def post(self, request: Request, institution: UUID) -> Response:
        given = self.read(NewDepartment)
        facts = given.pop("facts", {})
        made = add_department(institution_registered(self.acting, institution), Room(**given), by=self.acting, facts=facts)
        return Response(RegisteredDepartment(made).data, status=status.HTTP_201_CREATED)


class DepartmentDetail(Api):
    """One department of an institution of the register, its code or name corrected; what is left out stays."""

    policies = {"PATCH": KEEPING}

    @extend_schema(request=DepartmentFields, responses=RegisteredDepartment, operation_id="departments_correct")
    def patch(self, request: Request, department: UUID) -> Response:
        given, held = self.read(DepartmentFields), department_of(self.acting, department)
        facts = given.pop("facts", {})
        return Response(RegisteredDepartment(correct_department(held, given, by=self.acting, facts=facts)).data)


class Subjects(Api):
    """The listed base subjects whose code begins with, or whose names hold, what is searched (R091)."""

    policies = {"GET": KEEPING}

    class Query(StrictSerializer):
        q = StrictCharField(required=False, default="", max_length=50, allow_blank=True, lines=False)

    class Output(serializers.Serializer[Any]):
        class Entry(serializers.Serializer[Any]):
            code = serializers.CharField()
            name = serializers.CharField(source="words")
            parent = serializers.CharField(allow_blank=True)  # type: ignore[assignment]

        results = Entry(many=True)

    @extend_schema(parameters=[Query], responses=Output, operation_id="subjects_list")
    def get(self, request: Request) -> Response:
        return Response(self.Output({"results": with_words(self.asked(self.Query)["q"])}).data)


class SubjectMap(Api):
    """The base subjects of an institution with its own departments and codes; what lacks its mapping comes first (R091)."""

    policies = {"GET": KEEPING}

    class Output(serializers.Serializer[Any]):
        class Entry(serializers.Serializer[Any]):
            code = serializers.CharField()
            name = serializers.CharField(source="subject.words", default=None, allow_null=True)
            is_whole = serializers.BooleanField()
            departments = DepartmentEntry(many=True)

        results = Entry(many=True)

    @extend_schema(responses=Output, operation_id="institutions_subject_map")
    def get(self, request: Request, institution: UUID) -> Response:
        found = departments_of(institution_registered(self.acting, institution))
        return Response(self.Output({"results": mapping(found)}).data)


class Departments(Api):
    """The departments whose reserved places the acting person may see, by subject."""

    policies = {"GET": Needs(Capability.SEE_AVAILABILITY)}

    class Query(PageQuery):
        institution = StrictUUIDField(required=False)
        standard_code = StrictCharField(required=False, max_length=8)

    class Output(serializers.Serializer[Any]):
        results = DepartmentEntry(many=True)
        next = serializers.URLField(allow_null=True)

    @extend_schema(parameters=[Query], responses=Output, operation_id="departments_list")
    def get(self, request: Request) -> Response:
        given = self.asked(self.Query)
        found = departments_open_to(self.acting)
        if "institution" in given:
            found = found.filter(institution__public_id=given["institution"])
        if "standard_code" in given:
            found = found.filter(standard_code=given["standard_code"])
        return page_of(request, found, given["page"], lambda row: DepartmentEntry(row).data)
