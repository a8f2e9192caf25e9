"""Stopped clinics by program: stopping a session or the days of a service, the list, whom it affects, and the second person."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from clinics.models import ClinicStop, HalfDay, StopReason, StopStatus
from clinics.timetables.stop_queries import service_run_by, sessions_of, stop_seen_by, stops_seen_by
from permissions.acting import Acting
from permissions.doors import (
    IF_MATCH,
    Api,
    Needs,
    StrictCharField,
    StrictChoiceField,
    StrictDateField,
    StrictSerializer,
    StrictUUIDField,
    etag,
    if_match,
)
from permissions.doors.fields import QueryCountField
from permissions.doors.paging import PageQuery, page_of
from permissions.roles import Capability
from referral.api.versions import versioned
from referral.disruptions import decide
from referral.disruptions.affected import Affected, affected_by_stop, lines_of, with_counts
from referral.disruptions.special import special_stops
from referral.disruptions.stop import LONGEST_NOTE, Outcome, Wanted, stop_clinic, stop_session, today
from vault.audit import saw_many

SEEING = Needs(Capability.MANAGE_POOLS, Capability.APPROVE_STOP, Capability.SEE_DISTRICT)
DECIDING = Needs(Capability.MANAGE_POOLS, Capability.APPROVE_STOP)
STOPPING = Needs(Capability.MANAGE_POOLS)


class StopEntry(serializers.Serializer[Any]):
    """One stop; `is_special` was said later than the notice asked, `affected` counts the bookings that still have a place there.

    One of `bands` took no session away, only so many bands of it, which were blocked with bookings in them.
    """

    id = serializers.UUIDField()
    institution = serializers.UUIDField()
    department = serializers.UUIDField()
    department_name = serializers.CharField()
    service = serializers.UUIDField()
    service_name = serializers.CharField()
    first_day = serializers.DateField()
    last_day = serializers.DateField()
    half_day = serializers.ChoiceField(choices=HalfDay.choices, allow_blank=True)
    reason = serializers.ChoiceField(choices=StopReason.choices)
    note = serializers.CharField(allow_blank=True)
    is_special = serializers.BooleanField()
    status = serializers.ChoiceField(choices=StopStatus.choices)
    version = serializers.IntegerField()
    asked_by = serializers.CharField()
    asked_at = serializers.DateTimeField()
    decided_by = serializers.CharField(allow_blank=True)
    sessions = serializers.IntegerField()
    bands = serializers.IntegerField()
    affected = serializers.IntegerField()
    actions = serializers.ListField(child=serializers.CharField())


class StoppedBooking(serializers.Serializer[Any]):
    """One booking whose visit does not take place, the name masked."""

    booking = serializers.UUIDField()
    number = serializers.CharField()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    name = serializers.CharField()
    sex = serializers.CharField()
    phone_tail = serializers.CharField(allow_blank=True)
    doctor = serializers.CharField(allow_blank=True)
    centre = serializers.CharField()
    centre_phone = serializers.CharField(allow_blank=True)
    status = serializers.CharField()
    told = serializers.BooleanField()


class StopDetail(StopEntry):
    """One stop with its sessions and, for the hospital's coordinators, the bookings it affects."""

    session_ids = serializers.ListField(child=serializers.UUIDField())
    bookings = StoppedBooking(many=True)


class StopsPage(serializers.Serializer[Any]):
    """One page of stops."""

    results = StopEntry(many=True)
    next = serializers.URLField(allow_null=True)


class Stops(Api):
    """The stops of one's hospitals, the latest first; and a new one for the days of a service."""

    policies = {"GET": SEEING, "POST": STOPPING}

    class Query(PageQuery):
        status = StrictChoiceField(choices=StopStatus.choices, required=False)
        service = StrictUUIDField(required=False)

    class Input(StrictSerializer):
        service = StrictUUIDField()
        first_day = StrictDateField()
        last_day = StrictDateField()
        half_day = StrictChoiceField(choices=HalfDay.choices, required=False, default="", allow_blank=True)
        reason = StrictChoiceField(choices=StopReason.choices)
        note = StrictCharField(max_length=LONGEST_NOTE, required=False, default="", allow_blank=True, lines=False)

    @extend_schema(parameters=[Query], responses=StopsPage, operation_id="stops_list")
    def get(self, request: Request) -> Response:
        asked = self.asked(self.Query)
        stops = stops_seen_by(self.acting)
        if "status" in asked:
            stops = stops.filter(status=asked["status"])
        if "service" in asked:
            stops = stops.filter(service__public_id=asked["service"])
        return page_of(request, with_counts(stops).order_by("-pk"), asked["page"], lambda stop: described(stop, self.acting))

    @extend_schema(request=Input, responses={201: StopDetail, 200: StopDetail}, operation_id="stops_create")
    def post(self, request: Request) -> Response:
        given = self.read(self.Input)
        wanted = Wanted(service_run_by(self.acting, given.pop("service")), **given)
        return answered(stop_clinic(wanted, by=self.acting), self.acting)


class SpecialStopsOfMonth(serializers.Serializer[Any]):
    """One hospital's special stops of one month (its first day); they count against it."""

    institution = serializers.UUIDField()
    month = serializers.DateField()
    stops = serializers.IntegerField()
    of_all = serializers.IntegerField()
    sessions = serializers.IntegerField()
    patients = serializers.IntegerField()
    settled = serializers.IntegerField()
    clinics = serializers.ListField(child=serializers.CharField())


class SpecialStopsList(serializers.Serializer[Any]):
    """The special stops of one year."""

    results = SpecialStopsOfMonth(many=True)


class SpecialStops(Api):
    """How often each hospital stopped a clinic later than the notice asked, by month (R128)."""

    policies = {"GET": SEEING}

    class Query(StrictSerializer):
        year = QueryCountField(required=False, min_value=2000, max_value=2199)

    @extend_schema(parameters=[Query], responses=SpecialStopsList, operation_id="special_stops_list")
    def get(self, request: Request) -> Response:
        year = self.asked(self.Query).get("year") or today().year
        names = ("month", "stops", "of_all", "sessions", "patients", "settled", "clinics")
        rows = special_stops(self.acting, year)
        return Response({"results": [{"institution": r.institution.public_id} | {n: getattr(r, n) for n in names} for r in rows]})


class SessionStop(Api):
    """This session does not take place, nor those of the same half-day of its service until `until`."""

    policies = {"POST": STOPPING}

    class Input(StrictSerializer):
        reason = StrictChoiceField(choices=StopReason.choices)
        until = StrictDateField(required=False)
        note = StrictCharField(max_length=LONGEST_NOTE, required=False, default="", allow_blank=True, lines=False)

    @extend_schema(request=Input, responses={201: StopDetail}, parameters=[IF_MATCH], operation_id="clinic_sessions_stop")
    def post(self, request: Request, session: UUID) -> Response:
        version, given = if_match(request), self.read(self.Input)
        arguments = {"reason": given["reason"], "until": given.get("until"), "note": given["note"]}
        return answered(stop_session(session, expected_version=version, by=self.acting, **arguments), self.acting)


class OneStop(Api):
    """One stop and whom it affects."""

    policies = {"GET": SEEING}

    @extend_schema(responses=StopDetail, operation_id="stops_read")
    def get(self, request: Request, stop: UUID) -> Response:
        held = stop_seen_by(self.acting, stop)
        body = detailed(held, self.acting)
        saw_many(self.acting.actor, "booking", [one["booking"] for one in body["bookings"]], "affected list")
        return versioned(body, etag(held))


class StopApprove(Api):
    """The second person agrees; the clinic is stopped at once."""

    policies = {"POST": DECIDING}

    @extend_schema(request=None, responses=StopDetail, parameters=[IF_MATCH], operation_id="stops_approve")
    def post(self, request: Request, stop: UUID) -> Response:
        outcome = decide.approve(stop, expected_version=if_match(request), by=self.acting)
        return answered(outcome, self.acting)


class StopDecline(Api):
    """The second person does not agree, and says why."""

    policies = {"POST": DECIDING}

    class Input(StrictSerializer):
        why = StrictCharField(max_length=LONGEST_NOTE, lines=False)

    @extend_schema(request=Input, responses=StopDetail, parameters=[IF_MATCH], operation_id="stops_decline")
    def post(self, request: Request, stop: UUID) -> Response:
        version, given = if_match(request), self.read(self.Input)
        held = decide.decline(stop, why=given["why"], expected_version=version, by=self.acting)
        return versioned(detailed(held, self.acting), etag(held))


class StopWithdraw(Api):
    """Who proposed the stop takes it back."""

    policies = {"POST": STOPPING}

    @extend_schema(request=None, responses=StopDetail, parameters=[IF_MATCH], operation_id="stops_withdraw")
    def post(self, request: Request, stop: UUID) -> Response:
        held = decide.take_back(stop, expected_version=if_match(request), by=self.acting)
        return versioned(detailed(held, self.acting), etag(held))


def answered(outcome: Outcome, acting: Acting) -> Response:
    """The stop as it now is: 201 when this request made it, 200 when it was there before."""
    return versioned(detailed(outcome.stop, acting), etag(outcome.stop), 201 if outcome.is_new else 200)


def described(stop: Any, acting: Acting) -> dict[str, Any]:
    """One stop, counted, as plain values."""
    service = stop.service
    return {
        "id": stop.public_id,
        "institution": service.institution.public_id,
        "department": service.department.public_id,
        "department_name": service.department.name,
        "service": service.public_id,
        "service_name": service.name,
        "first_day": stop.first_day,
        "last_day": stop.last_day,
        "half_day": stop.half_day,
        "reason": stop.reason_code,
        "note": stop.note,
        "is_special": stop.is_special,
        "status": stop.status,
        "version": stop.version,
        "asked_by": stop.asked_by.display_name,
        "asked_at": stop.created_at,
        "decided_by": stop.decided_by.display_name if stop.decided_by else "",
        "sessions": stop.sessions_count,
        "bands": stop.bands_count,
        "affected": stop.affected,
        "actions": decide.actions_open_to(stop, acting),
    }


def detailed(stop: ClinicStop, acting: Acting) -> dict[str, Any]:
    """One stop with its sessions and whom it affects."""
    counted = with_counts(stops_seen_by(acting)).get(pk=stop.pk)
    sessions = list(sessions_of(stop).order_by("starts_at", "pk").values_list("public_id", flat=True))
    people = [person(one) for one in lines_of(affected_by_stop(stop), acting)]
    return described(counted, acting) | {"session_ids": sessions, "bookings": people}


def person(line: Affected) -> dict[str, Any]:
    """One affected booking as plain values."""
    names = ("number", "starts_at", "ends_at", "name", "sex", "phone_tail", "doctor", "centre", "centre_phone", "status", "told")
    return {"booking": line.id} | {name: getattr(line, name) for name in names}
