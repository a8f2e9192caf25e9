"""The window's doors: who is expected today, who has come, and taking back a slip of the hand."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from permissions.acting import Acting
from permissions.doors import IF_MATCH, Api, Needs, StrictCharField, StrictChoiceField, StrictSerializer, etag, if_match
from permissions.identity.documents import DocumentType
from permissions.identity.masking import mask_name
from permissions.roles import Capability
from referral.api.versions import versioned
from referral.booking import arrival, proof
from referral.booking.expected import expected_on, today
from referral.booking.models import Booking, BookingStatus
from referral.booking.noshow import undo_noshow
from referral.booking.queries import bookings_at
from referral.booking.stopped import sent_instead, stopped_among
from vault.refusal import invalid

RECEIVING = Needs(Capability.RECEIVE)


class ShownDocument(StrictSerializer):
    """The identity document on the counter."""

    type = StrictChoiceField(choices=DocumentType.choices)
    number = StrictCharField(max_length=40, lines=False)


class ShownProof(StrictSerializer):
    """One of the two: the confirmation code, or the document used for booking."""

    code = StrictCharField(max_length=20, lines=False, required=False)
    document = ShownDocument(required=False)


class ExpectedPatient(serializers.Serializer[Any]):
    """A booking as the window sees it: the name masked, no medical word."""

    id = serializers.UUIDField()
    number = serializers.CharField()
    status = serializers.ChoiceField(choices=BookingStatus.choices)
    version = serializers.IntegerField()
    name = serializers.CharField()
    sex = serializers.CharField()
    department = serializers.CharField()
    visit_date = serializers.DateField()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    undo_until = serializers.DateTimeField(allow_null=True)
    late = serializers.CharField(allow_null=True)
    stopped = serializers.CharField(allow_null=True, help_text="whom to ask, where the clinic was stopped and nobody is seen")


class ExpectedPatients(serializers.Serializer[Any]):
    """A day's list; it comes whole, so `next` is always null."""

    results = ExpectedPatient(many=True)
    next = serializers.URLField(allow_null=True)


class Arrivals(Api):
    """Everybody who is booked at this hospital today, in the order of time."""

    policies = {"GET": RECEIVING}

    @extend_schema(responses=ExpectedPatients, operation_id="arrivals_today")
    def get(self, request: Request) -> Response:
        return listed(expected_on(self.acting, today()), by=self.acting)


class FindArrival(Api):
    """Which bookings of today a code or a document opens; nothing changes."""

    policies = {"POST": RECEIVING}

    @extend_schema(request=ShownProof, responses=ExpectedPatients, operation_id="arrivals_find")
    def post(self, request: Request) -> Response:
        return listed(arrival.recognise(proof_in(self.read(ShownProof)), by=self.acting), by=self.acting)


class Arrive(Api):
    """The patient is here today and has shown the code or the document used for booking."""

    policies = {"POST": RECEIVING}

    @extend_schema(request=ShownProof, responses=ExpectedPatient, parameters=[IF_MATCH], operation_id="bookings_arrive")
    def post(self, request: Request, booking: UUID) -> Response:
        version = if_match(request)
        arrived = arrival.arrive(booking, proof_in(self.read(ShownProof)), expected_version=version, by=self.acting)
        return shown(arrived, by=self.acting)


class UndoArrival(Api):
    """The arrival was a mistake, noticed within minutes; or the report that she did not come, noticed on its day."""

    policies = {"POST": Needs(Capability.RECEIVE, Capability.CALL_ABSENT)}

    @extend_schema(request=None, responses=ExpectedPatient, parameters=[IF_MATCH], operation_id="bookings_undo")
    def post(self, request: Request, booking: UUID) -> Response:
        version = if_match(request)
        missed = bookings_at(self.acting).filter(public_id=booking, status="noshow").exists()
        undo = undo_noshow if missed or not self.acting.can(Capability.RECEIVE) else arrival.undo_arrival
        return shown(undo(booking, expected_version=version, by=self.acting), by=self.acting)


def proof_in(given: Mapping[str, Any]) -> proof.Proof:
    """The one thing shown; none or both is no proof."""
    if ("code" in given) == ("document" in given):
        raise invalid("code", _("Send either the confirmation code or the document."))
    if "code" in given:
        return proof.by_code(given["code"])
    return proof.by_document(given["document"]["type"], given["document"]["number"])


def listed(bookings: Iterable[Booking], *, by: Acting) -> Response:
    """A list of bookings with how long each arrival can be undone."""
    return Response({"results": described(list(bookings), by), "next": None})


def shown(booking: Booking, *, by: Acting) -> Response:
    """One booking with its version."""
    (body,) = described([booking], by)
    return versioned(body, etag(booking))


def described(bookings: list[Booking], by: Acting) -> list[dict[str, Any]]:
    """The bookings as plain values, masked."""
    undo = arrival.undo_deadlines(bookings, by=by)
    late, stopped = arrival.received_late(bookings), stopped_among(bookings)
    return [
        {
            "id": booking.public_id,
            "number": booking.number,
            "status": booking.status,
            "version": booking.version,
            "name": mask_name(booking.patient.name),
            "sex": booking.patient.sex,
            "department": booking.department.name,
            "visit_date": booking.visit_date,
            "starts_at": booking.starts_at,
            "ends_at": booking.ends_at,
            "undo_until": undo.get(booking.public_id),
            "late": late.get(booking.public_id),
            "stopped": sent_instead(booking) if booking.public_id in stopped else None,
        }
        for booking in bookings
    ]
