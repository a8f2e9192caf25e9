"""Papers for programs: the PDF of a slip, and what a slip's token is worth."""

import json
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from permissions.doors import PUBLIC, Api, Needs
from permissions.roles import Capability
from referral.returns.queries import returns_of
from referral.slips.counter import collect, headers_of
from referral.slips.desk import booking_copy, return_copy
from referral.slips.models import Slip
from referral.slips.proof import Proof, verify
from vault.audit import saw

PATIENCE = 8.0  # seconds a program may wait before it is told to come again
COME_AGAIN = 2  # seconds


class PdfRenderer(JSONRenderer):
    """Lets a client ask for application/pdf; what is not the file itself is still JSON."""

    media_type = "application/pdf"
    format = "pdf"


class StillPrinting(serializers.Serializer[Any]):
    """The worker is still at it: ask again after `Retry-After` seconds."""

    status = serializers.CharField()
    copy = serializers.IntegerField()


class VerifiedSlip(serializers.Serializer[Any]):
    """What a slip is worth; of the same shape for every token, without personal data."""

    status = serializers.ChoiceField(choices=[proof.value for proof in Proof])
    institution = serializers.CharField(allow_blank=True)
    visit_date = serializers.DateField(allow_null=True)
    number_tail = serializers.CharField(allow_blank=True)
    copies = serializers.IntegerField()
    version = serializers.IntegerField()
    newest = serializers.IntegerField()


ANSWERS: dict[Any, Any] = {
    (200, "application/pdf"): OpenApiResponse(OpenApiTypes.BINARY, description="The printed copy; X-Slip-Copy is its number."),
    202: StillPrinting,
}


class BookingSlip(Api):
    """GET /bookings/{id}/slip.pdf: one more numbered copy of the slip."""

    policies = {"GET": Needs(Capability.BOOK, Capability.BOOK_NEXT)}
    renderer_classes = (JSONRenderer, PdfRenderer)

    @extend_schema(responses=ANSWERS, operation_id="bookings_slip")
    def get(self, request: Request, booking: UUID) -> HttpResponse:
        slip = booking_copy(booking, by=self.acting, now=timezone.now())
        saw(self.acting.actor, "booking", booking, "print slip")
        return handed(slip)


class ReturnSlip(Api):
    """GET /returns/{id}/slip.pdf: one more numbered copy of the slip of a return."""

    policies = {"GET": Needs(Capability.SEND_BACK, Capability.ACCEPT_RETURN)}
    renderer_classes = (JSONRenderer, PdfRenderer)

    @extend_schema(responses=ANSWERS, operation_id="returns_slip")
    def get(self, request: Request, sent_back: UUID) -> HttpResponse:
        slip = return_copy(returns_of(self.acting), sent_back, by=self.acting, now=timezone.now())
        saw(self.acting.actor, "return", sent_back, "print slip")
        return handed(slip)


class SlipVerification(Api):
    """GET /slips/{token}: valid, superseded, moved, void, used or ask (the doctor first), for whoever holds the paper."""

    policies = {"GET": PUBLIC}

    @extend_schema(responses={200: VerifiedSlip, 404: VerifiedSlip}, operation_id="slips_verify")
    def get(self, request: Request, token: str) -> Response:
        verified = verify(token)
        return Response(VerifiedSlip(verified).data, status=404 if verified.status is Proof.UNKNOWN else 200)


def handed(slip: Slip) -> HttpResponse:
    """The file, or 202 and when to come again."""
    copy = collect(slip, patience=PATIENCE, now=timezone.now())
    if copy.pdf:
        return HttpResponse(copy.pdf, headers=headers_of(slip))
    body = json.dumps({"status": "printing", "copy": slip.copy_no})
    return HttpResponse(body, status=202, content_type="application/json", headers={"Retry-After": str(COME_AGAIN)})
