"""The doors of entries that are wrong: said by one person of the hospital, decided by another."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from permissions.doors import IF_MATCH, Api, Needs, StrictBooleanField, StrictCharField, StrictSerializer, etag, if_match
from permissions.roles import Capability
from referral.api.versions import versioned
from referral.booking.in_error import LONGEST, ask_in_error, decide_in_error, withdraw_in_error
from referral.booking.models import BookingStatus

CALLING = Needs(Capability.CALL_ABSENT)
CONFIRMING = Needs(Capability.CONFIRM_ERRORS)


class WrongSaid(StrictSerializer):
    """What was entered wrongly."""

    reason = StrictCharField(max_length=LONGEST, lines=False)


class WrongDecided(StrictSerializer):
    """Whether it was."""

    confirmed = StrictBooleanField()


class WrongEntryMade(serializers.Serializer[Any]):
    """What waits for a second person."""

    id = serializers.UUIDField()
    booking = serializers.UUIDField()
    reason = serializers.CharField()


class BookingInError(serializers.Serializer[Any]):
    """The booking after the decision."""

    id = serializers.UUIDField()
    status = serializers.ChoiceField(choices=BookingStatus.choices)
    version = serializers.IntegerField()


class InError(Api):
    """This arrival, visit or absence was entered in error, or who said so takes it back; If-Match is the booking's version."""

    policies = {"POST": CALLING, "DELETE": CALLING}

    @extend_schema(request=WrongSaid, responses={201: WrongEntryMade}, parameters=[IF_MATCH], operation_id="bookings_in_error")
    def post(self, request: Request, booking: UUID) -> Response:
        version = if_match(request)
        entry = ask_in_error(booking, self.read(WrongSaid)["reason"], expected_version=version, by=self.acting)
        return Response({"id": entry.public_id, "booking": booking, "reason": entry.reason}, status=201)

    @extend_schema(request=None, responses=BookingInError, parameters=[IF_MATCH], operation_id="bookings_in_error_withdraw")
    def delete(self, request: Request, booking: UUID) -> Response:
        one = withdraw_in_error(booking, expected_version=if_match(request), by=self.acting)
        return versioned({"id": one.public_id, "status": one.status, "version": one.version}, etag(one))


class InErrorDecide(Api):
    """A second person of the hospital decides; If-Match is the booking's version."""

    policies = {"POST": CONFIRMING}

    @extend_schema(request=WrongDecided, responses=BookingInError, parameters=[IF_MATCH], operation_id="bookings_in_error_decide")
    def post(self, request: Request, booking: UUID) -> Response:
        version = if_match(request)
        one = decide_in_error(booking, confirmed=self.read(WrongDecided)["confirmed"], expected_version=version, by=self.acting)
        return versioned({"id": one.public_id, "status": one.status, "version": one.version}, etag(one))
