"""The feed's other direction: bookings and returned places to read and acknowledge, what may be offered, and the codes."""

from datetime import timedelta
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from clinics.models import ServiceKind, SlotClass
from permissions.doors import StrictCharField, StrictDateField, StrictIntegerField, StrictSerializer, StrictUUIDField
from permissions.doors.paging import PageQuery
from referral.api.feed_door import EXCHANGE, FeedDoor
from referral.booking.models import BookingStatus, CancelCause
from referral.exchange import bookings, places
from referral.exchange.offered import services_of
from reserved_pools import returned
from vault.audit import saw_many


class FeedBooking(serializers.Serializer[Any]):
    """A booking as the hospital's window sees it: the name masked, no document, no medical word."""

    id = serializers.UUIDField()
    version = serializers.IntegerField()
    acknowledged_version = serializers.IntegerField(allow_null=True)
    number = serializers.CharField()
    status = serializers.ChoiceField(choices=BookingStatus.choices)
    cancel_cause = serializers.ChoiceField(choices=CancelCause.choices, allow_blank=True)
    name = serializers.CharField()
    sex = serializers.CharField()
    department = serializers.UUIDField()
    department_name = serializers.CharField()
    department_code = serializers.CharField(allow_blank=True)
    standard_code = serializers.CharField()
    service = serializers.UUIDField()
    service_code = serializers.CharField(allow_blank=True)
    session = serializers.UUIDField()
    slot_class = serializers.ChoiceField(choices=SlotClass.choices)
    title = serializers.CharField(allow_blank=True)
    visit_date = serializers.DateField()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()


class FeedBookings(FeedDoor):
    """What you have not read yet. Begin without `since`, then send the `cursor` of the last answer; ask again at once while `more`."""

    policies = {"GET": EXCHANGE}

    class Query(StrictSerializer):
        since = StrictCharField(max_length=100, lines=False, required=False, default="", allow_blank=True)

    class Output(serializers.Serializer[Any]):
        results = FeedBooking(many=True)
        cursor = serializers.CharField()
        more = serializers.BooleanField()

    @extend_schema(parameters=[Query], responses=Output, operation_id="feed_bookings")
    def get(self, request: Request) -> Response:
        since = self.asked(self.Query)["since"]
        batch = bookings.bookings_since(self.hospital, since, today=timezone.localdate())
        known = bookings.acknowledged(batch.bookings)
        answer = {
            "results": [bookings.shown(one, known.get(one.pk)) for one in batch.bookings],
            "cursor": str(batch.cursor),
            "more": batch.more,
        }
        saw_many(self.acting.actor, "booking", [one.public_id for one in batch.bookings], "feed")
        return Response(answer)


class FeedAcknowledge(FeedDoor):
    """Your system has these versions of these bookings."""

    policies = {"POST": EXCHANGE}

    class Input(StrictSerializer):
        class One(StrictSerializer):
            id = StrictUUIDField()
            version = StrictIntegerField(min_value=1, max_value=100_000)

        bookings = serializers.ListField(child=One(), allow_empty=False, max_length=500)

    class Output(serializers.Serializer[Any]):
        acknowledged = serializers.IntegerField()
        new = serializers.IntegerField()

    @extend_schema(request=Input, responses=Output, operation_id="feed_acknowledge_bookings")
    def post(self, request: Request) -> Response:
        given = self.read(self.Input)["bookings"]
        versions = {one["id"]: one["version"] for one in sorted(given, key=lambda one: int(one["version"]))}
        new = bookings.acknowledge(self.hospital, versions, by=self.acting)
        return Response({"acknowledged": len(versions), "new": new})


class ReleasedDay(serializers.Serializer[Any]):
    """What came back for one visit day: in all, how much nobody has taken over, and the move to acknowledge up to."""

    visit_date = serializers.DateField()
    places = serializers.IntegerField()
    waiting = serializers.IntegerField()
    up_to = serializers.IntegerField()
    last_at = serializers.DateTimeField()


class FeedReleased(FeedDoor):
    """The visit days, from a week ago on, for which unused reserved places came back to the hospital (R107)."""

    policies = {"GET": EXCHANGE}

    class Output(serializers.Serializer[Any]):
        results = ReleasedDay(many=True)
        next = serializers.URLField(allow_null=True)

    @extend_schema(responses=Output, operation_id="feed_released")
    def get(self, request: Request) -> Response:
        today = timezone.localdate()
        days = returned.days_back(self.acting, today - timedelta(days=7), today + timedelta(days=92))
        mine = [day for day in days if day.institution.pk == self.hospital.pk]
        rows = [
            {"visit_date": day.visit_date, "places": day.places, "waiting": day.waiting, "up_to": day.last, "last_at": day.last_at}
            for day in mine
        ]
        return Response({"results": rows, "next": None})


class FeedTakeOver(FeedDoor):
    """The hospital took over what came back for a day, up to one move."""

    policies = {"POST": EXCHANGE}

    class Input(StrictSerializer):
        visit_date = StrictDateField()
        up_to = StrictIntegerField(min_value=1)

    class Output(serializers.Serializer[Any]):
        id = serializers.UUIDField()
        visit_date = serializers.DateField()
        places = serializers.IntegerField()
        up_to = serializers.IntegerField()

    @extend_schema(request=Input, responses=Output, operation_id="feed_acknowledge_released")
    def post(self, request: Request) -> Response:
        given = self.read(self.Input)
        taken = returned.take_over(self.hospital, given["visit_date"], given["up_to"], by=self.acting, by_program=True)
        body = {"id": taken.public_id, "visit_date": taken.visit_date, "places": taken.places, "up_to": taken.up_to}
        return Response(body)


class OfferedBand(serializers.Serializer[Any]):
    """One band: how many places are for residents themselves and for your window; the rest is for community referrals."""

    id = serializers.UUIDField()
    session = serializers.UUIDField()
    service = serializers.UUIDField()
    service_code = serializers.CharField(allow_blank=True)
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    capacity = serializers.IntegerField()
    community_referral = serializers.IntegerField()
    resident_direct = serializers.IntegerField()
    resident_direct_left = serializers.IntegerField()
    window = serializers.IntegerField()
    returned = serializers.IntegerField(help_text="how many of the window's came back")
    uncapped = serializers.BooleanField()
    blocked = serializers.BooleanField()


class FeedPlaces(FeedDoor):
    """Residents' places and the window's rest of each band of your sessions (R083, R084); at most 31 days."""

    policies = {"GET": EXCHANGE}

    class Query(PageQuery):
        to = StrictDateField(required=False)

        def get_fields(self) -> dict[str, Any]:
            return {"from": StrictDateField(required=False), **super().get_fields()}

    class Output(serializers.Serializer[Any]):
        results = OfferedBand(many=True)
        next = serializers.URLField(allow_null=True)

    @extend_schema(parameters=[Query], responses=Output, operation_id="feed_places")
    def get(self, request: Request) -> Response:
        given = self.asked(self.Query)
        first = given.get("from", timezone.localdate())
        last = given.get("to", first + timedelta(days=13))
        found = places.bands_of(self.hospital, first, last, page=given["page"])
        address = None
        if len(found) > places.MOST:
            query = request.query_params.copy()
            query["page"] = str(given["page"] + 1)
            address = request.build_absolute_uri(f"?{query.urlencode()}")
        return Response({"results": [_offered(band) for band in found[: places.MOST]], "next": address})


class ServiceCode(serializers.Serializer[Any]):
    """One service with your code and ours."""

    id = serializers.UUIDField()
    code = serializers.CharField(allow_blank=True)
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=ServiceKind.choices)
    slot_class = serializers.ChoiceField(choices=SlotClass.choices)
    title = serializers.CharField(allow_blank=True)
    department = serializers.UUIDField()
    department_name = serializers.CharField()
    department_code = serializers.CharField(allow_blank=True)
    standard_code = serializers.CharField()
    active_from = serializers.DateField(allow_null=True)
    active_to = serializers.DateField(allow_null=True)


class FeedServices(FeedDoor):
    """How your codes and ours belong together."""

    policies = {"GET": EXCHANGE}

    class Output(serializers.Serializer[Any]):
        results = ServiceCode(many=True)
        next = serializers.URLField(allow_null=True)

    @extend_schema(responses=Output, operation_id="feed_services")
    def get(self, request: Request) -> Response:
        return Response({"results": [_coded(one) for one in services_of(self.hospital)], "next": None})


def _offered(band: places.Band) -> dict[str, Any]:
    slot = band.slot
    return {
        "id": slot.public_id,
        "session": slot.session.public_id,
        "service": slot.session.service.public_id,
        "service_code": slot.session.service.code,
        "starts_at": slot.starts_at,
        "ends_at": slot.ends_at,
        "capacity": slot.capacity,
        "community_referral": band.referral,
        "resident_direct": band.direct,
        "resident_direct_left": band.direct_left,
        "window": band.window,
        "returned": band.returned,
        "uncapped": slot.session.is_uncapped,
        "blocked": slot.is_blocked,
    }


def _coded(service: Any) -> dict[str, Any]:
    return {
        "id": service.public_id,
        "code": service.code,
        "name": service.name,
        "kind": service.kind,
        "slot_class": service.slot_class,
        "title": service.title,
        "department": service.department.public_id,
        "department_name": service.department.name,
        "department_code": service.department.local_code,
        "standard_code": service.department.standard_code,
        "active_from": service.active_from,
        "active_to": service.active_to,
    }
