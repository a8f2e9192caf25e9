"""The hospitals and departments a person may look for places at."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from clinics.api.paging import PageQuery, page_of
from clinics.models import Department, Institution
from clinics.models.institution import Category, InstitutionKind, Level
from clinics.queries import departments_open_to, institutions_open_to
from permissions.doors import Api, Needs, StrictCharField, StrictUUIDField
from permissions.roles import Capability


class InstitutionEntry(serializers.Serializer[Institution]):
    """One institution; `is_partner` tells whether it shares an alliance with the acting post's own."""

    id = serializers.UUIDField(source="public_id")
    name = serializers.CharField()
    short_name = serializers.CharField()
    kind = serializers.ChoiceField(choices=InstitutionKind.choices)
    level = serializers.ChoiceField(choices=Level.choices)
    grade = serializers.CharField(allow_blank=True)
    category = serializers.ChoiceField(choices=Category.choices)
    phone = serializers.CharField(allow_blank=True)
    address = serializers.CharField(allow_blank=True)
    is_partner = serializers.BooleanField()


class DepartmentEntry(serializers.Serializer[Department]):
    """One department with its standard subject code."""

    id = serializers.UUIDField(source="public_id")
    name = serializers.CharField()
    standard_code = serializers.CharField()
    institution = serializers.UUIDField(source="institution.public_id")
    institution_name = serializers.CharField(source="institution.name")


class Institutions(Api):
    """The institutions whose reserved places the acting person may see, those of her alliances first."""

    policies = {"GET": Needs(Capability.SEE_AVAILABILITY)}

    class Output(serializers.Serializer[Any]):
        results = InstitutionEntry(many=True)
        next = serializers.URLField(allow_null=True)

    @extend_schema(parameters=[PageQuery], responses=Output, operation_id="institutions_list")
    def get(self, request: Request) -> Response:
        page = self.asked(PageQuery)["page"]
        return page_of(request, institutions_open_to(self.acting), page, lambda row: InstitutionEntry(row).data)


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
