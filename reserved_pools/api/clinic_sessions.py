"""Published sessions by program: read with their bands, added beside the timetable, and changed."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from clinics.api.session_templates import CLOCK, RELEASES
from clinics.models import ClinicSession, HalfDay
from clinics.models.timetable import SessionStatus
from clinics.timetables.half_day_fields import LIMITED, MOST_PLACES, UNLIMITED
from clinics.timetables.schedule_changes import LONGEST_REASON
from clinics.timetables.weekly_queries import hospital_run_by
from permissions.doors import (
    IF_MATCH,
    Api,
    Needs,
    StrictCharField,
    StrictChoiceField,
    StrictDateField,
    StrictIntegerField,
    StrictSerializer,
    StrictUUIDField,
    etag,
    if_match,
)
from permissions.doors.paging import PageQuery, page_of
from permissions.roles import Capability
from reserved_pools.sessions.band_blocks import block, unblock
from reserved_pools.sessions.changes import END, MOST_EXTRA, START, add_band, add_places
from reserved_pools.sessions.doctors import change_doctor
from reserved_pools.sessions.extra_sessions import ExtraSession, add_session
from reserved_pools.sessions.queries import bands_of, session_run_by, sessions_between
from vault.refusal import invalid

RUNNING = Needs(Capability.MANAGE_POOLS)
WEEK, MOST_DAYS = timedelta(days=6), 31


def reason_field() -> StrictCharField:
    """Why; needed in the frozen week."""
    return StrictCharField(max_length=LONGEST_REASON, lines=False, required=False, allow_blank=True, default="")


class BandEntry(serializers.Serializer[Any]):
    """One band with its places."""

    id = serializers.UUIDField(source="public_id")
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    capacity = serializers.IntegerField()
    referral = serializers.IntegerField()
    booked = serializers.IntegerField()
    returned = serializers.IntegerField()
    direct = serializers.IntegerField()
    window = serializers.IntegerField()
    is_blocked = serializers.BooleanField()


class ClinicSessionEntry(serializers.Serializer[ClinicSession]):
    """One session with its bands."""

    id = serializers.UUIDField(source="public_id")
    version = serializers.IntegerField()
    institution = serializers.UUIDField(source="service.institution.public_id")
    department = serializers.UUIDField(source="service.department.public_id")
    service = serializers.UUIDField(source="service.public_id")
    date = serializers.DateField()
    half_day = serializers.ChoiceField(choices=HalfDay.choices)
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    capacity = serializers.IntegerField()
    release = serializers.SerializerMethodField()
    status = serializers.ChoiceField(choices=SessionStatus.choices)
    practitioner = serializers.UUIDField(source="practitioner.public_id", allow_null=True, default=None)
    bands = serializers.SerializerMethodField()

    def get_release(self, session: ClinicSession) -> str:
        return UNLIMITED if session.is_uncapped else LIMITED

    def get_bands(self, session: ClinicSession) -> list[dict[str, Any]]:
        return [BandEntry(band).data for band in bands_of(session)]


class ClinicSessions(Api):
    """The sessions of some days, a week from today where nothing is said; and one more beside the timetable."""

    policies = {"GET": RUNNING, "POST": RUNNING}

    class Query(PageQuery):
        institution = StrictUUIDField(required=False)
        to = StrictDateField(required=False)

        def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
            """`from` is a word of Python, so it joins here."""
            return {"from": StrictDateField(required=False), **super().get_fields()}

    class Input(StrictSerializer):
        service = StrictUUIDField()
        date = StrictDateField()
        half_day = StrictChoiceField(choices=HalfDay.choices)
        starts = StrictCharField(max_length=CLOCK, lines=False)
        ends = StrictCharField(max_length=CLOCK, lines=False)
        capacity = StrictIntegerField(min_value=1, max_value=MOST_PLACES)
        release = StrictChoiceField(choices=RELEASES, required=False)
        practitioner = StrictUUIDField(required=False)
        reason = reason_field()
        institution = StrictUUIDField(required=False)

    class Output(serializers.Serializer[Any]):
        results = ClinicSessionEntry(many=True)
        next = serializers.URLField(allow_null=True)

    @extend_schema(parameters=[Query], responses=Output, operation_id="clinic_sessions_list")
    def get(self, request: Request) -> Response:
        given = self.asked(self.Query)
        first = given.get("from", timezone.localdate())
        last = given.get("to", first + WEEK)
        if not 0 <= (last - first).days < MOST_DAYS:
            raise invalid("to", _("Ask for at most 31 days at once."))
        found = sessions_between(self.acting, first, last, given.get("institution"))
        return page_of(request, found, given["page"], lambda row: ClinicSessionEntry(row).data)

    @extend_schema(request=Input, responses={201: ClinicSessionEntry}, operation_id="clinic_sessions_add")
    def post(self, request: Request) -> Response:
        given = self.read(self.Input)
        hospital = hospital_run_by(self.acting, given.pop("institution", None))
        made = add_session(hospital, ExtraSession(**given), by=self.acting)
        return described(session_run_by(self.acting, made.public_id), status.HTTP_201_CREATED)


class ClinicSessionDetail(Api):
    """One session."""

    policies = {"GET": RUNNING}

    @extend_schema(responses=ClinicSessionEntry, operation_id="clinic_sessions_get")
    def get(self, request: Request, session: UUID) -> Response:
        return described(session_run_by(self.acting, session))


class SessionPlaces(Api):
    """More places in one band."""

    policies = {"POST": RUNNING}

    class Input(StrictSerializer):
        band = StrictUUIDField()
        places = StrictIntegerField(min_value=1, max_value=MOST_EXTRA)
        reason = reason_field()

    @extend_schema(request=Input, responses=ClinicSessionEntry, parameters=[IF_MATCH], operation_id="clinic_sessions_add_places")
    def post(self, request: Request, session: UUID) -> Response:
        version, given = if_match(request), self.read(self.Input)
        held = session_run_by(self.acting, session)
        add_places(held, given["band"], given["places"], reason=given["reason"], by=self.acting, expected_version=version)
        return described(session_run_by(self.acting, session))


class SessionBands(Api):
    """One more band at the beginning or the end."""

    policies = {"POST": RUNNING}

    class Input(StrictSerializer):
        where = StrictChoiceField(choices=[(START, START), (END, END)])
        places = StrictIntegerField(min_value=1, max_value=MOST_EXTRA)
        reason = reason_field()

    @extend_schema(request=Input, responses=ClinicSessionEntry, parameters=[IF_MATCH], operation_id="clinic_sessions_add_band")
    def post(self, request: Request, session: UUID) -> Response:
        version, given = if_match(request), self.read(self.Input)
        held = session_run_by(self.acting, session)
        add_band(held, given["where"], given["places"], reason=given["reason"], by=self.acting, expected_version=version)
        return described(session_run_by(self.acting, session))


class BandInput(StrictSerializer):
    """One band, and why."""

    band = StrictUUIDField()
    reason = reason_field()


class SessionBlock(Api):
    """Nobody books one band any more; answers how many bookings stay and need another time."""

    policies = {"POST": RUNNING}

    class Output(serializers.Serializer[Any]):
        withdrawn = serializers.IntegerField()
        booked = serializers.IntegerField()
        session = ClinicSessionEntry()

    @extend_schema(request=BandInput, responses=Output, parameters=[IF_MATCH], operation_id="clinic_sessions_block")
    def post(self, request: Request, session: UUID) -> Response:
        version, given = if_match(request), self.read(BandInput)
        held = session_run_by(self.acting, session)
        done = block(held, given["band"], reason=given["reason"], by=self.acting, expected_version=version)
        after = session_run_by(self.acting, session)
        body = {"withdrawn": done.withdrawn, "booked": done.booked, "session": ClinicSessionEntry(after).data}
        return Response(body, headers={"ETag": etag(after)})


class SessionUnblock(Api):
    """One blocked band is open again, where blocking it withdrew nothing."""

    policies = {"POST": RUNNING}

    @extend_schema(request=BandInput, responses=ClinicSessionEntry, parameters=[IF_MATCH], operation_id="clinic_sessions_unblock")
    def post(self, request: Request, session: UUID) -> Response:
        version, given = if_match(request), self.read(BandInput)
        held = session_run_by(self.acting, session)
        unblock(held, given["band"], reason=given["reason"], by=self.acting, expected_version=version)
        return described(session_run_by(self.acting, session))


class SessionDoctor(Api):
    """Another doctor of the same specialty and the same or a higher rank."""

    policies = {"POST": RUNNING}

    class Input(StrictSerializer):
        practitioner = StrictUUIDField()
        reason = reason_field()

    @extend_schema(request=Input, responses=ClinicSessionEntry, parameters=[IF_MATCH], operation_id="clinic_sessions_change_doctor")
    def post(self, request: Request, session: UUID) -> Response:
        version, given = if_match(request), self.read(self.Input)
        held = session_run_by(self.acting, session)
        change_doctor(held, given["practitioner"], reason=given["reason"], by=self.acting, expected_version=version)
        return described(session_run_by(self.acting, session))


def described(session: ClinicSession, code: int = status.HTTP_200_OK) -> Response:
    """One session with its version as ETag."""
    return Response(ClinicSessionEntry(session).data, status=code, headers={"ETag": etag(session)})
