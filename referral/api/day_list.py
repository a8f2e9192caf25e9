"""The list of a day by program: who is expected, by department and band, and the day's numbers; or the file."""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.request import Request
from rest_framework.response import Response

from clinics.models import HalfDay
from clinics.views.exporting import handed_out
from permissions.doors import Api, Needs, StrictChoiceField, StrictDateField, StrictUUIDField
from permissions.doors.paging import PAGE, PageQuery, paged
from permissions.roles import Capability
from referral.daylists.lines import MOST_LINES, cells_of, columns, line_of, looked, named
from referral.daylists.queries import DayList, asked_by, day_list
from referral.patients.models import PriorityGroup

LINE = (
    "booking", "department", "service", "starts_at", "ends_at", "name", "sex", "birth_date", "priority_group",
    "document_tail", "phone_tail",
    "confirmation_code", "number", "referred_by", "status", "confirmed_at", "is_stopped",
)  # fmt: skip


class ByAccept(DefaultContentNegotiation):
    """`format` in the address names the file, not a renderer."""

    def filter_renderers(self, renderers: Any, format: str) -> Any:  # noqa: A002  the name the framework gives
        return renderers


class DayListNumbers(serializers.Serializer[Any]):
    """One department's numbers of the day."""

    department = serializers.UUIDField()
    name = serializers.CharField()
    reserved = serializers.IntegerField()
    booked = serializers.IntegerField()
    returned = serializers.IntegerField()


class DayListLine(serializers.Serializer[Any]):
    """One patient the hospital expects."""

    booking = serializers.UUIDField()
    department = serializers.CharField()
    service = serializers.CharField()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    name = serializers.CharField()
    sex = serializers.CharField()
    birth_date = serializers.DateField()
    priority_group = serializers.ChoiceField(choices=PriorityGroup.choices, allow_blank=True)
    document_tail = serializers.CharField(allow_blank=True)
    phone_tail = serializers.CharField(allow_blank=True)
    confirmation_code = serializers.CharField()
    number = serializers.CharField()
    referred_by = serializers.CharField()
    status = serializers.CharField()
    confirmed_at = serializers.DateTimeField(allow_null=True)
    is_stopped = serializers.BooleanField()


class DayListAnswer(serializers.Serializer[Any]):
    """One page of the list as of a moment; before `closes_at` it is not final, and `due_at` is when it has to be there."""

    date = serializers.DateField()
    as_of = serializers.DateTimeField()
    closes_at = serializers.DateTimeField(allow_null=True)
    due_at = serializers.DateTimeField()
    is_final = serializers.BooleanField()
    departments = DayListNumbers(many=True)
    results = DayListLine(many=True)
    next = serializers.URLField(allow_null=True)


class DayListDoor(Api):
    """Everybody booked at one's own hospital on a day; `format` xlsx or csv answers the whole list as a file."""

    policies = {"GET": Needs(Capability.DAY_LIST)}
    content_negotiation_class = ByAccept

    class Query(PageQuery):
        date = StrictDateField(required=False)
        department = StrictUUIDField(required=False)
        half_day = StrictChoiceField(choices=HalfDay.choices, required=False)
        format = StrictChoiceField(choices=["json", "xlsx", "csv"], required=False, default="json")

    @extend_schema(parameters=[Query], responses=DayListAnswer, operation_id="day_list")
    def get(self, request: Request) -> Any:
        given = self.asked(self.Query)
        asked = asked_by(self.acting, day=given.get("date"), department=given.get("department"), half_day=given.get("half_day", ""))
        found = day_list(asked)
        if given["format"] != "json":
            return self.taken(request, found, given["format"])
        first = (given["page"] - 1) * PAGE
        lines = [line_of(booking) for booking in found.bookings[first : first + PAGE + 1]]
        answer = paged(request, lines, given["page"], lambda line: {name: line[name] for name in LINE})
        looked(self.acting, lines[:PAGE], "day list")
        return Response(numbers(found) | answer.data)

    def taken(self, request: Request, found: DayList, form: str) -> Any:
        """The whole list as a file."""
        lines = [line_of(booking) for booking in found.bookings[:MOST_LINES]]
        title, cells = f"{_('Day list')} {found.asked.day.isoformat()}", map(cells_of, lines)
        answer = handed_out(
            request._request, "day_list", title, columns(), cells, by=self.acting, filters=named(found.asked), form=form
        )  # fmt: skip
        looked(self.acting, lines, "day list file")
        return answer


def numbers(found: DayList) -> dict[str, Any]:
    """What stands above the lines."""
    return {
        "date": found.asked.day,
        "as_of": found.as_of,
        "closes_at": found.closes_at,
        "due_at": found.due_at,
        "is_final": found.is_final,
        "departments": [
            {"department": one.department, "name": one.name, "reserved": one.reserved, "booked": one.booked, "returned": one.returned}
            for one in found.counts
        ],
    }
