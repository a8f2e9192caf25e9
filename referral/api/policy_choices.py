"""A district's choices of documents by program: all of them, one, the second person's word, the end, and the undoing."""

from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from clinics.models import PolicySetChoice
from clinics.policy.rows import LONGEST_REASON
from clinics.policy.sets_life import ask_end_of_choice, keep_choice, reject_choice, withdraw_choice
from clinics.policy.sets_queries import choice_seen_by, choices_of
from permissions.doors import (
    IF_MATCH,
    Api,
    Needs,
    StrictBooleanField,
    StrictCharField,
    StrictDateField,
    StrictSerializer,
    etag,
    if_match,
)  # fmt: skip
from permissions.doors.paging import PageQuery, page_of
from permissions.roles import Capability
from reserved_pools.policy_set_acts import approve_set, end_set, undo_set

SETTING = Needs(Capability.SET_POLICY)


class ChoiceEntry(serializers.Serializer[PolicySetChoice]):
    """One choice; the version stands in the ETag too."""

    id = serializers.UUIDField(source="public_id")
    version = serializers.IntegerField()
    document = serializers.CharField()
    is_draft = serializers.BooleanField()
    valid_from = serializers.DateField()
    valid_to = serializers.DateField(allow_null=True)
    decision = serializers.CharField()
    status = serializers.CharField()
    ends_on = serializers.DateField(allow_null=True)
    parameters = serializers.SerializerMethodField()

    def get_parameters(self, choice: PolicySetChoice) -> list[str]:
        return [one.parameter for one in choice.values.order_by("pk")]


class PolicyChoices(Api):
    """Every choice of one's district, the latest first day on top."""

    policies = {"GET": SETTING}

    class Output(serializers.Serializer[Any]):
        results = ChoiceEntry(many=True)
        next = serializers.URLField(allow_null=True)

    @extend_schema(parameters=[PageQuery], responses=Output, operation_id="policy_choices")
    def get(self, request: Request) -> Response:
        return page_of(request, choices_of(self.acting), self.asked(PageQuery)["page"], lambda one: ChoiceEntry(one).data)


class PolicyChoice(Api):
    """One choice."""

    policies = {"GET": SETTING}

    @extend_schema(responses=ChoiceEntry, operation_id="policy_choice")
    def get(self, request: Request, choice: UUID) -> Response:
        return described(choice_seen_by(self.acting, choice))


class PolicyChoiceApprove(Api):
    """The second person's yes: to the choice, or to the end that was asked for."""

    policies = {"POST": SETTING}

    class Input(StrictSerializer):
        knows_draft = StrictBooleanField(required=False, default=False)

    @extend_schema(request=Input, responses=ChoiceEntry, parameters=[IF_MATCH], operation_id="policy_choice_approve")
    def post(self, request: Request, choice: UUID) -> Response:
        seen: dict[str, Any] = {"expected_version": if_match(request), "today": timezone.localdate(), "by": self.acting}
        given, held = self.read(self.Input), choice_seen_by(self.acting, choice)
        if held.ends_on is not None and held.ended_by_id is None:
            end_set(held, **seen)
        else:
            approve_set(held, knows_draft=given["knows_draft"], **seen)
        return described(choice_seen_by(self.acting, choice))


class PolicyChoiceReject(Api):
    """The second person's no: the choice is rejected with its reason, an end that was asked for does not come."""

    policies = {"POST": SETTING}

    class Input(StrictSerializer):
        reason = StrictCharField(max_length=LONGEST_REASON, required=False, default="", allow_blank=True, lines=False)

    @extend_schema(request=Input, responses=ChoiceEntry, parameters=[IF_MATCH], operation_id="policy_choice_reject")
    def post(self, request: Request, choice: UUID) -> Response:
        version, given = if_match(request), self.read(self.Input)
        held = choice_seen_by(self.acting, choice)
        if held.ends_on is not None and held.ended_by_id is None:
            keep_choice(held, expected_version=version, by=self.acting)
        else:
            reject_choice(held, reason=given["reason"], expected_version=version, by=self.acting)
        return described(choice_seen_by(self.acting, choice))


class PolicyChoiceWithdraw(Api):
    """A choice that nobody approved is taken back."""

    policies = {"POST": SETTING}

    @extend_schema(request=None, responses=ChoiceEntry, parameters=[IF_MATCH], operation_id="policy_choice_withdraw")
    def post(self, request: Request, choice: UUID) -> Response:
        withdraw_choice(choice_seen_by(self.acting, choice), expected_version=if_match(request), by=self.acting)
        return described(choice_seen_by(self.acting, choice))


class PolicyChoiceUndo(Api):
    """Before its first day one person takes an approved choice back."""

    policies = {"POST": SETTING}

    class Input(StrictSerializer):
        reason = StrictCharField(max_length=LONGEST_REASON, lines=False)

    @extend_schema(request=Input, responses=ChoiceEntry, parameters=[IF_MATCH], operation_id="policy_choice_undo")
    def post(self, request: Request, choice: UUID) -> Response:
        version, given = if_match(request), self.read(self.Input)
        held = choice_seen_by(self.acting, choice)
        undo_set(held, reason=given["reason"], today=timezone.localdate(), expected_version=version, by=self.acting)
        return described(choice_seen_by(self.acting, choice))


class PolicyChoiceEnd(Api):
    """Asks that everything chosen stops to hold on a day; it counts once another person of the district approves."""

    policies = {"POST": SETTING}

    class Input(StrictSerializer):
        ends_on = StrictDateField()

    @extend_schema(request=Input, responses=ChoiceEntry, parameters=[IF_MATCH], operation_id="policy_choice_end")
    def post(self, request: Request, choice: UUID) -> Response:
        version, given = if_match(request), self.read(self.Input)
        held = choice_seen_by(self.acting, choice)
        ask_end_of_choice(held, ends_on=given["ends_on"], today=timezone.localdate(), expected_version=version, by=self.acting)
        return described(choice_seen_by(self.acting, choice))


def described(choice: PolicySetChoice, code: int = status.HTTP_200_OK) -> Response:
    """One choice with its version as ETag."""
    return Response(ChoiceEntry(choice).data, status=code, headers={"ETag": etag(choice)})
