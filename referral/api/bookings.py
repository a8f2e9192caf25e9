"""Bookings by program: a place for a referral, once for each key; taken back; told."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from permissions.doors import (
    IDEMPOTENCY_KEY,
    IF_MATCH,
    Api,
    Needs,
    StrictBooleanField,
    StrictCharField,
    StrictChoiceField,
    StrictSerializer,
    StrictUUIDField,
    etag,
    idempotency_key,
    if_match,
)
from permissions.roles import Capability
from referral.api.versions import versioned
from referral.booking.book import book
from referral.booking.cancel import cancel_by_referrer
from referral.booking.models import Booking, BookingMode, BookingStatus, CancelCause, CancelReason
from referral.booking.queries import body_of, booking_of, neighbours_of
from referral.booking.tell import FOUR_THINGS, tell


class BookingBody(serializers.Serializer[Any]):
    """A booking as the referring unit sees it."""

    id = serializers.UUIDField()
    number = serializers.CharField()
    confirmation_code = serializers.CharField(allow_blank=True)
    status = serializers.ChoiceField(choices=BookingStatus.choices)
    version = serializers.IntegerField()
    referral = serializers.UUIDField()
    institution = serializers.UUIDField()
    institution_name = serializers.CharField()
    department_name = serializers.CharField()
    slot_class = serializers.CharField()
    title = serializers.CharField(allow_blank=True)
    visit_date = serializers.DateField()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    takes_place = serializers.BooleanField(help_text="False when the session was stopped or its band blocked: do not come at this time.")
    cancel_until = serializers.DateTimeField()
    change_until = serializers.DateTimeField()
    mode = serializers.ChoiceField(choices=BookingMode.choices)
    cancel_cause = serializers.ChoiceField(choices=CancelCause.choices, allow_blank=True)
    cancel_reason = serializers.ChoiceField(choices=CancelReason.choices, allow_blank=True)
    cancel_note = serializers.CharField(allow_blank=True)
    moved_from = serializers.UUIDField(allow_null=True)
    moved_to = serializers.UUIDField(allow_null=True)
    told_at = serializers.DateTimeField(allow_null=True)


class ReferralBookings(Api):
    """Book one reserved place for the referral; If-Match is the referral's version."""

    policies = {"POST": Needs(Capability.BOOK)}

    class Input(StrictSerializer):
        pool_slot = StrictUUIDField()

    @extend_schema(request=Input, responses={201: BookingBody}, parameters=[IF_MATCH, IDEMPOTENCY_KEY], operation_id="bookings_book")
    def post(self, request: Request, referral: UUID) -> Response:
        key, version = idempotency_key(request), if_match(request)
        made = book(referral=referral, pool_slot=self.read(self.Input)["pool_slot"], version=version, key=key, by=self.acting)
        body = body_of(made)
        return versioned(body, f'W/"{body["version"]}"', status=201)


class BookingCancel(Api):
    """Take the booking back before its cut-off; If-Match is the booking's version.

    `reason` is one of the codes the doctor's page offers, `other` with its words in `note`; or free words, kept as that note.
    With `ends_case` the referral ends too instead of waiting for another time.
    """

    policies = {"POST": Needs(Capability.CANCEL_BOOKING)}

    class Input(StrictSerializer):
        reason = StrictCharField(max_length=200, required=False, default="", allow_blank=True)
        note = StrictCharField(max_length=200, required=False, default="", allow_blank=True)
        ends_case = StrictBooleanField(required=False, default=False)

    @extend_schema(request=Input, responses=BookingBody, parameters=[IF_MATCH], operation_id="bookings_cancel")
    def post(self, request: Request, booking: UUID) -> Response:
        version, given = if_match(request), self.read(self.Input)
        return shown(cancel_by_referrer(booking, expected_version=version, by=self.acting, **given))


class BookingTold(Api):
    """The resident was told the four things (R056)."""

    policies = {"POST": Needs(Capability.BOOK)}

    class Input(StrictSerializer):
        told = serializers.ListField(child=StrictChoiceField(choices=FOUR_THINGS), max_length=4)

    @extend_schema(request=Input, responses=BookingBody, operation_id="bookings_told")
    def post(self, request: Request, booking: UUID) -> Response:
        tell(booking, frozenset(self.read(self.Input)["told"]), by=self.acting)
        return shown(booking_of(self.acting, booking))


def shown(booking: Booking) -> Response:
    """One booking with its version."""
    return versioned(described(booking), etag(booking))


def described(booking: Booking, *, with_code: bool = True) -> dict[str, Any]:
    """A booking as plain values; the code only for those who give it to the resident."""
    return {
        "id": booking.public_id,
        "number": booking.number,
        "confirmation_code": booking.confirmation_code if with_code else "",
        "status": booking.status,
        "version": booking.version,
        "referral": booking.referral.public_id,
        "institution": booking.institution.public_id,
        "institution_name": booking.institution.name,
        "department_name": booking.department.name,
        "slot_class": booking.slot_class,
        "title": booking.title,
        "visit_date": booking.visit_date,
        "starts_at": booking.starts_at,
        "ends_at": booking.ends_at,
        "takes_place": booking.takes_place,
        "cancel_until": booking.cancel_until,
        "change_until": booking.change_until,
        "mode": booking.mode,
        "cancel_cause": booking.cancel_cause,
        "cancel_reason": booking.cancel_reason,
        "cancel_note": booking.cancel_note,
        "told_at": booking.told_at,
    } | neighbours_of(booking)
