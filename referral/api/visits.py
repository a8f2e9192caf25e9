"""The receiving doctor's doors: who waits, who was seen, and the report."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from permissions.doors import IF_MATCH, Api, Needs, StrictCharField, StrictSerializer, etag, if_match
from permissions.identity.masking import mask_name
from permissions.roles import Capability
from referral.api.versions import versioned
from referral.booking.expected import waiting_for
from referral.booking.fulfilment import fulfil
from referral.booking.models import Booking, BookingStatus
from referral.cases.models import ReferralStatus
from referral.cases.reports import VisitReport
from referral.cases.visit import Report, report

RECORDING = Needs(Capability.RECORD_VISIT)


class VisitedReferral(serializers.Serializer[Any]):
    """The referral behind a visit, as far as its next step needs it."""

    id = serializers.UUIDField()
    status = serializers.ChoiceField(choices=ReferralStatus.choices)
    version = serializers.IntegerField()


class Visit(serializers.Serializer[Any]):
    """A booking in the list of the doctor who receives the patient: the name masked, the case is behind its referral."""

    id = serializers.UUIDField()
    number = serializers.CharField()
    status = serializers.ChoiceField(choices=BookingStatus.choices)
    version = serializers.IntegerField()
    name = serializers.CharField()
    sex = serializers.CharField()
    birth_date = serializers.DateField()
    department = serializers.CharField()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    reason = serializers.CharField()
    referral = VisitedReferral()


class VisitList(serializers.Serializer[Any]):
    """Who still has to be seen, reported on or sent back; it comes whole, so `next` is always null."""

    results = Visit(many=True)
    next = serializers.URLField(allow_null=True)


class WrittenReport(StrictSerializer):
    """What was found, what it is, what was done."""

    diagnosis = StrictCharField(max_length=200, lines=False)
    findings = StrictCharField(max_length=2000)
    treatment = StrictCharField(max_length=2000)


class ReportWritten(serializers.Serializer[Any]):
    """The report, and where its referral stands now."""

    id = serializers.UUIDField()
    diagnosis = serializers.CharField()
    findings = serializers.CharField()
    treatment = serializers.CharField()
    referral = VisitedReferral()


class Visits(Api):
    """The patients of the acting post's department who wait for the doctor, for the report or for the way back."""

    policies = {"GET": RECORDING}

    @extend_schema(responses=VisitList, operation_id="visits_waiting")
    def get(self, request: Request) -> Response:
        return Response({"results": [described(booking) for booking in waiting_for(self.acting)], "next": None})


class Fulfil(Api):
    """The doctor has seen the patient: the booking is fulfilled and the referral attended."""

    policies = {"POST": RECORDING}

    @extend_schema(request=None, responses=Visit, parameters=[IF_MATCH], operation_id="bookings_fulfil")
    def post(self, request: Request, booking: UUID) -> Response:
        seen = fulfil(booking, expected_version=if_match(request), by=self.acting)
        return versioned(described(seen), etag(seen))


class ReportVisit(Api):
    """The hospital's report; If-Match is the referral's version."""

    policies = {"POST": RECORDING}

    @extend_schema(request=WrittenReport, responses={201: ReportWritten}, parameters=[IF_MATCH], operation_id="referrals_report")
    def post(self, request: Request, referral: UUID) -> Response:
        version = if_match(request)
        made = report(referral, Report(**self.read(WrittenReport)), expected_version=version, by=self.acting)
        return versioned(reported(made), etag(made.referral), status=201)


def described(booking: Booking) -> dict[str, Any]:
    """A visit as plain values."""
    return {
        "id": booking.public_id,
        "number": booking.number,
        "status": booking.status,
        "version": booking.version,
        "name": mask_name(booking.patient.name),
        "sex": booking.patient.sex,
        "birth_date": booking.patient.birth_date,
        "department": booking.department.name,
        "starts_at": booking.starts_at,
        "ends_at": booking.ends_at,
        "reason": booking.referral.reason,
        "referral": position(booking.referral),
    }


def reported(made: VisitReport) -> dict[str, Any]:
    """A report as plain values."""
    return {
        "id": made.public_id,
        "diagnosis": made.diagnosis,
        "findings": made.findings,
        "treatment": made.treatment,
        "referral": position(made.referral),
    }


def position(referral: Any) -> dict[str, Any]:
    """Where a referral stands."""
    return {"id": referral.public_id, "status": referral.status, "version": referral.version}
