"""Pools by program: the share kept of each service, what lies ahead, moves of places and taking them back."""

import re
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from clinics.models import HalfDay, SlotClass
from permissions.doors import IF_MATCH, Api, Needs, StrictIntegerField, StrictSerializer, StrictUUIDField, if_match
from permissions.doors.paging import PAGE, PageQuery, page_of, paged
from permissions.doors.serializers import StrictCharField
from permissions.roles import Capability
from reserved_pools.balance import rebalancing
from reserved_pools.balance.balance import VERDICT_CHOICES
from reserved_pools.balance.proposals import Prospect, outlook
from reserved_pools.balance.rebalancing import Move, rebalancing_of, rebalancings_of
from reserved_pools.models import Rebalancing, ReservedPool
from reserved_pools.pool_queries import pool_of, pools_of
from reserved_pools.resizing import set_places, version_of

MANAGING = Needs(Capability.MANAGE_POOLS)
MOST_PLACES = 9999
SHARE = re.compile(r"\A[01](\.[0-9]{1,3})?\Z")


class ShareField(StrictCharField):
    """A fraction as text with at most three digits, like 0.35: a JSON number would not be exact."""

    default_error_messages = {"share": _("Enter a share like 0.35, as text with at most three digits.")}

    def to_internal_value(self, data: Any) -> str:
        text = super().to_internal_value(data)
        if not SHARE.match(text):
            self.fail("share")
        return text


class PoolEntry(serializers.Serializer[Any]):
    """The share of one service's places that is kept for referrals; `version` goes into If-Match."""

    id = serializers.UUIDField(source="public_id")
    version = serializers.SerializerMethodField()
    institution = serializers.UUIDField(source="service.institution.public_id")
    department = serializers.UUIDField(source="service.department.public_id")
    service = serializers.UUIDField(source="service.public_id")
    service_name = serializers.CharField(source="service.name")
    slot_class = serializers.ChoiceField(choices=SlotClass.choices, source="service.slot_class")
    share = serializers.DecimalField(max_digits=4, decimal_places=3)
    valid_from = serializers.DateField()

    def get_version(self, pool: ReservedPool) -> int:
        return version_of(pool)


class PoolList(serializers.Serializer[Any]):
    """One page of them."""

    results = PoolEntry(many=True)
    next = serializers.URLField(allow_null=True)


class Pools(Api):
    """The pools of the acting coordinator's hospitals."""

    policies = {"GET": MANAGING}

    @extend_schema(parameters=[PageQuery], responses=PoolList, operation_id="pools_list")
    def get(self, request: Request) -> Response:
        return page_of(request, pools_of(self.acting), self.asked(PageQuery)["page"], lambda pool: PoolEntry(pool).data)


class PoolDetail(Api):
    """One pool; raising its share counts for sessions published from then on, and it never sinks below the floor (R040)."""

    policies = {"GET": MANAGING, "PUT": MANAGING}

    class Input(StrictSerializer):
        share = ShareField(max_length=5)

    @extend_schema(responses=PoolEntry, operation_id="pools_get")
    def get(self, request: Request, pool: UUID) -> Response:
        return shown(pool_of(self.acting, pool))

    @extend_schema(request=Input, responses=PoolEntry, parameters=[IF_MATCH], operation_id="pools_set")
    def put(self, request: Request, pool: UUID) -> Response:
        seen, given = if_match(request), self.read(self.Input)
        return shown(set_places(pool_of(self.acting, pool), Decimal(given["share"]), by=self.acting, seen=seen))


class ForecastProposal(serializers.Serializer[Any]):
    """What could be done with the spare places: `to_session` is null when they would go to the hospital."""

    to_session = serializers.UUIDField(allow_null=True)
    places = serializers.IntegerField()
    reserved_share_after = serializers.DecimalField(max_digits=7, decimal_places=4, allow_null=True)
    expert_share_after = serializers.DecimalField(max_digits=7, decimal_places=4, allow_null=True)
    breaks = serializers.ListField(child=serializers.ChoiceField(choices=VERDICT_CHOICES))


class ForecastEntry(serializers.Serializer[Any]):
    """One session ahead; the forecast is null where too little past is known. `reserved` and `left` go into a rebalancing."""

    session = serializers.UUIDField()
    institution = serializers.UUIDField()
    department = serializers.UUIDField()
    service = serializers.UUIDField()
    date = serializers.DateField()
    half_day = serializers.ChoiceField(choices=HalfDay.choices)
    closes_at = serializers.DateTimeField()
    reserved = serializers.IntegerField()
    booked = serializers.IntegerField()
    left = serializers.IntegerField()
    expected_unused = serializers.DecimalField(max_digits=6, decimal_places=1, allow_null=True)
    low = serializers.IntegerField(allow_null=True)
    high = serializers.IntegerField(allow_null=True)
    proposal = ForecastProposal(allow_null=True)


class ForecastList(serializers.Serializer[Any]):
    """One page of them, those with a proposal and the most to spare first."""

    results = ForecastEntry(many=True)
    next = serializers.URLField(allow_null=True)


class Forecasts(Api):
    """What is expected to stay unused in the sessions of the next four weeks, and what is proposed."""

    policies = {"GET": MANAGING}

    @extend_schema(parameters=[PageQuery], responses=ForecastList, operation_id="pools_forecasts")
    def get(self, request: Request) -> Response:
        page = self.asked(PageQuery)["page"]
        rows = outlook(self.acting, timezone.localdate()).prospects[(page - 1) * PAGE : page * PAGE + 1]
        return paged(request, rows, page, described)


class RebalancingEntry(serializers.Serializer[Any]):
    """One move of places."""

    id = serializers.UUIDField(source="public_id")
    from_session = serializers.UUIDField(source="from_session.public_id")
    to_session = serializers.SerializerMethodField()
    places = serializers.IntegerField()
    expected_unused = serializers.DecimalField(max_digits=6, decimal_places=2)
    created_at = serializers.DateTimeField()
    undone_at = serializers.DateTimeField(allow_null=True)

    def get_to_session(self, one: Rebalancing) -> UUID | None:
        return one.to_session.public_id if one.to_session else None


class RebalancingList(serializers.Serializer[Any]):
    """One page of them, the last first."""

    results = RebalancingEntry(many=True)
    next = serializers.URLField(allow_null=True)


class Rebalancings(Api):
    """Moves of places: to another session of the department's week, or to the hospital when none is named; with what was seen."""

    policies = {"GET": MANAGING, "POST": MANAGING}

    class Input(StrictSerializer):
        from_session = StrictUUIDField()
        to_session = StrictUUIDField(required=False)
        places = StrictIntegerField(min_value=1, max_value=MOST_PLACES)
        reserved = StrictIntegerField(min_value=1, max_value=MOST_PLACES)
        left = StrictIntegerField(min_value=1, max_value=MOST_PLACES)

    @extend_schema(parameters=[PageQuery], responses=RebalancingList, operation_id="rebalancings_list")
    def get(self, request: Request) -> Response:
        return page_of(request, rebalancings_of(self.acting), self.asked(PageQuery)["page"], lambda one: RebalancingEntry(one).data)

    @extend_schema(request=Input, responses={201: RebalancingEntry}, operation_id="rebalancings_accept")
    def post(self, request: Request) -> Response:
        given = self.read(self.Input)
        move = Move(given["from_session"], given.get("to_session"), given["places"], given["reserved"], given["left"])
        done = rebalancing.accept(move, by=self.acting)
        return Response(RebalancingEntry(done).data, status=status.HTTP_201_CREATED)


class RebalancingUndo(Api):
    """Takes a move back within a day, as long as nobody booked its places."""

    policies = {"POST": MANAGING}

    @extend_schema(request=None, responses=RebalancingEntry, operation_id="rebalancings_undo")
    def post(self, request: Request, rebalancing: UUID) -> Response:
        return Response(RebalancingEntry(undone(rebalancing_of(self.acting, rebalancing), self.acting)).data)


def undone(one: Rebalancing, by: Any) -> Rebalancing:
    """The use case, under a name of its own beside the address's word."""
    return rebalancing.undo(one, by=by)


def shown(pool: ReservedPool) -> Response:
    """A pool with its version as ETag."""
    answer = Response(PoolEntry(pool).data)
    answer["ETag"] = f'W/"{version_of(pool)}"'
    return answer


def described(one: Prospect) -> dict[str, Any]:
    """One session ahead as the interface shows it."""
    ahead, said, proposal = one.ahead, one.ahead.forecast, one.proposal
    session = ahead.session
    return {
        "session": session.public_id,
        "institution": session.service.institution.public_id,
        "department": session.service.department.public_id,
        "service": session.service.public_id,
        "date": session.date,
        "half_day": session.half_day,
        "closes_at": timezone.localtime(ahead.closes_at).isoformat(),
        "reserved": ahead.reserved,
        "booked": ahead.booked,
        "left": ahead.left,
        "expected_unused": str(said.unused) if said else None,
        "low": said.low if said else None,
        "high": said.high if said else None,
        "proposal": None
        if proposal is None
        else {
            "to_session": proposal.target.session.public_id if proposal.target else None,
            "places": proposal.places,
            "reserved_share_after": fraction(proposal.after.reserved_share),
            "expert_share_after": fraction(proposal.after.expert_share),
            "breaks": [str(verdict) for verdict in proposal.broken],
        },
    }


def fraction(share: Decimal | None) -> str | None:
    """Four digits after the point."""
    return None if share is None else f"{share:.4f}"
