"""The district's referral criteria by program: every list, one with its lines, written as a whole, and the two persons' acts."""

from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from clinics.criteria import life
from clinics.criteria.judging import MOST_LINES, Head, Line
from clinics.criteria.queries import set_seen_by, sets_of
from clinics.criteria.write import begin_set, copy_set, rewrite_set
from clinics.models import CriteriaSet, Criterion
from clinics.models.criteria import LONGEST_DISEASE, LONGEST_SOURCE, LONGEST_TEXT, LONGEST_TITLE, CriteriaStatus, Direction
from clinics.policy.rows import LONGEST_REASON
from permissions.doors import (
    IF_MATCH,
    Api,
    Needs,
    StrictCharField,
    StrictChoiceField,
    StrictDateField,
    StrictSerializer,
    etag,
    if_match,
)
from permissions.doors.paging import PageQuery, page_of
from permissions.roles import Capability

SETTING = Needs(Capability.SET_POLICY)


class CriterionInput(StrictSerializer):
    """One criterion; `codes` are ICD-10 codes and ranges with blanks between, like "I10-I15"."""

    disease = StrictCharField(max_length=LONGEST_DISEASE, lines=False)
    codes = StrictCharField(max_length=120, lines=False)
    direction = StrictChoiceField(choices=Direction.choices)
    text = StrictCharField(max_length=LONGEST_TEXT, lines=False)
    text_en = StrictCharField(max_length=LONGEST_TEXT, required=False, default="", allow_blank=True, lines=False)


class CriteriaInput(StrictSerializer):
    """A list as it is to stand: title, the document it is taken from, first day, and its lines in their order."""

    title = StrictCharField(max_length=LONGEST_TITLE, lines=False)
    source = StrictCharField(max_length=LONGEST_SOURCE, lines=False)  # type: ignore[assignment]
    valid_from = StrictDateField()
    criteria = CriterionInput(many=True, required=False, default=list, max_length=MOST_LINES)  # type: ignore[call-arg]


class CriteriaEntry(serializers.Serializer[CriteriaSet]):
    """One version of a list; the version of the row stands in the ETag too."""

    id = serializers.UUIDField(source="public_id")
    version = serializers.IntegerField()
    series = serializers.UUIDField()
    number = serializers.IntegerField()
    title = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]
    valid_from = serializers.DateField()
    valid_to = serializers.DateField(allow_null=True)
    status = serializers.ChoiceField(choices=CriteriaStatus.choices)
    ends_on = serializers.DateField(allow_null=True)
    size = serializers.IntegerField()


class CriterionBody(serializers.Serializer[Criterion]):
    """One criterion."""

    id = serializers.UUIDField(source="public_id")
    disease = serializers.CharField()
    codes = serializers.CharField()
    direction = serializers.ChoiceField(choices=Direction.choices)
    text = serializers.CharField()
    text_en = serializers.CharField(allow_blank=True)


class CriteriaBody(CriteriaEntry):
    """The same with its lines."""

    criteria = CriterionBody(many=True, source="lines.all")


class CriteriaSets(Api):
    """Every list of one's district, the latest first day on top; a new one begins as a draft with its lines."""

    policies = {"GET": SETTING, "POST": SETTING}

    class Output(serializers.Serializer[Any]):
        results = CriteriaEntry(many=True)
        next = serializers.URLField(allow_null=True)

    @extend_schema(parameters=[PageQuery], responses=Output, operation_id="criteria_sets")
    def get(self, request: Request) -> Response:
        return page_of(request, sets_of(self.acting), self.asked(PageQuery)["page"], lambda one: CriteriaEntry(one).data)

    @extend_schema(request=CriteriaInput, responses={201: CriteriaBody}, operation_id="criteria_begin")
    def post(self, request: Request) -> Response:
        head, lines = given(self.read(CriteriaInput))
        made = begin_set(head, lines, today=timezone.localdate(), by=self.acting)
        return described(set_seen_by(self.acting, made.public_id), status.HTTP_201_CREATED)


class CriteriaOne(Api):
    """One list; a draft is written anew as a whole."""

    policies = {"GET": SETTING, "PUT": SETTING}

    @extend_schema(responses=CriteriaBody, operation_id="criteria_read")
    def get(self, request: Request, criteria: UUID) -> Response:
        return described(set_seen_by(self.acting, criteria))

    @extend_schema(request=CriteriaInput, responses=CriteriaBody, parameters=[IF_MATCH], operation_id="criteria_rewrite")
    def put(self, request: Request, criteria: UUID) -> Response:
        version = if_match(request)
        head, lines = given(self.read(CriteriaInput))
        held = set_seen_by(self.acting, criteria)
        rewrite_set(held, head, lines, today=timezone.localdate(), expected_version=version, by=self.acting)
        return described(set_seen_by(self.acting, criteria))


class CriteriaCopy(Api):
    """The next version of a list as a draft, every line copied."""

    policies = {"POST": SETTING}

    class Input(StrictSerializer):
        valid_from = StrictDateField()

    @extend_schema(request=Input, responses={201: CriteriaBody}, operation_id="criteria_copy")
    def post(self, request: Request, criteria: UUID) -> Response:
        held, day = set_seen_by(self.acting, criteria), self.read(self.Input)["valid_from"]
        made = copy_set(held, valid_from=day, today=timezone.localdate(), by=self.acting)
        return described(set_seen_by(self.acting, made.public_id), status.HTTP_201_CREATED)


class CriteriaHandIn(Api):
    """The draft is finished and waits for a second person."""

    policies = {"POST": SETTING}

    @extend_schema(request=None, responses=CriteriaBody, parameters=[IF_MATCH], operation_id="criteria_hand_in")
    def post(self, request: Request, criteria: UUID) -> Response:
        held = set_seen_by(self.acting, criteria)
        life.hand_in(held, today=timezone.localdate(), expected_version=if_match(request), by=self.acting)
        return described(held)


class CriteriaApprove(Api):
    """The second person's yes: to the list, or to the end that was asked for."""

    policies = {"POST": SETTING}

    @extend_schema(request=None, responses=CriteriaBody, parameters=[IF_MATCH], operation_id="criteria_approve")
    def post(self, request: Request, criteria: UUID) -> Response:
        held, version = set_seen_by(self.acting, criteria), if_match(request)
        decide = life.end if life.is_end_asked(held) else life.approve
        decide(held, today=timezone.localdate(), expected_version=version, by=self.acting)
        return described(held)


class CriteriaSendBack(Api):
    """A list that was handed in becomes a draft again, with what is to be changed; an end that was asked for does not come."""

    policies = {"POST": SETTING}

    class Input(StrictSerializer):
        reason = StrictCharField(max_length=LONGEST_REASON, required=False, default="", allow_blank=True, lines=False)

    @extend_schema(request=Input, responses=CriteriaBody, parameters=[IF_MATCH], operation_id="criteria_send_back")
    def post(self, request: Request, criteria: UUID) -> Response:
        version, said = if_match(request), self.read(self.Input)
        held = set_seen_by(self.acting, criteria)
        if life.is_end_asked(held):
            life.keep(held, expected_version=version, by=self.acting)
        else:
            life.send_back(held, reason=said["reason"], expected_version=version, by=self.acting)
        return described(held)


class CriteriaWithdraw(Api):
    """A draft is given up."""

    policies = {"POST": SETTING}

    @extend_schema(request=None, responses=CriteriaBody, parameters=[IF_MATCH], operation_id="criteria_withdraw")
    def post(self, request: Request, criteria: UUID) -> Response:
        held = set_seen_by(self.acting, criteria)
        life.withdraw(held, expected_version=if_match(request), by=self.acting)
        return described(held)


class CriteriaUndo(Api):
    """Before its first day one person takes an approved list back."""

    policies = {"POST": SETTING}

    class Input(StrictSerializer):
        reason = StrictCharField(max_length=LONGEST_REASON, lines=False)

    @extend_schema(request=Input, responses=CriteriaBody, parameters=[IF_MATCH], operation_id="criteria_undo")
    def post(self, request: Request, criteria: UUID) -> Response:
        version, said = if_match(request), self.read(self.Input)
        held = set_seen_by(self.acting, criteria)
        life.undo(held, reason=said["reason"], today=timezone.localdate(), expected_version=version, by=self.acting)
        return described(held)


class CriteriaEnd(Api):
    """Asks that a list stops to hold on a day; it counts once another person of the district approves."""

    policies = {"POST": SETTING}

    class Input(StrictSerializer):
        ends_on = StrictDateField()

    @extend_schema(request=Input, responses=CriteriaBody, parameters=[IF_MATCH], operation_id="criteria_end")
    def post(self, request: Request, criteria: UUID) -> Response:
        version, said = if_match(request), self.read(self.Input)
        held = set_seen_by(self.acting, criteria)
        life.ask_end(held, ends_on=said["ends_on"], today=timezone.localdate(), expected_version=version, by=self.acting)
        return described(held)


def given(body: dict[str, Any]) -> tuple[Head, list[Line]]:
    """The body as a list to judge."""
    return Head(body["title"], body["source"], body["valid_from"]), [Line(**line) for line in body["criteria"]]


def described(criteria: CriteriaSet, code: int = status.HTTP_200_OK) -> Response:
    """One list with its version as ETag."""
    return Response(CriteriaBody(criteria).data, status=code, headers={"ETag": etag(criteria)})
