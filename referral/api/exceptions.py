"""Exceptions from limits, horizon and contract by program: asked for about a refused place, decided by the district, taken back."""

from datetime import date
from typing import Any, ClassVar
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from permissions.doors import (
    IF_MATCH,
    Api,
    Needs,
    StrictCharField,
    StrictChoiceField,
    StrictDateField,
    StrictSerializer,
    StrictUUIDField,
    etag,
    if_match,
)
from permissions.doors.paging import PageQuery, page_of
from permissions.roles import Capability
from referral.booking import overrides
from referral.booking.override_models import Overridable, OverrideStatus, RuleOverride
from referral.booking.override_queries import BEHIND, exception_for, exceptions_asked_by, exceptions_for
from referral.booking.override_words import standing_of
from referral.booking.overrides import LONGEST
from referral.cases.queries import referral_of

ASKING, DECIDING = Needs(Capability.BOOK), Needs(Capability.DECIDE_EXCEPTIONS)
READING = Needs(Capability.BOOK, Capability.DECIDE_EXCEPTIONS)


class ExceptionEntry(serializers.Serializer[Any]):
    """One exception: the rule, what it counted at the refused place, the doctor's words and the district's; nothing of the record."""

    id = serializers.UUIDField()
    status = serializers.ChoiceField(choices=OverrideStatus.choices)
    version = serializers.IntegerField()
    referral = serializers.UUIDField()
    rule = serializers.ChoiceField(choices=Overridable.choices)
    count = serializers.IntegerField(allow_null=True)
    limit = serializers.IntegerField(allow_null=True)
    hospital = serializers.CharField(allow_blank=True)
    department = serializers.CharField(allow_blank=True)
    visit_date = serializers.DateField(allow_null=True)
    reason = serializers.CharField()
    evidence = serializers.CharField()
    asked_by = serializers.CharField()
    asked_at = serializers.DateTimeField()
    decided_by = serializers.CharField(allow_blank=True)
    decision = serializers.CharField(allow_blank=True)
    valid_to = serializers.DateTimeField(allow_null=True)


class ExceptionList(serializers.Serializer[Any]):
    """One page of them."""

    results = ExceptionEntry(many=True)
    next = serializers.URLField(allow_null=True)


class ExceptionDoor(Api):
    """What every door to an exception answers with."""

    policies: ClassVar[Any] = {"POST": DECIDING}

    def answer(self, held: RuleOverride) -> Response:
        fresh = exception_for(self.acting, held.public_id)
        return Response(described(fresh), headers={"ETag": etag(fresh)})


class Exceptions(Api):
    """What the district's doctors ask for, those that wait first; or what the acting unit asked for."""

    policies = {"GET": READING}

    class Query(PageQuery):
        status = StrictChoiceField(choices=OverrideStatus.choices, required=False)

    @extend_schema(parameters=[Query], responses=ExceptionList, operation_id="exceptions_list")
    def get(self, request: Request) -> Response:
        given = self.asked(self.Query)
        found = exceptions_for(self.acting) if self.acting.can(Capability.DECIDE_EXCEPTIONS) else exceptions_asked_by(self.acting)
        found = found.filter(status=given["status"]) if "status" in given else found
        return page_of(request, found.select_related(*BEHIND), given["page"], described)


class ExceptionDetail(ExceptionDoor):
    """One exception."""

    policies = {"GET": READING}

    @extend_schema(responses=ExceptionEntry, operation_id="exceptions_get")
    def get(self, request: Request, exception: UUID) -> Response:
        return self.answer(exception_for(self.acting, exception))


class ReferralExceptions(Api):
    """The doctor asks the district to let rules pass that stand against a place; one exception for each rule."""

    policies = {"POST": ASKING}

    class Input(StrictSerializer):
        pool_slot = StrictUUIDField()
        rules = serializers.ListField(child=StrictChoiceField(choices=Overridable.choices), min_length=1, max_length=len(Overridable))
        reason = StrictCharField(max_length=LONGEST["reason"], lines=False)
        evidence = StrictCharField(max_length=LONGEST["evidence"])

    class Output(serializers.Serializer[Any]):
        results = ExceptionEntry(many=True)

    @extend_schema(request=Input, responses={201: Output}, operation_id="exceptions_ask")
    def post(self, request: Request, referral: UUID) -> Response:
        given = self.read(self.Input)
        referral_of(self.acting, referral)
        wanted = overrides.Request(frozenset(given["rules"]), given["reason"], given["evidence"])
        made = overrides.ask(referral, given["pool_slot"], wanted, by=self.acting)
        rows = [described(exception_for(self.acting, one.public_id)) for one in made]
        return Response({"results": rows}, status=status.HTTP_201_CREATED)


class ExceptionGrant(ExceptionDoor):
    """The district lets the rule pass for one booking, until the end of a day."""

    class Input(StrictSerializer):
        last_day = StrictDateField()
        decision = StrictCharField(max_length=LONGEST["decision"], lines=False, required=False, allow_blank=True, default="")

    @extend_schema(request=Input, responses=ExceptionEntry, parameters=[IF_MATCH], operation_id="exceptions_grant")
    def post(self, request: Request, exception: UUID) -> Response:
        version, given = if_match(request), self.read(self.Input)
        day: date = given["last_day"]
        return self.answer(overrides.grant(exception, day, given["decision"], expected_version=version, by=self.acting))


class ExceptionRefuse(ExceptionDoor):
    """The district refuses with a reason."""

    class Input(StrictSerializer):
        decision = StrictCharField(max_length=LONGEST["decision"], lines=False)

    @extend_schema(request=Input, responses=ExceptionEntry, parameters=[IF_MATCH], operation_id="exceptions_refuse")
    def post(self, request: Request, exception: UUID) -> Response:
        version, given = if_match(request), self.read(self.Input)
        return self.answer(overrides.refuse(exception, given["decision"], expected_version=version, by=self.acting))


class ExceptionWithdraw(ExceptionDoor):
    """The asking unit takes it back, or the district what it granted."""

    policies = {"POST": READING}

    @extend_schema(request=None, responses=ExceptionEntry, parameters=[IF_MATCH], operation_id="exceptions_withdraw")
    def post(self, request: Request, exception: UUID) -> Response:
        return self.answer(overrides.withdraw(exception, expected_version=if_match(request), by=self.acting))


def described(held: RuleOverride) -> dict[str, Any]:
    """One exception as plain values; its state is that of the clock."""
    place = held.pool_slot
    return {
        "id": held.public_id, "status": standing_of(held, timezone.now())[0], "version": held.version,
        "referral": held.referral.public_id, "rule": held.rule, "count": held.counted, "limit": held.bound,
        "hospital": place.institution.name if place else "", "department": place.department.name if place else "",
        "visit_date": place.visit_date if place else None, "reason": held.reason, "evidence": held.evidence,
        "asked_by": held.asked_by.name, "asked_at": held.created_at, "decided_by": held.decided_by.name if held.decided_by else "",
        "decision": held.decision, "valid_to": held.valid_to,
    }  # fmt: skip
