"""Alliances by program: read, founded, corrected, joined and left."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from clinics.api.institutions import ANSWERING, REGISTERING
from clinics.models import Alliance
from clinics.models.alliance import AllianceKind
from clinics.register import alliances
from clinics.register.alliances import LONGEST_NAME, MOST_AT_ONCE, NewAlliance
from clinics.register.place_queries import alliance_of, alliances_of, members_of
from permissions.doors import IF_MATCH, Api, StrictCharField, StrictChoiceField, StrictSerializer, StrictUUIDField, etag, if_match
from permissions.doors.paging import PageQuery, page_of


class AllianceFields(StrictSerializer):
    """Kind, name and leading hospital."""

    kind = StrictChoiceField(choices=AllianceKind.choices)
    name = StrictCharField(lines=False, max_length=LONGEST_NAME)
    lead = StrictUUIDField()


class AllianceInput(AllianceFields):
    """An alliance to found, with its first members."""

    members = serializers.ListField(child=StrictUUIDField(), max_length=MOST_AT_ONCE, required=False, default=list)


class AllianceEntry(serializers.Serializer[Alliance]):
    """One alliance; its members are listed when it is read by itself."""

    id = serializers.UUIDField(source="public_id")
    version = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=AllianceKind.choices)
    name = serializers.CharField()
    lead = serializers.UUIDField(source="lead.public_id")


class AllianceWithMembers(AllianceEntry):
    """One alliance with its members' ids."""

    members = serializers.SerializerMethodField()

    def get_members(self, alliance: Alliance) -> list[str]:
        return [str(one.public_id) for one in members_of(alliance)]


class Alliances(Api):
    """The alliances of the district or of a manager's institution."""

    policies = {"GET": ANSWERING, "POST": REGISTERING}

    class Output(serializers.Serializer[Any]):
        results = AllianceEntry(many=True)
        next = serializers.URLField(allow_null=True)

    @extend_schema(parameters=[PageQuery], responses=Output, operation_id="alliances_list")
    def get(self, request: Request) -> Response:
        return page_of(request, alliances_of(self.acting), self.asked(PageQuery)["page"], lambda row: AllianceEntry(row).data)

    @extend_schema(request=AllianceInput, responses={201: AllianceWithMembers}, operation_id="alliances_found")
    def post(self, request: Request) -> Response:
        given = self.read(AllianceInput)
        members = given.pop("members")
        return described(alliances.found(NewAlliance(**given), members, by=self.acting), status.HTTP_201_CREATED)


class AllianceDetail(Api):
    """One alliance with its members."""

    policies = {"GET": ANSWERING, "PUT": REGISTERING}

    @extend_schema(responses=AllianceWithMembers, operation_id="alliances_get")
    def get(self, request: Request, alliance: UUID) -> Response:
        return described(alliance_of(self.acting, alliance))

    @extend_schema(request=AllianceFields, responses=AllianceWithMembers, parameters=[IF_MATCH], operation_id="alliances_correct")
    def put(self, request: Request, alliance: UUID) -> Response:
        version, given = if_match(request), self.read(AllianceFields)
        held = alliance_of(self.acting, alliance)
        return described(alliances.correct(held, NewAlliance(**given), by=self.acting, expected_version=version))


class AllianceMembers(Api):
    """Institutions of the district join."""

    policies = {"POST": REGISTERING}

    class Input(StrictSerializer):
        institution = StrictUUIDField()

    @extend_schema(request=Input, responses=AllianceWithMembers, operation_id="alliances_admit")
    def post(self, request: Request, alliance: UUID) -> Response:
        given = self.read(self.Input)
        held = alliance_of(self.acting, alliance)
        alliances.admit(held, [given["institution"]], by=self.acting)
        return described(held)


class AllianceMember(Api):
    """A member leaves; the grants of its doctors on the alliance end with it."""

    policies = {"DELETE": REGISTERING}

    class Output(serializers.Serializer[Any]):
        grants_ended = serializers.IntegerField()

    @extend_schema(responses=Output, operation_id="alliances_exclude")
    def delete(self, request: Request, alliance: UUID, institution: UUID) -> Response:
        held = alliance_of(self.acting, alliance)
        return Response({"grants_ended": alliances.exclude(held, institution, by=self.acting)})


def described(alliance: Alliance, code: int = status.HTTP_200_OK) -> Response:
    """One alliance with its version as ETag."""
    return Response(AllianceWithMembers(alliance).data, status=code, headers={"ETag": etag(alliance)})
