"""Places that came back, by program: read for a visit day, and taken over up to one move (R107)."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from clinics.access import MANAGE_POOLS, institutions_where
from clinics.models import Institution
from permissions.acting import Acting
from permissions.doors import Api, Needs, StrictDateField, StrictIntegerField, StrictSerializer, StrictUUIDField
from permissions.doors.paging import PAGE, PageQuery, paged
from permissions.roles import Capability
from reserved_pools.models import PlaceEvent, PlacesTaken, PoolKind
from reserved_pools.returned import lines_back, take_over
from vault.refusal import Refusal, invalid

MANAGING = Needs(Capability.MANAGE_POOLS)
WAYS = {"returned": "cut_off", "returned_late": "late", "taken_back": "given_early"}
LARGEST = 2**63 - 1


class ReleasedPlace(serializers.Serializer[Any]):
    """Places of one band that came back; `up_to` takes over this move and all before it."""

    up_to = serializers.IntegerField()
    department = serializers.UUIDField()
    department_name = serializers.CharField()
    service = serializers.UUIDField()
    service_name = serializers.CharField()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    kept_for = serializers.ChoiceField(choices=PoolKind.choices)
    places = serializers.IntegerField()
    how = serializers.ChoiceField(choices=[(way, way) for way in WAYS.values()])
    at = serializers.DateTimeField()
    taken_over_at = serializers.DateTimeField(allow_null=True)


class ReleasedPlaces(Api):
    """What came back for one visit day, tomorrow if none is named, of one of the acting coordinator's hospitals."""

    policies = {"GET": MANAGING}

    class Query(PageQuery):
        date = StrictDateField(required=False)
        institution = StrictUUIDField(required=False)

    class Output(serializers.Serializer[Any]):
        results = ReleasedPlace(many=True)
        next = serializers.URLField(allow_null=True)

    @extend_schema(parameters=[Query], responses=Output, operation_id="released_places_list")
    def get(self, request: Request) -> Response:
        given = self.asked(self.Query)
        day = given.get("date", timezone.localdate() + timedelta(days=1))
        rows = lines_back(own_hospital(self.acting, given.get("institution")), day)
        return paged(request, rows[(given["page"] - 1) * PAGE :], given["page"], described)


class ReleasedPlacesTaken(Api):
    """The hospital's word that it took over what came back, up to one move; the same again changes nothing."""

    policies = {"POST": MANAGING}

    class Input(StrictSerializer):
        date = StrictDateField()
        up_to = StrictIntegerField(min_value=1, max_value=LARGEST)
        institution = StrictUUIDField(required=False)

    class Output(serializers.Serializer[PlacesTaken]):
        id = serializers.UUIDField(source="public_id")
        date = serializers.DateField(source="visit_date")
        up_to = serializers.IntegerField()
        places = serializers.IntegerField()
        created_at = serializers.DateTimeField()

    @extend_schema(request=Input, responses={201: Output}, operation_id="released_places_acknowledge")
    def post(self, request: Request) -> Response:
        given = self.read(self.Input)
        hospital = own_hospital(self.acting, given.get("institution"))
        by_program = self.acting.scopes is not None
        taken = take_over(hospital, given["date"], given["up_to"], by=self.acting, by_program=by_program)
        return Response(self.Output(taken).data, status=status.HTTP_201_CREATED)


def own_hospital(acting: Acting, public_id: UUID | None) -> Institution:
    """The hospital named, or the only one. Refuses with `not_found`, or `invalid_input` when one of several must be named."""
    mine = institutions_where(acting.user, MANAGE_POOLS)
    found = list((mine.filter(public_id=public_id) if public_id else mine)[:2])
    if not found:
        raise Refusal("not_found", _("There is no such hospital."))
    if len(found) > 1:
        raise invalid("institution", _("You manage several hospitals; say which."))
    return found[0]


def described(row: tuple[PlaceEvent, PlacesTaken | None]) -> dict[str, Any]:
    """One move as the interface shows it."""
    event, taken = row
    place = event.pool_slot
    return {
        "up_to": event.pk,
        "department": place.department.public_id,
        "department_name": place.department.name,
        "service": place.service.public_id,
        "service_name": place.service.name,
        "starts_at": timezone.localtime(place.starts_at).isoformat(),
        "ends_at": timezone.localtime(place.ends_at).isoformat(),
        "kept_for": place.kind,
        "places": event.places,
        "how": WAYS[event.move],
        "at": timezone.localtime(event.at).isoformat(),
        "taken_over_at": timezone.localtime(taken.created_at).isoformat() if taken else None,
    }
