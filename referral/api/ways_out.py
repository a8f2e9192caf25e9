"""Every way out of a booking by program: released by the hospital, moved, sent again, and a wrong act taken back."""

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
    StrictCharField,
    StrictChoiceField,
    StrictDateField,
    StrictSerializer,
    StrictUUIDField,
    etag,
    idempotency_key,
    if_match,
)
from permissions.doors.paging import PageQuery, page_of
from permissions.identity.masking import mask_name
from permissions.roles import Capability
from referral.api import visits
from referral.api.bookings import BookingBody, described
from referral.api.versions import versioned
from referral.booking.cancel import cancel_by_hospital
from referral.booking.corrections import undo_cancel
from referral.booking.fulfilment import undo_fulfilment
from referral.booking.models import Booking, BookingStatus
from referral.booking.move import move
from referral.booking.queries import body_of
from referral.booking.release_list import Asked, to_release
from referral.booking.resend import resend
from referral.booking.why import OF_HOSPITALS, choices

RELEASING = Needs(Capability.MANAGE_POOLS, Capability.BOOK_NEXT)


class HospitalBooking(serializers.Serializer[Any]):
    """A booking at the acting hospital: the name masked, no medical word."""

    id = serializers.UUIDField()
    number = serializers.CharField()
    status = serializers.ChoiceField(choices=BookingStatus.choices)
    version = serializers.IntegerField()
    name = serializers.CharField()
    sex = serializers.CharField()
    department_name = serializers.CharField()
    visit_date = serializers.DateField()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    cancel_until = serializers.DateTimeField()
    cancel_cause = serializers.CharField(allow_blank=True)
    cancel_reason = serializers.CharField(allow_blank=True)
    cancel_note = serializers.CharField(allow_blank=True)


class HospitalBookings(Api):
    """What is booked at the acting hospital from today on, by time: what its coordinator may release."""

    policies = {"GET": Needs(Capability.MANAGE_POOLS)}

    class Query(PageQuery):
        q = StrictCharField(required=False, default="", max_length=40, allow_blank=True, lines=False)
        department = StrictUUIDField(required=False, default=None)
        date = StrictDateField(required=False, default=None)

    class Output(serializers.Serializer[Any]):
        results = HospitalBooking(many=True)
        next = serializers.URLField(allow_null=True)

    @extend_schema(parameters=[Query], responses=Output, operation_id="bookings_at_hospital")
    def get(self, request: Request) -> Response:
        given = self.asked(self.Query)
        asked = Asked(given["q"], str(given["department"] or ""), given["date"])
        return page_of(request, to_release(self.acting, asked), given["page"], hospital_booking)


class BookingRelease(Api):
    """The hospital releases a booking by its own decision; it never counts against the resident. If-Match is the booking's version."""

    policies = {"POST": RELEASING}

    class Input(StrictSerializer):
        reason = StrictChoiceField(choices=choices(OF_HOSPITALS))
        note = StrictCharField(max_length=200, required=False, default="", allow_blank=True, lines=False)

    @extend_schema(request=Input, responses=HospitalBooking, parameters=[IF_MATCH], operation_id="bookings_release")
    def post(self, request: Request, booking: UUID) -> Response:
        version, given = if_match(request), self.read(self.Input)
        released = cancel_by_hospital(booking, expected_version=version, by=self.acting, **given)
        return versioned(hospital_booking(released), etag(released))


class BookingUndoCancel(Api):
    """A cancellation pressed by mistake is taken back, within minutes, by who pressed it."""

    policies = {"POST": Needs(Capability.CANCEL_BOOKING, Capability.MANAGE_POOLS, Capability.BOOK_NEXT)}

    @extend_schema(request=None, responses=BookingBody, parameters=[IF_MATCH], operation_id="bookings_undo_cancel")
    def post(self, request: Request, booking: UUID) -> Response:
        restored = undo_cancel(booking, expected_version=if_match(request), by=self.acting)
        return versioned(described(restored, with_code=self.acting.can(Capability.BOOK)), etag(restored))


class BookingMove(Api):
    """Move the booking to another time of its department; If-Match is the booking's version. Answers the new booking."""

    policies = {"POST": Needs(Capability.BOOK)}

    class Input(StrictSerializer):
        pool_slot = StrictUUIDField()

    @extend_schema(request=Input, responses={201: BookingBody}, parameters=[IF_MATCH, IDEMPOTENCY_KEY], operation_id="bookings_move")
    def post(self, request: Request, booking: UUID) -> Response:
        key, version = idempotency_key(request), if_match(request)
        made = move(booking, pool_slot=self.read(self.Input)["pool_slot"], expected_version=version, key=key, by=self.acting)
        body = body_of(made)
        return versioned(body, f'W/"{body["version"]}"', status=201)


class BookingResend(Api):
    """Send the booking to its resident again, after comparing her name and the last four of her document (R021)."""

    policies = {"POST": Needs(Capability.CANCEL_BOOKING, Capability.RECEIVE)}

    class Input(StrictSerializer):
        name = StrictCharField(max_length=100, lines=False)
        document_tail = StrictCharField(max_length=8, lines=False)

    class Output(serializers.Serializer[Any]):
        id = serializers.UUIDField()
        number = serializers.CharField()
        version = serializers.IntegerField()

    @extend_schema(request=Input, responses={202: Output}, operation_id="bookings_resend")
    def post(self, request: Request, booking: UUID) -> Response:
        sent = resend(booking, by=self.acting, **self.read(self.Input))
        return versioned({"id": sent.public_id, "number": sent.number, "version": sent.version}, etag(sent), status=202)


class UndoFulfil(Api):
    """The visit was recorded by mistake, noticed within minutes."""

    policies = {"POST": Needs(Capability.RECORD_VISIT)}

    @extend_schema(request=None, responses=visits.Visit, parameters=[IF_MATCH], operation_id="bookings_undo_fulfil")
    def post(self, request: Request, booking: UUID) -> Response:
        back = undo_fulfilment(booking, expected_version=if_match(request), by=self.acting)
        return versioned(visits.described(back), etag(back))


def hospital_booking(booking: Booking) -> dict[str, Any]:
    """A booking as its hospital's coordinator sees it."""
    names = (
        "number",
        "status",
        "version",
        "visit_date",
        "starts_at",
        "ends_at",
        "cancel_until",
        "cancel_cause",
        "cancel_reason",
        "cancel_note",
    )
    return {name: getattr(booking, name) for name in names} | {
        "id": booking.public_id,
        "name": mask_name(booking.patient.name),
        "sex": booking.patient.sex,
        "department_name": booking.department.name,
    }
