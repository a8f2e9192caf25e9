"""The working calendar by program: a year read, a day set and taken back."""

from datetime import date
from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from clinics.models import Institution
from clinics.policy.scope import institutions_of
from clinics.register.place_queries import NOTHING_HERE
from clinics.timetables.calendar import known_until
from clinics.timetables.calendar_days import LONGEST_NOTE, LONGEST_SOURCE, DayWords, remove_day, set_day
from clinics.timetables.calendar_year import Shown, year_of
from clinics.views.calendar import KEEPING
from permissions.acting import Acting
from permissions.doors import (
    Api,
    Needs,
    QueryCountField,
    StrictBooleanField,
    StrictCharField,
    StrictIntegerField,
    StrictSerializer,
    StrictUUIDField,
)
from permissions.doors.fields import read_day
from permissions.roles import Capability
from vault.refusal import Refusal

GOVERNING = Needs(Capability.SET_POLICY)


class CalendarEntry(serializers.Serializer[Any]):
    """One day that differs from its weekday; `institution` is empty for everybody's days."""

    date = serializers.DateField()
    is_working = serializers.BooleanField()
    runs_as_weekday = serializers.IntegerField(allow_null=True)
    note = serializers.CharField(allow_blank=True)
    source = serializers.CharField(allow_blank=True)  # type: ignore[assignment]
    institution = serializers.UUIDField(allow_null=True)


class Calendar(Api):
    """The days of a year that differ, for everybody or with one hospital's own days."""

    policies = {"GET": KEEPING}

    class Query(StrictSerializer):
        year = QueryCountField(min_value=2000, max_value=2100, required=False)
        institution = StrictUUIDField(required=False)

    class Output(serializers.Serializer[Any]):
        year = serializers.IntegerField()
        is_known = serializers.BooleanField()
        source = serializers.CharField(allow_blank=True)  # type: ignore[assignment]
        known_until = serializers.DateField(allow_null=True)
        days = CalendarEntry(many=True)

    @extend_schema(parameters=[Query], responses=Output, operation_id="calendar_get")
    def get(self, request: Request) -> Response:
        given = self.asked(self.Query)
        place = hospital_named(self.acting, given["institution"]) if "institution" in given else None
        today = timezone.localdate()
        year = year_of(given.get("year", today.year), place)
        body = {
            "year": year.number,
            "is_known": year.known is not None,
            "source": year.known.source if year.known else "",
            "known_until": known_until(today),
            "days": [entry(one) for one in year.named],
        }
        return Response(self.Output(body).data)


class CalendarInput(StrictSerializer):
    """What a day is: off, or worked, as its own weekday or another (1 = Monday … 7 = Sunday)."""

    is_working = StrictBooleanField()
    runs_as_weekday = StrictIntegerField(min_value=1, max_value=7, required=False, default=None)
    note = StrictCharField(max_length=LONGEST_NOTE, lines=False)
    source = StrictCharField(max_length=LONGEST_SOURCE, lines=False)  # type: ignore[assignment]


class CalendarSet(serializers.Serializer[Any]):
    """The day, and how many sessions are published on it."""

    date = serializers.DateField()
    published_sessions = serializers.IntegerField()


class CalendarDate(Api):
    """One day for everybody: PUT says what it is, DELETE lets it follow its weekday again. Repeating a PUT changes nothing."""

    policies = {"PUT": GOVERNING, "DELETE": GOVERNING}

    @extend_schema(request=CalendarInput, responses=CalendarSet, operation_id="calendar_set")
    def put(self, request: Request, day: str) -> Response:
        return kept(self, day, None)

    @extend_schema(responses={204: None}, operation_id="calendar_remove")
    def delete(self, request: Request, day: str) -> Response:
        return taken_back(self, day, None)


class HospitalCalendarDate(Api):
    """One day that is different at one hospital."""

    policies = {"PUT": KEEPING, "DELETE": KEEPING}

    @extend_schema(request=CalendarInput, responses=CalendarSet, operation_id="hospital_calendar_set")
    def put(self, request: Request, institution: UUID, day: str) -> Response:
        return kept(self, day, hospital_named(self.acting, institution))

    @extend_schema(responses={204: None}, operation_id="hospital_calendar_remove")
    def delete(self, request: Request, institution: UUID, day: str) -> Response:
        return taken_back(self, day, hospital_named(self.acting, institution))


def kept(door: Api, day: str, place: Institution | None) -> Response:
    """A day is said."""
    when, given = day_named(day), door.read(CalendarInput)
    published = set_day(when, DayWords(**given), institution=place, today=timezone.localdate(), by=door.acting)
    return Response(CalendarSet({"date": when, "published_sessions": published}).data)


def taken_back(door: Api, day: str, place: Institution | None) -> Response:
    """A day follows its weekday again."""
    remove_day(day_named(day), institution=place, today=timezone.localdate(), by=door.acting)
    return Response(status=status.HTTP_204_NO_CONTENT)


def hospital_named(acting: Acting, institution: UUID) -> Institution:
    """A hospital whose calendar somebody keeps. Refuses with `not_found`."""
    place = institutions_of(acting).filter(public_id=institution).first()
    if place is None:
        raise Refusal("not_found", NOTHING_HERE)
    return place


def day_named(text: str) -> date:
    """The day of an address; what is none is nothing anybody keeps."""
    try:
        return read_day(text)
    except ValueError as error:
        raise Refusal("not_found", NOTHING_HERE) from error


def entry(one: Shown) -> dict[str, Any]:
    """A named day as the interface writes it."""
    row = one.row
    assert row is not None
    return {
        "date": row.date, "is_working": row.is_working, "runs_as_weekday": row.runs_as_weekday, "note": row.note, "source": row.source,
        "institution": row.institution.public_id if row.institution else None,
    }  # fmt: skip
