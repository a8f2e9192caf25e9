"""Which reserved places can be booked now."""

import re
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from clinics.models import ServiceItem, ServiceKind, SlotClass
from clinics.models.offer import BOOKABLE_KINDS, EXAMINATIONS
from clinics.offers.queries import items_of
from clinics.timetables.exam_days import next_exam_day
from permissions.doors import Api, Needs, StrictCharField, StrictChoiceField, StrictDateField, StrictUUIDField
from permissions.doors.fields import ID
from permissions.doors.paging import PAGE, PageQuery, paged
from permissions.roles import Capability
from reserved_pools.promise import Promise, kept_or_not, promise_to
from reserved_pools.queries import Wanted, availability, earliest_day

TWO_WEEKS = timedelta(days=13)
A_YEAR = timedelta(days=366)
DISTRICT = re.compile(r"\A[1-9][0-9]{5}\Z")
SUBJECT = re.compile(r"\A[0-9]{2}(\.[0-9]{2}){0,2}\Z")


class Place(serializers.Serializer[Any]):
    """Something with an id and a name."""

    id = serializers.UUIDField()
    name = serializers.CharField()


class AvailableDepartment(Place):
    """A department with its standard subject code."""

    standard_code = serializers.CharField()


class AvailableItem(serializers.Serializer[Any]):
    """One item of a package with its fee in yuan."""

    code = serializers.CharField(allow_blank=True)
    name = serializers.CharField()
    fee = serializers.DecimalField(9, 2, allow_null=True)


class AvailableService(Place):
    """A service with its kind; of an examination what it costs in yuan, how to get ready, and the items of a package."""

    kind = serializers.ChoiceField(choices=ServiceKind.choices)
    fee = serializers.DecimalField(9, 2, allow_null=True)
    preparation = serializers.CharField(allow_blank=True)
    items = AvailableItem(many=True)


class AvailableSlot(serializers.Serializer[Any]):
    """The places of one band; `remaining` of `capacity` are left."""

    id = serializers.UUIDField()
    institution = Place()
    department = AvailableDepartment()
    service = AvailableService()
    slot_class = serializers.ChoiceField(choices=SlotClass.choices)
    title = serializers.CharField(allow_blank=True)
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    closes_at = serializers.DateTimeField()
    capacity = serializers.IntegerField()
    remaining = serializers.IntegerField()
    keeps_promise = serializers.BooleanField()
    calendar_days = serializers.IntegerField()
    working_days = serializers.IntegerField()
    why_not = serializers.CharField(allow_blank=True)
    is_partner = serializers.BooleanField()


class AvailabilityPromise(serializers.Serializer[Any]):
    """The last day that keeps the promise, the first on which there is a place, and what to say of it."""

    until = serializers.DateField()
    earliest = serializers.DateField(allow_null=True)
    sentence = serializers.CharField()


class AvailabilityList(serializers.Serializer[Any]):
    """One page of them; `next` is the address of the following page.

    Where examinations are asked for, `next_working_day` is the first day from `from` on that has any (R202).
    """

    promise = AvailabilityPromise()
    next_working_day = serializers.DateField(allow_null=True)
    results = AvailableSlot(many=True)
    next = serializers.URLField(allow_null=True)


class DepartmentOrSubject(StrictCharField):
    """The id of one department, or a subject code such as 03.04 for the subject in every hospital."""

    def to_internal_value(self, data: Any) -> Any:
        text = super().to_internal_value(data)
        if SUBJECT.match(text):
            return text
        if not ID.match(text):
            raise serializers.ValidationError(_("Give a department's id or a subject code such as 03.04."))
        return UUID(text)


class DistrictCode(StrictCharField):
    """The code of a district such as 110102."""

    def to_internal_value(self, data: Any) -> Any:
        text = super().to_internal_value(data)
        if not DISTRICT.match(text):
            raise serializers.ValidationError(_("Give the six digits of a district's code, such as 110102."))
        return text


class Availability(Api):
    """The places the acting person can book now, hospitals of her post's alliances first.

    The promised days count from `asked`, the day the referral was written, and from today when it is not said. `beyond` finds also
    places that their hospital does not let book yet: only an exception of two persons opens them (R106).
    """

    policies = {"GET": Needs(Capability.SEE_AVAILABILITY)}

    class Query(PageQuery):
        asked = StrictDateField(required=False)
        beyond = StrictChoiceField(choices=("0", "1"), required=False)
        department = DepartmentOrSubject(required=False, max_length=40)
        district = DistrictCode(required=False, max_length=6)
        institution = StrictUUIDField(required=False)
        service = StrictUUIDField(required=False)
        kind = StrictChoiceField(choices=BOOKABLE_KINDS, required=False)
        slot_class = StrictChoiceField(choices=SlotClass.choices, required=False)
        to = StrictDateField(required=False)

        def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
            """`from` is a word of Python, so it joins here."""
            return {"from": StrictDateField(required=False), **super().get_fields()}

        def validate_asked(self, day: date) -> date:
            """A request was made on some day until today."""
            today = timezone.localdate()
            if not today - A_YEAR <= day <= today:
                raise serializers.ValidationError(_("Give the day on which the referral was written, today at the latest."))
            return day

    @extend_schema(parameters=[Query], responses=AvailabilityList, operation_id="availability_list")
    def get(self, request: Request) -> Response:
        today = timezone.localdate()
        given = self.asked(self.Query)
        page = given["page"]
        asked = given.get("asked", today)
        wanted, offset = _wanted(given, today), (page - 1) * PAGE
        rows = availability(self.acting, wanted, today=today, asked=asked, offset=offset, limit=PAGE + 1)
        promise = promise_to(self.acting, asked, wanted.last)
        items = items_of({row["service"] for row in rows if row["kind"] in EXAMINATIONS})
        answer = paged(request, rows, page, partial(_described, promise, items))
        answer.data["promise"] = _promised(promise, earliest_day(self.acting, wanted, today))
        answer.data["next_working_day"] = next_exam_day(wanted.first) if wanted.kind in EXAMINATIONS else None
        return answer


def _wanted(given: dict[str, Any], today: date) -> Wanted:
    first = given.get("from", today)
    return Wanted(
        first,
        given.get("to", first + TWO_WEEKS),
        given.get("institution"),
        given.get("department"),
        given.get("service"),
        given.get("slot_class", ""),
        given.get("district", ""),
        given.get("kind", ""),
        beyond=given.get("beyond") == "1",
    )


def _promised(promise: Promise, earliest: date | None) -> dict[str, Any]:
    return {"until": promise.until, "earliest": earliest, "sentence": kept_or_not(promise, earliest)}


def _described(promise: Promise, items: Mapping[UUID, list[ServiceItem]], row: dict[str, Any]) -> dict[str, Any]:
    plain = ("slot_class", "title", "capacity", "remaining", "keeps_promise", "is_partner")
    times = {name: timezone.localtime(row[name]).isoformat() for name in ("starts_at", "ends_at", "closes_at")}
    return {
        "id": row["id"],
        "institution": {"id": row["institution"], "name": row["institution_name"]},
        "department": {
            "id": row["department"],
            "name": row["department_name"],
            "standard_code": row["standard_code"],
        },
        "service": _service(row, items.get(row["service"], [])),
        **times,
        **{name: row[name] for name in plain},
        "calendar_days": promise.calendar_days(row["visit_date"]),
        "working_days": promise.working_days(row["visit_date"]),
        "why_not": promise.why_not(row["visit_date"]),
    }


def _service(row: dict[str, Any], items: list[ServiceItem]) -> dict[str, Any]:
    said = {"id": row["service"], "name": row["service_name"], "kind": row["kind"], "preparation": row["preparation"]}
    fees = [{"code": item.code, "name": item.name, "fee": _yuan(item.fee)} for item in items]
    return said | {"fee": _yuan(row["fee"]), "items": fees}


def _yuan(fee: Decimal | None) -> str | None:
    return None if fee is None else f"{fee:.2f}"
