"""The audit trail by program: the same rows in the same care, and the last proof that it is whole."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from config.trail import A_WEEK, LONGEST, READING
from permissions import trail
from permissions.doors import Api, StrictCharField, StrictDateField, StrictUUIDField
from permissions.doors.paging import PAGE, PageQuery, paged
from permissions.trail import Asked
from vault.models import AuditEntry
from vault.refusal import invalid


class TrailEntry(serializers.Serializer[AuditEntry]):
    """One act; reason and details without a word about a patient."""

    id = serializers.IntegerField(source="pk")
    at = serializers.DateTimeField()
    actor_kind = serializers.CharField()
    actor = serializers.UUIDField(source="actor_id", allow_null=True)
    post = serializers.UUIDField(source="post_id", allow_null=True)
    verb = serializers.CharField()
    kind = serializers.CharField()
    object = serializers.UUIDField(source="object_id")
    reason = serializers.SerializerMethodField()
    details = serializers.SerializerMethodField()

    def get_reason(self, entry: AuditEntry) -> str:
        return trail.reason_shown(entry)

    def get_details(self, entry: AuditEntry) -> dict[str, str]:
        return trail.details_shown(entry)


class TrailList(serializers.Serializer[Any]):
    """One page of them."""

    results = TrailEntry(many=True)
    next = serializers.CharField(allow_null=True)


class TrailEntries(Api):
    """The acts of some days, the newest first; without days the last seven."""

    policies = {"GET": READING}

    class Query(PageQuery):
        first = StrictDateField(required=False)
        last = StrictDateField(required=False)
        verb = StrictCharField(required=False, default="", max_length=60, lines=False, allow_blank=True)
        kind = StrictCharField(required=False, default="", max_length=60, lines=False, allow_blank=True)
        object = StrictUUIDField(required=False)

    @extend_schema(parameters=[Query], responses=TrailList, operation_id="trail_list")
    def get(self, request: Request) -> Response:
        given = self.asked(self.Query)
        last = given.get("last", timezone.localdate())
        first = given.get("first", last - A_WEEK)
        if not last - LONGEST <= first <= last:
            raise invalid("first", _("The first day lies at most 366 days before the last."))
        asked = Asked(first, last, verb=given["verb"], kind=given["kind"], about=given.get("object"))
        found = trail.entries_of(self.acting, asked)
        held = list(found[(given["page"] - 1) * PAGE : given["page"] * PAGE + 1])
        return paged(request, held, given["page"], lambda entry: TrailEntry(entry).data)


class TrailProof(Api):
    """What the last reading of the whole trail found; another one is asked for."""

    policies = {"GET": READING, "POST": READING}

    class Output(serializers.Serializer[Any]):
        proved_at = serializers.DateTimeField(allow_null=True)
        rows = serializers.IntegerField()
        seals = serializers.IntegerField()
        faults = serializers.IntegerField()
        findings = serializers.ListField(child=serializers.CharField())

    @extend_schema(responses=Output, operation_id="trail_proof_get")
    def get(self, request: Request) -> Response:
        proof = trail.last_proof()
        empty = {"rows": 0, "seals": 0, "faults": 0, "findings": []}
        return Response(self.Output({"proved_at": proof and proof.at, **(proof.details if proof else empty)}).data)

    @extend_schema(request=None, responses={202: None}, operation_id="trail_proof_ask")
    def post(self, request: Request) -> Response:
        trail.ask_for_proof(by=self.acting)
        return Response(status=status.HTTP_202_ACCEPTED)
