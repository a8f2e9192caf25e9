"""The next or an onward visit by program, booked from the consulting room (R120, R121)."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from clinics.models import ServiceKind
from clinics.models.offer import BOOKABLE_KINDS
from permissions.doors import (
    IDEMPOTENCY_KEY,
    Api,
    Needs,
    StrictCharField,
    StrictChoiceField,
    StrictSerializer,
    StrictUUIDField,
    idempotency_key,
)
from permissions.doors.paging import PageQuery, page_of
from permissions.roles import Capability
from referral.api.bookings import BookingBody
from referral.api.versions import versioned
from referral.booking.expected import NOTHING_HERE, visits_of
from referral.booking.next_visit import Wish, book_next, next_places
from referral.booking.queries import body_of
from referral.cases.models import FollowKind
from reserved_pools.models import PoolSlot
from vault.refusal import Refusal

KINDS = [(kind.value, kind.label) for kind in FollowKind if kind is not FollowKind.NONE]
BOOKING_NEXT = Needs(Capability.BOOK_NEXT)


class NextPlace(serializers.Serializer[Any]):
    """A free place kept for residents at the acting hospital."""

    id = serializers.UUIDField()
    department = serializers.UUIDField()
    department_name = serializers.CharField()
    service_kind = serializers.ChoiceField(choices=ServiceKind.choices)
    service_name = serializers.CharField()
    preparation = serializers.CharField(allow_blank=True)
    slot_class = serializers.CharField()
    title = serializers.CharField(allow_blank=True)
    visit_date = serializers.DateField()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    remaining = serializers.IntegerField()


class NextPlaces(Api):
    """The places that fit this kind of visit after the one named, by time."""

    policies = {"GET": BOOKING_NEXT}

    class Query(PageQuery):
        kind = StrictChoiceField(choices=KINDS, required=False, default=FollowKind.NEXT.value)
        service_kind = StrictChoiceField(choices=BOOKABLE_KINDS, required=False)

    class Output(serializers.Serializer[Any]):
        results = NextPlace(many=True)
        next = serializers.URLField(allow_null=True)

    @extend_schema(parameters=[Query], responses=Output, operation_id="bookings_next_places")
    def get(self, request: Request, booking: UUID) -> Response:
        given = self.asked(self.Query)
        visit = visits_of(self.acting).filter(public_id=booking).first()
        if visit is None:
            raise Refusal("not_found", NOTHING_HERE)
        places = next_places(visit, FollowKind(given["kind"]), self.acting, service_kind=given.get("service_kind", ""))
        return page_of(request, places, given["page"], place_body)


class NextVisit(Api):
    """Book the next or an onward visit of a patient who was seen; once for each key."""

    policies = {"POST": BOOKING_NEXT}

    class Input(StrictSerializer):
        pool_slot = StrictUUIDField()
        kind = StrictChoiceField(choices=KINDS)
        reason = StrictCharField(max_length=100, lines=False)

    @extend_schema(request=Input, responses={201: BookingBody}, parameters=[IDEMPOTENCY_KEY], operation_id="bookings_book_next")
    def post(self, request: Request, booking: UUID) -> Response:
        key, given = idempotency_key(request), self.read(self.Input)
        wish = Wish(given["pool_slot"], FollowKind(given["kind"]), given["reason"])
        body = body_of(book_next(booking, wish, key=key, by=self.acting).public_id)
        return versioned(body, f'W/"{body["version"]}"', status=201)


def place_body(place: PoolSlot) -> dict[str, Any]:
    """A place as plain values."""
    return {
        "id": place.public_id,
        "department": place.department.public_id,
        "department_name": place.department.name,
        "service_kind": place.service.kind,
        "service_name": place.service.name,
        "preparation": place.service.preparation,
        "slot_class": place.slot_class,
        "title": place.service.title,
        "visit_date": place.visit_date,
        "starts_at": place.starts_at,
        "ends_at": place.ends_at,
        "remaining": place.remaining,  # type: ignore[attr-defined]
    }
