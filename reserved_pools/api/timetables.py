"""Publishing a stretch of the timetable by program: what it would make, and doing it once."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from clinics.models import Publication
from clinics.timetables.horizon import Skipped
from clinics.timetables.schedule_changes import LONGEST_REASON
from clinics.timetables.weekly_queries import hospital_run_by
from permissions.doors import (
    IDEMPOTENCY_KEY,
    Api,
    Needs,
    StrictCharField,
    StrictDateField,
    StrictSerializer,
    StrictUUIDField,
    idempotency_key,
)
from permissions.roles import Capability
from reserved_pools.sessions.publish_weeks import Span, publish_span
from reserved_pools.sessions.week_preview import Foreseen, Preview, left_out_as_too_many, preview

RUNNING = Needs(Capability.MANAGE_POOLS)


class SpanInput(StrictSerializer):
    """Days, both included, of the weekly timetable or copied from the week that begins on a Monday."""

    to = StrictDateField()
    copied_from = StrictDateField(required=False)
    institution = StrictUUIDField(required=False)

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """`from` is a word of Python, so it joins here."""
        return {"from": StrictDateField(), **super().get_fields()}


class TimetablePreview(Api):
    """What publishing would make and leave out; nothing is written."""

    policies = {"POST": RUNNING}

    class Output(serializers.Serializer[Any]):
        class Made(serializers.Serializer[Any]):
            service = serializers.UUIDField()
            date = serializers.DateField()
            half_day = serializers.CharField()
            capacity = serializers.IntegerField()
            referral = serializers.IntegerField()
            direct = serializers.IntegerField()
            window = serializers.IntegerField()
            in_frozen_week = serializers.BooleanField()

        class LeftOut(serializers.Serializer[Any]):
            service = serializers.UUIDField()
            date = serializers.DateField()
            half_day = serializers.CharField()
            why = serializers.CharField()

        made = Made(many=True)
        left_out = LeftOut(many=True)
        needs_reason = serializers.BooleanField()

    @extend_schema(request=SpanInput, responses=Output, operation_id="timetables_preview")
    def post(self, request: Request) -> Response:
        given = self.read(SpanInput)
        hospital = hospital_run_by(self.acting, given.get("institution"))
        copied = given.get("copied_from")
        return Response(_foreseen(preview(hospital, given["from"], given["to"], today=timezone.localdate(), copied_from=copied)))


class TimetablePublish(Api):
    """Publishes what is not published yet; the same key again is answered from the first time."""

    policies = {"POST": RUNNING}

    class Input(SpanInput):
        reason = StrictCharField(max_length=LONGEST_REASON, lines=False, required=False, allow_blank=True, default="")

    class Output(serializers.Serializer[Publication]):
        id = serializers.UUIDField(source="public_id")
        institution = serializers.UUIDField(source="institution.public_id")
        sessions = serializers.IntegerField()
        places = serializers.IntegerField()
        reserved = serializers.IntegerField()
        too_many = serializers.SerializerMethodField()

        @extend_schema_field(TimetablePreview.Output.LeftOut(many=True))
        def get_too_many(self, done: Publication) -> list[dict[str, Any]]:
            return [_left_out(one) for one in left_out_as_too_many(done, timezone.localdate())]

        def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
            days = {"from": serializers.DateField(source="first_day"), "to": serializers.DateField(source="last_day")}
            return {**super().get_fields(), **days}

    @extend_schema(request=Input, responses={201: Output}, parameters=[IDEMPOTENCY_KEY], operation_id="timetables_publish")
    def post(self, request: Request) -> Response:
        key, given = idempotency_key(request), self.read(self.Input)
        hospital = hospital_run_by(self.acting, given.get("institution"))
        span = Span(given["from"], given["to"], given.get("copied_from"), given["reason"])
        return Response(self.Output(publish_span(hospital, span, by=self.acting, key=key)).data, status=status.HTTP_201_CREATED)


def _foreseen(seen: Preview) -> dict[str, Any]:
    return {
        "made": [_made(one) for one in seen.made],
        "left_out": [_left_out(one) for one in seen.skipped],
        "needs_reason": seen.needs_reason,
    }


def _left_out(one: Skipped) -> dict[str, Any]:
    return {"service": one.pattern.service.public_id, "date": one.date, "half_day": one.pattern.half_day, "why": one.why.value}


def _made(one: Foreseen) -> dict[str, Any]:
    plan = one.plan
    named = {"service": plan.service.public_id, "date": plan.date, "half_day": plan.half_day.value, "capacity": plan.capacity}
    return named | {"referral": one.referral, "direct": one.direct, "window": one.window, "in_frozen_week": one.is_frozen}
