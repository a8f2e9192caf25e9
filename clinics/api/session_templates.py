"""The weekly timetable by program: half-days read, entered, corrected and ended."""

from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from clinics.models import HalfDay, SessionTemplate
from clinics.timetables import weekly
from clinics.timetables.half_day_fields import LIMITED, MOST_PLACES, UNLIMITED
from clinics.timetables.weekly_queries import hospital_run_by, hospitals_run_by, template_run_by, templates_of
from permissions.doors import (
    IF_MATCH,
    Api,
    Needs,
    StrictCharField,
    StrictChoiceField,
    StrictDateField,
    StrictIntegerField,
    StrictSerializer,
    StrictUUIDField,
    etag,
    if_match,
)
from permissions.doors.paging import PageQuery, page_of
from permissions.roles import Capability

RUNNING = Needs(Capability.MANAGE_POOLS)
RELEASES = [(LIMITED, LIMITED), (UNLIMITED, UNLIMITED)]
CLOCK = 5  # characters of 08:30


class TemplateEntry(serializers.Serializer[SessionTemplate]):
    """One half-day of the week; weekday 1 is Monday, `release` says whether the ordinary release has a limit."""

    id = serializers.UUIDField(source="public_id")
    version = serializers.IntegerField()
    institution = serializers.UUIDField(source="service.institution.public_id")
    department = serializers.UUIDField(source="service.department.public_id")
    service = serializers.UUIDField(source="service.public_id")
    weekday = serializers.IntegerField()
    half_day = serializers.ChoiceField(choices=HalfDay.choices)
    starts = serializers.TimeField(format="%H:%M")
    ends = serializers.TimeField(format="%H:%M")
    capacity = serializers.IntegerField()
    release = serializers.SerializerMethodField()
    practitioner = serializers.UUIDField(source="practitioner.public_id", allow_null=True, default=None)
    valid_from = serializers.DateField()
    valid_to = serializers.DateField(allow_null=True)

    def get_release(self, template: SessionTemplate) -> str:
        return UNLIMITED if template.is_uncapped else LIMITED


class TemplateFields(StrictSerializer):
    """What may be said of a half-day."""

    weekday = StrictIntegerField(min_value=1, max_value=7)
    half_day = StrictChoiceField(choices=HalfDay.choices)
    starts = StrictCharField(max_length=CLOCK, lines=False)
    ends = StrictCharField(max_length=CLOCK, lines=False)
    capacity = StrictIntegerField(min_value=1, max_value=MOST_PLACES)
    release = StrictChoiceField(choices=RELEASES, required=False)
    practitioner = StrictUUIDField(required=False)
    valid_from = StrictDateField(required=False)


class SessionTemplates(Api):
    """The half-days of the hospitals whose pools the acting person runs."""

    policies = {"GET": RUNNING, "POST": RUNNING}

    class Query(PageQuery):
        institution = StrictUUIDField(required=False)

    class Input(TemplateFields):
        service = StrictUUIDField()
        institution = StrictUUIDField(required=False)

    class Output(serializers.Serializer[Any]):
        results = TemplateEntry(many=True)
        next = serializers.URLField(allow_null=True)

    @extend_schema(parameters=[Query], responses=Output, operation_id="session_templates_list")
    def get(self, request: Request) -> Response:
        given = self.asked(self.Query)
        named = given.get("institution")
        places = hospital_run_by(self.acting, named) if named else hospitals_run_by(self.acting).order_by()
        found = templates_of(places, on=timezone.localdate())
        return page_of(request, found, given["page"], lambda row: TemplateEntry(row).data)

    @extend_schema(request=Input, responses={201: TemplateEntry}, operation_id="session_templates_enter")
    def post(self, request: Request) -> Response:
        given = self.read(self.Input)
        hospital = hospital_run_by(self.acting, given.pop("institution", None))
        return described(weekly.enter(hospital, weekly.Wish(**given), by=self.acting), status.HTTP_201_CREATED)


class SessionTemplateDetail(Api):
    """One half-day."""

    policies = {"GET": RUNNING, "PATCH": RUNNING}

    class Input(TemplateFields):
        """Fields left out stay as they are."""

        def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
            fields = super().get_fields()
            for field in fields.values():
                field.required = False
            return fields

    @extend_schema(responses=TemplateEntry, operation_id="session_templates_get")
    def get(self, request: Request, template: UUID) -> Response:
        return described(template_run_by(self.acting, template))

    @extend_schema(request=Input, responses=TemplateEntry, parameters=[IF_MATCH], operation_id="session_templates_correct")
    def patch(self, request: Request, template: UUID) -> Response:
        version, given = if_match(request), self.read(self.Input)
        held = template_run_by(self.acting, template)
        return described(weekly.correct(held, weekly.wish_of(held, **given), by=self.acting, expected_version=version))


class SessionTemplateEnd(Api):
    """A half-day runs for the last time."""

    policies = {"POST": RUNNING}

    class Input(StrictSerializer):
        last_day = StrictDateField()

    @extend_schema(request=Input, responses=TemplateEntry, parameters=[IF_MATCH], operation_id="session_templates_end")
    def post(self, request: Request, template: UUID) -> Response:
        version, given = if_match(request), self.read(self.Input)
        held = template_run_by(self.acting, template)
        return described(weekly.end(held, given["last_day"], by=self.acting, expected_version=version))


def described(template: SessionTemplate, code: int = status.HTTP_200_OK) -> Response:
    """One half-day with its version as ETag."""
    return Response(TemplateEntry(template).data, status=code, headers={"ETag": etag(template)})
