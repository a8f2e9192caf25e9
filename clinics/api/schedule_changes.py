"""What was changed of published sessions, for those who refer there and for their coordinators (R125, R159)."""

from datetime import datetime, time, timedelta
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from clinics.models import ChangeKind, HalfDay, ScheduleChange, SlotClass
from clinics.timetables.schedule_changes import ANNOUNCED_DAYS, changes_open_to
from clinics.timetables.timetable import BEIJING
from permissions.doors import Api, Needs, StrictUUIDField
from permissions.doors.fields import StrictDateField
from permissions.doors.paging import PageQuery, page_of
from permissions.roles import Capability


class ScheduleChanges(Api):
    """The changes since a day, seven days ago where nothing is said, the latest first; without names and reasons (R081)."""

    policies = {"GET": Needs(Capability.SEE_AVAILABILITY, Capability.MANAGE_POOLS)}

    class Query(PageQuery):
        institution = StrictUUIDField(required=False)

        def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
            """`from` is a word of Python, so it joins here."""
            return {"from": StrictDateField(required=False), **super().get_fields()}

    class Output(serializers.Serializer[Any]):
        class Entry(serializers.Serializer[ScheduleChange]):
            id = serializers.UUIDField(source="public_id")
            at = serializers.DateTimeField(source="created_at")
            kind = serializers.ChoiceField(choices=ChangeKind.choices)
            session = serializers.UUIDField(source="session.public_id")
            institution = serializers.UUIDField(source="session.service.institution.public_id")
            department = serializers.UUIDField(source="session.service.department.public_id")
            service = serializers.UUIDField(source="session.service.public_id")
            slot_class = serializers.ChoiceField(choices=SlotClass.choices, source="session.service.slot_class")
            date = serializers.DateField(source="session.date")
            half_day = serializers.ChoiceField(choices=HalfDay.choices, source="session.half_day")
            band_starts_at = serializers.DateTimeField(source="starts_at", allow_null=True)
            places = serializers.IntegerField()
            in_frozen_week = serializers.BooleanField()

        results = Entry(many=True)
        next = serializers.URLField(allow_null=True)

    @extend_schema(parameters=[Query], responses=Output, operation_id="schedule_changes_list")
    def get(self, request: Request) -> Response:
        given, now = self.asked(self.Query), timezone.localtime()
        since = now - timedelta(days=ANNOUNCED_DAYS)
        if "from" in given:
            since = datetime.combine(given["from"], time.min, BEIJING)
        about = {"session__service__institution__public_id": given["institution"]} if "institution" in given else {}
        return page_of(request, changes_open_to(self.acting, since=since, **about), given["page"], lambda row: self.Output.Entry(row).data)
