"""The doors of the no-show list and of a hospital's own restrictions."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from permissions.doors import IF_MATCH, Api, Needs, StrictCharField, StrictDateField, StrictSerializer, StrictUUIDField, etag, if_match
from permissions.doors.paging import PageQuery, page_of
from permissions.identity.masking import mask_name
from permissions.roles import Capability
from referral.api.versions import versioned
from referral.credit.models import BanCovers, BanStatus, BookingBan, Restriction
from referral.credit.queries import bans_seen_by, restrictions_seen_by
from referral.credit.restrict import Wanted, lift, restrict

DECIDING = Needs(Capability.DECIDE_APPEALS)
RESTRICTING = Needs(Capability.RESTRICT)


class OneBan(serializers.Serializer[Any]):
    """Somebody on the list: from when until when, what it covers."""

    id = serializers.UUIDField()
    status = serializers.ChoiceField(choices=BanStatus.choices)
    patient = serializers.UUIDField()
    name = serializers.CharField()
    valid_from = serializers.DateTimeField()
    valid_to = serializers.DateTimeField()
    covers = serializers.ChoiceField(choices=BanCovers.choices)
    missed = serializers.IntegerField()


class BanList(serializers.Serializer[Any]):
    """A page of the list."""

    results = OneBan(many=True)
    next = serializers.URLField(allow_null=True)


class OneRestriction(serializers.Serializer[Any]):
    """A restriction of the acting hospital."""

    id = serializers.UUIDField()
    status = serializers.ChoiceField(choices=BanStatus.choices)
    version = serializers.IntegerField()
    patient = serializers.UUIDField()
    name = serializers.CharField()
    reason = serializers.CharField()
    valid_from = serializers.DateTimeField()
    valid_to = serializers.DateTimeField()


class RestrictionList(serializers.Serializer[Any]):
    """A page of restrictions."""

    results = OneRestriction(many=True)
    next = serializers.URLField(allow_null=True)


class RestrictionSaid(StrictSerializer):
    """For whom, until the end of which day, and why."""

    patient = StrictUUIDField()
    last_day = StrictDateField()
    reason = StrictCharField(max_length=200, lines=False)


class RestrictionReason(StrictSerializer):
    """Why."""

    reason = StrictCharField(max_length=200, lines=False)


class Bans(Api):
    """The no-show list of the district, the latest first."""

    policies = {"GET": DECIDING}

    @extend_schema(parameters=[PageQuery], responses=BanList, operation_id="bans_list")
    def get(self, request: Request) -> Response:
        return page_of(request, bans_seen_by(self.acting), self.asked(PageQuery)["page"], ban_body)


class Restrictions(Api):
    """For whom the acting hospital books nothing for a while."""

    policies = {"GET": RESTRICTING, "POST": RESTRICTING}

    @extend_schema(parameters=[PageQuery], responses=RestrictionList, operation_id="restrictions_list")
    def get(self, request: Request) -> Response:
        return page_of(request, restrictions_seen_by(self.acting), self.asked(PageQuery)["page"], restriction_body)

    @extend_schema(request=RestrictionSaid, responses={201: OneRestriction}, operation_id="restrictions_set")
    def post(self, request: Request) -> Response:
        one = restrict(Wanted(**self.read(RestrictionSaid)), by=self.acting)
        return versioned(restriction_body(one), etag(one), status=201)


class RestrictionLift(Api):
    """The hospital books for the resident again."""

    policies = {"POST": RESTRICTING}

    @extend_schema(request=RestrictionReason, responses=OneRestriction, parameters=[IF_MATCH], operation_id="restrictions_lift")
    def post(self, request: Request, restriction: UUID) -> Response:
        version = if_match(request)
        one = lift(restriction, reason=self.read(RestrictionReason)["reason"], expected_version=version, by=self.acting)
        return versioned(restriction_body(one), etag(one))


def ban_body(one: BookingBan) -> dict[str, Any]:
    """One ban as plain values."""
    return {
        "id": one.public_id,
        "status": one.status,
        "patient": one.patient.public_id,
        "name": mask_name(one.patient.name),
        "valid_from": one.valid_from,
        "valid_to": one.valid_to,
        "covers": one.covers,
        "missed": one.missed,  # type: ignore[attr-defined]
    }


def restriction_body(one: Restriction) -> dict[str, Any]:
    """One restriction as plain values."""
    return {
        "id": one.public_id,
        "status": one.status,
        "version": one.version,
        "patient": one.patient.public_id,
        "name": mask_name(one.patient.name),
        "reason": one.reason,
        "valid_from": one.valid_from,
        "valid_to": one.valid_to,
    }
