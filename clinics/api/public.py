"""What hospitals offer, for programs of everybody: no login, no cookie, no doctor's name, the same for a minute."""

import json
from datetime import date
from typing import Any

from django.http import HttpResponse
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request

from clinics.models import HalfDay, SlotClass
from clinics.register import public
from clinics.register.public import Asked
from clinics.register.public_answers import kept_answer
from clinics.views.public import LANGUAGES, MOST_AHEAD
from permissions.doors import PUBLIC, Api, StrictChoiceField, StrictDateField, StrictUUIDField
from permissions.doors.paging import PageQuery
from vault.refusal import Refusal, invalid


class PublicSubject(serializers.Serializer[Any]):
    """One subject of a hospital: clinics and places of all the days together."""

    code = serializers.CharField()
    name = serializers.CharField()
    sessions = serializers.IntegerField()
    places = serializers.IntegerField()


class PublicHospital(serializers.Serializer[Any]):
    """One hospital that offers something on these days."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    level = serializers.CharField()
    grade = serializers.CharField(allow_blank=True)
    subjects = PublicSubject(many=True)


class PublicHalfDay(serializers.Serializer[Any]):
    """How many doctors of a class and title sit in one half-day; `places` counts all of them, not those left."""

    hospital = serializers.UUIDField()
    department = serializers.CharField()
    standard_code = serializers.CharField()
    slot_class = serializers.ChoiceField(choices=SlotClass.choices)
    title = serializers.CharField(allow_blank=True)
    disease = serializers.CharField(allow_blank=True)
    date = serializers.DateField()
    half_day = serializers.ChoiceField(choices=HalfDay.choices)
    doctors = serializers.IntegerField()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    places = serializers.IntegerField()


class PublicClinics(Api):
    """Hospitals with their subjects; with `hospital` or `subject` also every half-day. Seven days from today, or the day asked for."""

    policies = {"GET": PUBLIC}

    class Query(PageQuery):
        hospital = StrictUUIDField(required=False)
        subject = StrictChoiceField(choices=sorted(public.SUBJECTS), required=False)
        day = StrictDateField(required=False)
        lang = StrictChoiceField(choices=sorted(LANGUAGES), required=False, default="zh")

    class Output(serializers.Serializer[Any]):
        days = serializers.ListField(child=serializers.DateField())
        hospitals = PublicHospital(many=True)
        results = PublicHalfDay(many=True)
        next = serializers.URLField(allow_null=True)

    @extend_schema(parameters=[Query], responses=Output, operation_id="public_clinics")
    def get(self, request: Request) -> HttpResponse:
        given = self.asked(self.Query)
        today = timezone.localdate()
        asked = Asked(today, given.get("hospital"), given.get("subject", ""), _day(given.get("day"), today))
        page, language = given["page"], given["lang"]
        query = request.query_params.copy()
        query["page"] = str(page + 1)
        following = request.build_absolute_uri(f"?{query.urlencode()}")
        with translation.override(LANGUAGES[language]):
            name = f"api {language} {page} {asked} {following}"
            return kept_answer(request._request, name, "application/json", lambda: _body(asked, page, following))


def _day(day: date | None, today: date) -> date | None:
    if day is not None and not today <= day <= today + MOST_AHEAD:
        raise invalid("day", _("Give a day from today on, at most three months ahead."))
    return day


def _body(asked: Asked, page: int, following: str) -> bytes:
    """Both lists; the half-days only of one hospital or subject, as all of them are nobody's question."""
    if asked.hospital and public.hospital_named(asked.hospital, asked.today) is None:
        raise Refusal("not_found", _("There is nothing here that you may see."))
    half_days = public.half_days_of(asked, page=page) if asked.hospital or asked.subject else []
    hospitals = public.hospitals_offering(asked, page=page)
    more = len(half_days) > public.ROWS or len(hospitals) > public.HOSPITALS
    told = {
        "days": [day.isoformat() for day in asked.days],
        "hospitals": [_hospital(one) for one in hospitals[: public.HOSPITALS]],
        "results": [_half_day(row) for row in half_days[: public.ROWS]],
        "next": following if more else None,
    }
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


def _hospital(one: public.Summary) -> dict[str, Any]:
    hospital = one.hospital
    return {
        "id": str(hospital.public_id),
        "name": hospital.display_name,
        "level": hospital.level,
        "grade": hospital.grade,
        "subjects": list(one.subjects),
    }


def _half_day(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "hospital": str(row["service__institution__public_id"]),
        "department": row["service__department__name"],
        "standard_code": row["service__department__standard_code"],
        "slot_class": row["service__slot_class"],
        "title": row["service__title"],
        "disease": row["service__disease"],
        "date": row["date"].isoformat(),
        "half_day": row["half_day"],
        "doctors": row["doctors"],
        "starts_at": row["begins"].astimezone(timezone.get_default_timezone()).isoformat(),
        "ends_at": row["ends"].astimezone(timezone.get_default_timezone()).isoformat(),
        "places": row["places"],
    }
