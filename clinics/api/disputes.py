"""Disputes of hospitals about doctors who may refer to them, by program."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from clinics.models import RightDispute
from clinics.models.watch import NOTE_LENGTH
from clinics.right_queries import right_seen_by
from clinics.watch import disputes
from clinics.watch.disputes import Answer
from clinics.watch.queries import dispute_seen_by, disputes_seen_by, hospitals_to_dispute_for
from clinics.watch.states import REJECTED, UPHELD, DisputeReason, DisputeStatus, Remedy
from permissions.doors import (
    IF_MATCH,
    Api,
    Needs,
    StrictCharField,
    StrictChoiceField,
    StrictSerializer,
    StrictUUIDField,
    etag,
    if_match,
)
from permissions.doors.paging import PageQuery, page_of
from permissions.right_states import SUSPEND_REASONS, RightReason
from permissions.roles import Capability
from vault.refusal import invalid

DISPUTING, ANSWERING = Needs(Capability.DISPUTE_RIGHTS), Needs(Capability.GRANT_RIGHTS)
READING = Needs(Capability.DISPUTE_RIGHTS, Capability.GRANT_RIGHTS)
WHY_SUSPENDED = [(one.value, one.label) for one in RightReason if one in SUSPEND_REASONS]


class DisputeEntry(serializers.Serializer[Any]):
    """One dispute and, once it is given, the district's answer; `actions` are the steps open to the acting person."""

    id = serializers.UUIDField()
    status = serializers.ChoiceField(choices=DisputeStatus.choices)
    version = serializers.IntegerField()
    right = serializers.UUIDField()
    user = serializers.CharField()
    hospital = serializers.UUIDField()
    reason = serializers.ChoiceField(choices=DisputeReason.choices)
    note = serializers.CharField(allow_blank=True)
    opened_by = serializers.CharField()
    opened_at = serializers.DateTimeField()
    remedy = serializers.ChoiceField(choices=Remedy.choices, allow_blank=True)
    answer = serializers.CharField(allow_blank=True)
    answered_at = serializers.DateTimeField(allow_null=True)
    actions = serializers.ListField(child=serializers.CharField())


class DisputeList(serializers.Serializer[Any]):
    """One page of them."""

    results = DisputeEntry(many=True)
    next = serializers.URLField(allow_null=True)


class DisputeDoor(Api):
    """What every door to a dispute answers with: the dispute as it now is, its version as ETag."""

    def described(self, dispute: RightDispute) -> dict[str, Any]:
        return described(dispute, (self.acting.role.value,) if self.acting.role else ())

    def answer(self, dispute: RightDispute, code: int = status.HTTP_200_OK) -> Response:
        fresh = dispute_seen_by(self.acting, dispute.public_id)
        return Response(self.described(fresh), status=code, headers={"ETag": etag(fresh)})


class Disputes(DisputeDoor):
    """The hospital's own disputes, or all about rights the district granted."""

    policies = {"GET": READING}

    class Query(PageQuery):
        status = StrictChoiceField(choices=DisputeStatus.choices, required=False)

    @extend_schema(parameters=[Query], responses=DisputeList, operation_id="disputes_list")
    def get(self, request: Request) -> Response:
        given = self.asked(self.Query)
        found = disputes_seen_by(self.acting)
        found = found.filter(status=given["status"]) if "status" in given else found
        return page_of(request, found, given["page"], self.described)


class DisputeDetail(DisputeDoor):
    """One dispute."""

    policies = {"GET": READING}

    @extend_schema(responses=DisputeEntry, operation_id="disputes_get")
    def get(self, request: Request, dispute: UUID) -> Response:
        return self.answer(dispute_seen_by(self.acting, dispute))


class RightDisputes(DisputeDoor):
    """The coordinator objects to a doctor who may refer to her hospital."""

    policies = {"POST": DISPUTING}

    class Input(StrictSerializer):
        hospital = StrictUUIDField()
        reason = StrictChoiceField(choices=DisputeReason.choices)
        note = StrictCharField(max_length=NOTE_LENGTH, lines=False, required=False, allow_blank=True, default="")

    @extend_schema(request=Input, responses={201: DisputeEntry}, operation_id="rights_dispute")
    def post(self, request: Request, right: UUID) -> Response:
        given = self.read(self.Input)
        held = right_seen_by(self.acting, right)
        mine = {one.public_id: one for one in hospitals_to_dispute_for(self.acting, held)}
        if given["hospital"] not in mine:
            raise invalid("hospital", _("Choose one of your hospitals."))
        made = disputes.dispute(held, mine[given["hospital"]], reason=given["reason"], note=given["note"], by=self.acting)
        return self.answer(made, status.HTTP_201_CREATED)


class DisputeAnswer(DisputeDoor):
    """The district upholds a dispute with what follows, or rejects it."""

    policies = {"POST": ANSWERING}

    class Input(StrictSerializer):
        outcome = StrictChoiceField(choices=[(UPHELD, DisputeStatus.UPHELD.label), (REJECTED, DisputeStatus.REJECTED.label)])
        note = StrictCharField(max_length=NOTE_LENGTH, lines=False)
        remedy = StrictChoiceField(choices=Remedy.choices, required=False)
        reason = StrictChoiceField(choices=WHY_SUSPENDED, required=False)

    @extend_schema(request=Input, responses=DisputeEntry, parameters=[IF_MATCH], operation_id="disputes_answer")
    def post(self, request: Request, dispute: UUID) -> Response:
        version, given = if_match(request), self.read(self.Input)
        said = Answer(given["outcome"] == UPHELD, given["note"], given.get("remedy", ""), given.get("reason", ""))
        held = disputes.answer(dispute_seen_by(self.acting, dispute), said, by=self.acting, expected_version=version)
        return self.answer(held)


class DisputeWithdraw(DisputeDoor):
    """The hospital takes its objection back."""

    policies = {"POST": DISPUTING}

    @extend_schema(request=None, responses=DisputeEntry, parameters=[IF_MATCH], operation_id="disputes_withdraw")
    def post(self, request: Request, dispute: UUID) -> Response:
        version = if_match(request)
        return self.answer(disputes.withdraw(dispute_seen_by(self.acting, dispute), by=self.acting, expected_version=version))


def described(dispute: RightDispute, roles: tuple[str, ...]) -> dict[str, Any]:
    """One dispute as a program reads it."""
    return {
        "id": dispute.public_id,
        "status": dispute.status,
        "version": dispute.version,
        "right": dispute.right.public_id,
        "user": dispute.right.user.name,
        "hospital": dispute.institution.public_id,
        "reason": dispute.reason_code,
        "note": dispute.note,
        "opened_by": dispute.opened_by.name,
        "opened_at": dispute.created_at,
        "remedy": dispute.remedy,
        "answer": dispute.answer,
        "answered_at": dispute.answered_at,
        "actions": [step.event for step in dispute.STATES.open_to(dispute.status, roles)],
    }
