"""The doors of those who did not arrive: who is missing, calls, the report with its cause."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from permissions.doors import IF_MATCH, Api, Needs, StrictCharField, StrictChoiceField, StrictSerializer, etag, if_match
from permissions.identity.masking import mask_name
from permissions.roles import Capability
from referral.api.versions import versioned
from referral.booking.absence import absent_at, proposed_cause, record_call
from referral.booking.call_models import CallOutcome
from referral.booking.expected import database_now
from referral.booking.models import Booking, BookingStatus
from referral.booking.noshow import NoShowCause, noshow_undo_until, report_noshow
from referral.booking.stopped import stopped_among
from referral.cases.after_miss import close_missed, open_again
from referral.cases.models import Referral, ReferralStatus

CALLING = Needs(Capability.CALL_ABSENT)
WRITING = Needs(Capability.WRITE_REFERRAL)


class AbsenceCallMade(serializers.Serializer[Any]):
    """One call: when, and what came of it."""

    id = serializers.UUIDField()
    at = serializers.DateTimeField()
    outcome = serializers.ChoiceField(choices=CallOutcome.choices)
    note = serializers.CharField()


class AbsentPatient(serializers.Serializer[Any]):
    """A visit whose time is over and of which nobody knows: the name masked, the calls so far, the cause that is proposed."""

    id = serializers.UUIDField()
    number = serializers.CharField()
    version = serializers.IntegerField()
    name = serializers.CharField()
    department = serializers.CharField()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    proposed = serializers.ChoiceField(choices=NoShowCause.choices)
    calls = AbsenceCallMade(many=True)


class AbsentPatients(serializers.Serializer[Any]):
    """Everybody who is missing; it comes whole, so `next` is always null."""

    results = AbsentPatient(many=True)
    next = serializers.URLField(allow_null=True)


class CallSaid(StrictSerializer):
    """What came of a call; who will not come has a reason."""

    outcome = StrictChoiceField(choices=CallOutcome.choices)
    note = StrictCharField(max_length=200, lines=False, required=False, allow_blank=True, default="")


class CauseSaid(StrictSerializer):
    """Why the visit did not take place, and so who failed."""

    cause = StrictChoiceField(choices=NoShowCause.choices)


class MissedVisit(serializers.Serializer[Any]):
    """The booking after the report, and until when it can be taken back."""

    id = serializers.UUIDField()
    status = serializers.ChoiceField(choices=BookingStatus.choices)
    version = serializers.IntegerField()
    undo_until = serializers.DateTimeField(allow_null=True)


class Absent(Api):
    """Who did not arrive by the end of the time booked, the oldest first."""

    policies = {"GET": CALLING}

    @extend_schema(responses=AbsentPatients, operation_id="absent_list")
    def get(self, request: Request) -> Response:
        rows = list(absent_at(self.acting, database_now()))
        stopped = stopped_among(rows)
        return Response({"results": [described(one, is_stopped=one.public_id in stopped) for one in rows], "next": None})


class AbsenceCalls(Api):
    """A call to somebody who did not arrive."""

    policies = {"POST": CALLING}

    @extend_schema(request=CallSaid, responses={201: AbsenceCallMade}, operation_id="bookings_call")
    def post(self, request: Request, booking: UUID) -> Response:
        said = self.read(CallSaid)
        call = record_call(booking, said["outcome"], note=said["note"], by=self.acting)
        call.refresh_from_db()
        return Response(call_body(call), status=201)


class NoShow(Api):
    """The visit did not take place, for this cause."""

    policies = {"POST": CALLING}

    @extend_schema(request=CauseSaid, responses=MissedVisit, parameters=[IF_MATCH], operation_id="bookings_no_show")
    def post(self, request: Request, booking: UUID) -> Response:
        version = if_match(request)
        missed = report_noshow(booking, self.read(CauseSaid)["cause"], expected_version=version, by=self.acting)
        body = {"id": missed.public_id, "status": missed.status, "version": missed.version, "undo_until": noshow_undo_until(missed)}
        return versioned(body, etag(missed))


class ReasonSaid(StrictSerializer):
    """Why no other visit is wanted."""

    reason = StrictCharField(max_length=200, lines=False)


class MissedReferral(serializers.Serializer[Any]):
    """The referral after a visit nobody came to."""

    id = serializers.UUIDField()
    status = serializers.ChoiceField(choices=ReferralStatus.choices)
    version = serializers.IntegerField()


class Rebook(Api):
    """Nobody came: the referral is a draft again and may be booked; If-Match is the referral's version."""

    policies = {"POST": WRITING}

    @extend_schema(request=None, responses=MissedReferral, parameters=[IF_MATCH], operation_id="referrals_rebook")
    def post(self, request: Request, referral: UUID) -> Response:
        return after(open_again(referral, expected_version=if_match(request), by=self.acting))


class CloseMissed(Api):
    """Nobody came and no other visit is wanted; If-Match is the referral's version."""

    policies = {"POST": WRITING}

    @extend_schema(request=ReasonSaid, responses=MissedReferral, parameters=[IF_MATCH], operation_id="referrals_close")
    def post(self, request: Request, referral: UUID) -> Response:
        version = if_match(request)
        return after(close_missed(referral, reason=self.read(ReasonSaid)["reason"], expected_version=version, by=self.acting))


def after(one: Referral) -> Response:
    """The referral as it is now."""
    return versioned({"id": one.public_id, "status": one.status, "version": one.version}, etag(one))


def described(booking: Booking, *, is_stopped: bool) -> dict[str, Any]:
    """One of them as plain values."""
    calls = list(booking.absence_calls.all())
    return {
        "id": booking.public_id,
        "number": booking.number,
        "version": booking.version,
        "name": mask_name(booking.patient.name),
        "department": booking.department.name,
        "starts_at": booking.starts_at,
        "ends_at": booking.ends_at,
        "proposed": proposed_cause(calls, is_stopped=is_stopped),
        "calls": [call_body(call) for call in calls],
    }


def call_body(call: Any) -> dict[str, Any]:
    """One call as plain values."""
    return {"id": call.public_id, "at": call.created_at, "outcome": call.outcome, "note": call.note}
