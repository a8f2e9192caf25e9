"""The feed of a hospital's own system: sessions, stops and attendance in batches, answered row by row (R097)."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from clinics.models import HalfDay, StopReason
from clinics.timetables.half_day_fields import MOST_PLACES
from permissions.doors import (
    StrictBooleanField,
    StrictCharField,
    StrictChoiceField,
    StrictDateField,
    StrictDateTimeField,
    StrictIntegerField,
    StrictSerializer,
    StrictUUIDField,
)
from referral.api.feed_door import EXCHANGE, BatchDoor, RowResults, attempt_of
from referral.booking.noshow import NoShowCause
from referral.exchange import attendance, sessions, stops
from referral.exchange.rows import MOST_ROWS

KEY = OpenApiParameter(
    "Idempotency-Key", str, OpenApiParameter.HEADER, required=False, description="Your name for this batch; another body under it: 422."
)


class FeedSessions(BatchDoor):
    """Push sessions: created, changed or left as they are by your own keys; published at once with bands and shares."""

    policies = {"PUT": EXCHANGE}

    class Row(StrictSerializer):
        """`service` and `department` by your own code or our id; the doctor by your staff number; times of the clock in Beijing."""

        service = StrictCharField(max_length=60, lines=False)
        department = StrictCharField(max_length=60, lines=False, required=False)
        date = StrictDateField()
        half_day = StrictChoiceField(choices=HalfDay.choices)
        starts = StrictCharField(max_length=5, lines=False)
        ends = StrictCharField(max_length=5, lines=False)
        capacity = StrictIntegerField(min_value=1, max_value=MOST_PLACES)
        uncapped = StrictBooleanField(required=False)
        practitioner = StrictCharField(max_length=40, lines=False, required=False, allow_blank=True)
        reason = StrictCharField(max_length=200, lines=False, required=False, allow_blank=True)

    class Sent(Row):
        key = serializers.CharField(max_length=100)

    class Batch(serializers.Serializer[Any]):
        def get_fields(self) -> dict[str, Any]:
            return {"sessions": FeedSessions.Sent(many=True)}

    @extend_schema(request=Batch, responses=RowResults, parameters=[KEY], operation_id="feed_push_sessions")
    def put(self, request: Request) -> Response:
        rows = self.said(request, "sessions", self.Row, MOST_ROWS)
        attempt = attempt_of(request, self.acting)
        attempt.check()
        results = sessions.push_sessions(self.hospital, rows, by=self.system)
        attempt.keep()
        return self.answered(results)


class FeedStops(BatchDoor):
    """Stop sessions: one by your key or our id, or the days of a service; a long stop waits for a second person."""

    policies = {"POST": EXCHANGE}

    class Row(StrictSerializer):
        """Either `session`, or `service` with `from`, `to` and perhaps `half_day`."""

        session = StrictCharField(max_length=100, lines=False, required=False)
        service = StrictCharField(max_length=60, lines=False, required=False)
        department = StrictCharField(max_length=60, lines=False, required=False)
        to = StrictDateField(required=False)
        half_day = StrictChoiceField(choices=HalfDay.choices, required=False)
        reason = StrictChoiceField(choices=StopReason.choices)
        note = StrictCharField(max_length=200, lines=False, required=False, allow_blank=True)

        def get_fields(self) -> dict[str, Any]:
            return {"from": StrictDateField(required=False), **super().get_fields()}

    class Sent(Row):
        key = serializers.CharField(max_length=100)

    class Batch(serializers.Serializer[Any]):
        def get_fields(self) -> dict[str, Any]:
            return {"stops": FeedStops.Sent(many=True)}

    @extend_schema(request=Batch, responses=RowResults, parameters=[KEY], operation_id="feed_push_stops")
    def post(self, request: Request) -> Response:
        rows = self.said(request, "stops", self.Row, stops.MOST)
        attempt = attempt_of(request, self.acting)
        attempt.check()
        results = stops.stop_sessions(self.hospital, rows, by=self.system)
        attempt.keep()
        return self.answered(results)


class FeedAttendance(BatchDoor):
    """Report who arrived, was seen or did not come."""

    policies = {"POST": EXCHANGE}

    class Row(StrictSerializer):
        """Either `booking` or the confirmation `code`; `at` is when it was so; a no-show needs a `cause`."""

        booking = StrictUUIDField(required=False)
        code = StrictCharField(max_length=20, lines=False, required=False)
        status = StrictChoiceField(choices=attendance.Attendance.choices)
        cause = StrictChoiceField(choices=NoShowCause.choices, required=False)
        at = StrictDateTimeField()

    class Sent(Row):
        key = serializers.CharField(max_length=100)

    class Batch(serializers.Serializer[Any]):
        def get_fields(self) -> dict[str, Any]:
            return {"attendance": FeedAttendance.Sent(many=True)}

    @extend_schema(request=Batch, responses=RowResults, parameters=[KEY], operation_id="feed_report_attendance")
    def post(self, request: Request) -> Response:
        rows = self.said(request, "attendance", self.Row, attendance.MOST)
        attempt = attempt_of(request, self.acting)
        attempt.check()
        results = attendance.report_attendance(self.hospital, rows, by=self.system)
        attempt.keep()
        return self.answered(results)
