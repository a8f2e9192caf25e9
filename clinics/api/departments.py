"""Departments: those a person may look for places at, and those of an institution that its manager or district keeps."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from clinics.api.institutions import ANSWERING
from clinics.departments import LONGEST_CODE, LONGEST_NAME, add_department, correct_department
from clinics.models import Department
from clinics.place_queries import department_of, departments_of, institution_registered
from clinics.queries import departments_open_to
from permissions.doors import Api, Needs, StrictCharField, StrictSerializer, StrictUUIDField
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


class InstitutionDepartments(Api):
    """The departments of an institution of the register, and one more."""

    policies = {"GET": ANSWERING, "POST": ANSWERING}

    class Output(serializers.Serializer[Any]):
        results = DepartmentEntry(many=True)
        next = serializers.URLField(allow_null=True)

    class Input(StrictSerializer):
        standard_code = StrictCharField(lines=False, max_length=8)
        name = StrictCharField(lines=False, max_length=LONGEST_NAME)
        local_code = StrictCharField(lines=False, max_length=LONGEST_CODE, required=False, allow_blank=True, default="")

    @extend_schema(parameters=[PageQuery], responses=Output, operation_id="departments_registered")
    def get(self, request: Request, institution: UUID) -> Response:
        found = departments_of(institution_registered(self.acting, institution))
        return page_of(request, found, self.asked(PageQuery)["page"], lambda row: DepartmentEntry(row).data)

    @extend_schema(request=Input, responses={201: DepartmentEntry}, operation_id="departments_add")
    def post(self, request: Request, institution: UUID) -> Response:
        given = self.read(self.Input)
        made = add_department(institution_registered(self.acting, institution), **given, by=self.acting)
        return Response(DepartmentEntry(made).data, status=status.HTTP_201_CREATED)


class DepartmentDetail(Api):
    """One department of an institution of the register, its code or name corrected; what is left out stays."""

    policies = {"PATCH": ANSWERING}

    class Input(StrictSerializer):
        standard_code = StrictCharField(lines=False, max_length=8, required=False)
        name = StrictCharField(lines=False, max_length=LONGEST_NAME, required=False)
        local_code = StrictCharField(lines=False, max_length=LONGEST_CODE, required=False, allow_blank=True)

    @extend_schema(request=Input, responses=DepartmentEntry, operation_id="departments_correct")
    def patch(self, request: Request, department: UUID) -> Response:
        given, held = self.read(self.Input), department_of(self.acting, department)
        kept = {name: getattr(held, name) for name in ("standard_code", "name", "local_code")}
        return Response(DepartmentEntry(correct_department(held, **(kept | given), by=self.acting)).data)


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
