"""Rights extended, and many rights decided at once, by program."""

import re
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from clinics.api.rights import RightDoor, RightEntry
from clinics.models import BulkDecision
from clinics.models.watch import NOTE_LENGTH
from clinics.right_queries import right_seen_by
from clinics.watch.bulk import MOST_RIGHTS, Wish, check, chosen_rights, decide, forecast
from clinics.watch.states import BulkAct
from clinics.watch.terms import extend
from permissions.doors import (
    IDEMPOTENCY_KEY,
    IF_MATCH,
    Api,
    Needs,
    StrictCharField,
    StrictChoiceField,
    StrictDateField,
    StrictSerializer,
    idempotency_key,
    if_match,
)
from permissions.right_states import REVOKE_REASONS, SUSPEND_REASONS, RightReason
from permissions.roles import Capability
from vault.refusal import invalid

NAMED = re.compile(r"(?P<right>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.(?P<version>[0-9]{1,9})", re.ASCII)
DECIDING = Needs(Capability.GRANT_RIGHTS)
REASONS = [(one.value, one.label) for one in RightReason if one in SUSPEND_REASONS | REVOKE_REASONS]


class RightExtend(RightDoor):
    """A right in force counts until the end of a later day."""

    policies = {"POST": DECIDING}

    class Input(StrictSerializer):
        valid_to = StrictDateField()

    @extend_schema(request=Input, responses=RightEntry, parameters=[IF_MATCH], operation_id="rights_extend")
    def post(self, request: Request, right: UUID) -> Response:
        version, given = if_match(request), self.read(self.Input)
        held = right_seen_by(self.acting, right)
        extend(held, last_day=given["valid_to"], by=self.acting, expected_version=version)
        return self.answer(held)


class BulkInput(StrictSerializer):
    """What to do with which rights, each named with the version looked at as id.version; a reason for suspending and revoking, a last
    day for extending."""

    act = StrictChoiceField(choices=BulkAct.choices)
    rights = serializers.ListField(child=StrictCharField(max_length=46, lines=False), allow_empty=False, max_length=MOST_RIGHTS)
    reason = StrictChoiceField(choices=REASONS, required=False)
    note = StrictCharField(max_length=NOTE_LENGTH, lines=False, required=False, allow_blank=True, default="")
    valid_to = StrictDateField(required=False)


class BulkPreview(Api):
    """What would happen to each of the chosen rights."""

    policies = {"POST": DECIDING}

    class Output(serializers.Serializer[Any]):
        class Line(serializers.Serializer[Any]):
            right = serializers.UUIDField()
            possible = serializers.BooleanField()
            obstacle = serializers.CharField(allow_blank=True)

        results = Line(many=True)

    @extend_schema(request=BulkInput, responses=Output, operation_id="rights_bulk_preview")
    def post(self, request: Request) -> Response:
        given, now = self.read(BulkInput), timezone.now()
        wish = wish_of(given)
        check(wish, now, by=self.acting)
        lines = forecast(wish, chosen_rights(list(versions_of(given)), by=self.acting), now)
        results = [{"right": one.right.public_id, "possible": not one.obstacle, "obstacle": str(one.obstacle)} for one in lines]
        return Response({"results": results})


class Bulk(Api):
    """One decision about many rights; each result stands for itself, and the same key again is the same decision."""

    policies = {"POST": DECIDING}

    class Output(serializers.Serializer[Any]):
        class Result(serializers.Serializer[Any]):
            right = serializers.UUIDField()
            code = serializers.CharField()

        id = serializers.UUIDField()
        act = serializers.ChoiceField(choices=BulkAct.choices)
        results = Result(many=True)

    @extend_schema(request=BulkInput, responses={201: Output}, parameters=[IDEMPOTENCY_KEY], operation_id="rights_bulk")
    def post(self, request: Request) -> Response:
        key, given = idempotency_key(request), self.read(BulkInput)
        made = decide(wish_of(given), versions_of(given), key=key, by=self.acting, now=timezone.now())
        return Response(described(made), status=status.HTTP_201_CREATED)


def wish_of(given: dict[str, Any]) -> Wish:
    """The wish in the domain's words."""
    return Wish(given["act"], given.get("reason", ""), given["note"], given.get("valid_to"))


def versions_of(given: dict[str, Any]) -> dict[UUID, int]:
    """Right → version looked at. Refuses with `invalid_input` a name that is none, or one that comes twice."""
    named = [NAMED.fullmatch(text) for text in given["rights"]]
    if not all(named):
        raise invalid("rights", _("Name each right with the version you saw, like 0199…-….3."))
    versions = {UUID(one["right"]): int(one["version"]) for one in named if one}
    if len(versions) != len(named):
        raise invalid("rights", _("A doctor is named twice."))
    return versions


def described(made: BulkDecision) -> dict[str, Any]:
    """One decision as a program reads it."""
    return {"id": made.public_id, "act": made.act, "results": made.results}
