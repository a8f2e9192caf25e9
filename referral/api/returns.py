"""The doors of the way back: the hospital sends, the centre takes over, declines, follows up and closes."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from permissions.acting import Acting
from permissions.doors import (
    IF_MATCH,
    Api,
    Needs,
    QueryCountField,
    StrictCharField,
    StrictChoiceField,
    StrictDateField,
    StrictSerializer,
    StrictUUIDField,
    etag,
    if_match,
)
from permissions.identity.masking import mask_name
from permissions.roles import Capability
from referral.api.versions import versioned
from referral.returns import answer
from referral.returns import follow_up as following
from referral.returns.models import Outcome, Return, ReturnStatus, Supply
from referral.returns.plan import MOST_DRUGS, Drug, Plan
from referral.returns.queries import inbox_of, one_return_of, steps_open_to, treats
from referral.returns.send import send
from vault import audit

SENDING = Needs(Capability.SEND_BACK)
ACCEPTING = Needs(Capability.ACCEPT_RETURN)
ASSIGNING = Needs(Capability.ASSIGN_RETURN)
SEEING = Needs(Capability.ACCEPT_RETURN, Capability.ASSIGN_RETURN, Capability.SEND_BACK)
PER_PAGE = 100
MEDICAL_WORDS = ("diagnosis", "inpatient_number", "treatment_summary", "follow_up_plan", "rehabilitation_plan", "follow_up_note")
DRUG_WORDS = ("name", "strength", "usage", "course", "supply", "substitute")


class PlannedDrug(StrictSerializer):
    """One drug to go on with, and whether the centre can supply it."""

    name = StrictCharField(max_length=100, lines=False)
    strength = StrictCharField(max_length=50, lines=False, required=False, allow_blank=True)
    usage = StrictCharField(max_length=100, lines=False)
    course = StrictCharField(max_length=50, lines=False, required=False, allow_blank=True)
    supply = StrictChoiceField(choices=Supply.choices)
    substitute = StrictCharField(max_length=100, lines=False, required=False, allow_blank=True)


class ReturnPlan(StrictSerializer):
    """The three parts of a return, with diagnosis and drugs."""

    diagnosis = StrictCharField(max_length=200, lines=False)
    inpatient_number = StrictCharField(max_length=18, lines=False, required=False, allow_blank=True)
    treatment_summary = StrictCharField(max_length=2000)
    follow_up_plan = StrictCharField(max_length=2000)
    rehabilitation_plan = StrictCharField(max_length=2000)
    drugs = PlannedDrug(many=True, required=False, max_length=MOST_DRUGS)  # type: ignore[call-arg]


class FirstFollowUp(StrictSerializer):
    """When the owner will see the patient first."""

    first_follow_up_on = StrictDateField()


class DeclineReason(StrictSerializer):
    """Why the centre cannot take the patient over; the hospital reads it."""

    reason = StrictCharField(max_length=200, lines=False)


class NamedOwner(StrictSerializer):
    """The post of the doctor who is to answer."""

    owner = StrictUUIDField()


class FollowUpNote(StrictSerializer):
    """When the patient was seen, and how she is."""

    seen_on = StrictDateField()
    note = StrictCharField(max_length=2000)


class ReturnOutcome(StrictSerializer):
    """How the follow-up ended."""

    outcome = StrictChoiceField(choices=[choice for choice in Outcome.choices if choice[0]])


class ReturnSummary(serializers.Serializer[Any]):
    """A return as lists show it: the name masked, no medical word."""

    id = serializers.UUIDField()
    number = serializers.CharField()
    status = serializers.ChoiceField(choices=ReturnStatus.choices)
    version = serializers.IntegerField()
    name = serializers.CharField()
    from_institution = serializers.CharField()
    to_institution = serializers.CharField()
    owner = serializers.CharField(allow_blank=True)
    due_at = serializers.DateTimeField()
    sent_at = serializers.DateTimeField()
    actions = serializers.ListField(child=serializers.CharField())


class ReturnList(serializers.Serializer[Any]):
    """One page of them; `next` is the address of the following page."""

    results = ReturnSummary(many=True)
    next = serializers.URLField(allow_null=True)


class ReturnDetail(ReturnSummary):
    """The whole return. The centre's manager, who does not treat, gets it without its medical words."""

    referral = serializers.UUIDField()
    first_follow_up_on = serializers.DateField(allow_null=True)
    followed_up_on = serializers.DateField(allow_null=True)
    decline_reason = serializers.CharField(allow_blank=True)
    outcome = serializers.CharField(allow_blank=True)
    diagnosis = serializers.CharField(required=False)
    inpatient_number = serializers.CharField(required=False, allow_blank=True)
    treatment_summary = serializers.CharField(required=False)
    follow_up_plan = serializers.CharField(required=False)
    rehabilitation_plan = serializers.CharField(required=False)
    follow_up_note = serializers.CharField(required=False, allow_blank=True)
    drugs = PlannedDrug(many=True, required=False)


class PageNumber(StrictSerializer):
    """Which page of a list."""

    page = QueryCountField(min_value=1, max_value=1000, default=1)


class SendBack(Api):
    """The hospital sends the patient of a reported referral back; If-Match is the referral's version."""

    policies = {"POST": SENDING}

    @extend_schema(request=ReturnPlan, responses={201: ReturnDetail}, parameters=[IF_MATCH], operation_id="referrals_returns_create")
    def post(self, request: Request, referral: UUID) -> Response:
        version = if_match(request)
        sent_back = send(referral, plan_in(self.read(ReturnPlan)), expected_version=version, by=self.acting)
        return whole(sent_back, by=self.acting, status=201)


class Returns(Api):
    """The returns of the acting post's centre or hospital, what needs somebody first."""

    policies = {"GET": SEEING}

    @extend_schema(parameters=[PageNumber], responses=ReturnList, operation_id="returns_list")
    def get(self, request: Request) -> Response:
        page = self.asked(PageNumber)["page"]
        rows = list(inbox_of(self.acting)[(page - 1) * PER_PAGE : page * PER_PAGE + 1])
        following_page = request.build_absolute_uri(f"?page={page + 1}") if len(rows) > PER_PAGE else None
        return Response({"results": [summary(row, by=self.acting) for row in rows[:PER_PAGE]], "next": following_page})


class OneReturn(Api):
    """One return; who reads it is remembered."""

    policies = {"GET": SEEING}

    @extend_schema(responses=ReturnDetail, operation_id="returns_retrieve")
    def get(self, request: Request, sent_back: UUID) -> Response:
        found = one_return_of(self.acting, sent_back)
        answered = whole(found, by=self.acting)
        audit.saw(self.acting.actor, "return", found.public_id, "api")
        return answered


class AcceptReturn(Api):
    """The acting doctor takes the patient over and names the day of the first follow-up."""

    policies = {"POST": ACCEPTING}

    @extend_schema(request=FirstFollowUp, responses=ReturnDetail, parameters=[IF_MATCH], operation_id="returns_accept")
    def post(self, request: Request, sent_back: UUID) -> Response:
        version = if_match(request)
        return whole(answer.accept(sent_back, **self.read(FirstFollowUp), expected_version=version, by=self.acting), by=self.acting)


class DeclineReturn(Api):
    """The centre cannot take the patient over, and says why."""

    policies = {"POST": ACCEPTING}

    @extend_schema(request=DeclineReason, responses=ReturnDetail, parameters=[IF_MATCH], operation_id="returns_decline")
    def post(self, request: Request, sent_back: UUID) -> Response:
        version = if_match(request)
        return whole(answer.decline(sent_back, **self.read(DeclineReason), expected_version=version, by=self.acting), by=self.acting)


class AssignReturn(Api):
    """The centre's manager names the doctor who is to answer."""

    policies = {"POST": ASSIGNING}

    @extend_schema(request=NamedOwner, responses=ReturnDetail, parameters=[IF_MATCH], operation_id="returns_assign")
    def post(self, request: Request, sent_back: UUID) -> Response:
        version = if_match(request)
        return whole(answer.assign(sent_back, **self.read(NamedOwner), expected_version=version, by=self.acting), by=self.acting)


class FollowUpReturn(Api):
    """The owner has seen the patient."""

    policies = {"POST": ACCEPTING}

    @extend_schema(request=FollowUpNote, responses=ReturnDetail, parameters=[IF_MATCH], operation_id="returns_follow_up")
    def post(self, request: Request, sent_back: UUID) -> Response:
        version = if_match(request)
        return whole(following.follow_up(sent_back, **self.read(FollowUpNote), expected_version=version, by=self.acting), by=self.acting)


class CloseReturn(Api):
    """The follow-up has ended; the referral is closed with it."""

    policies = {"POST": ACCEPTING}

    @extend_schema(request=ReturnOutcome, responses=ReturnDetail, parameters=[IF_MATCH], operation_id="returns_close")
    def post(self, request: Request, sent_back: UUID) -> Response:
        version = if_match(request)
        return whole(following.close(sent_back, **self.read(ReturnOutcome), expected_version=version, by=self.acting), by=self.acting)


def plan_in(given: dict[str, Any]) -> Plan:
    """The plan of a validated body."""
    drugs = tuple(Drug(**drug) for drug in given.pop("drugs", []))
    return Plan(**given, drugs=drugs)


def whole(sent_back: Return, *, by: Acting, status: int = 200) -> Response:
    """A return with its version, as much of it as the person may read."""
    body = summary(sent_back, by=by) | {
        "referral": sent_back.referral.public_id,
        "first_follow_up_on": sent_back.first_follow_up_on,
        "followed_up_on": sent_back.followed_up_on,
        "decline_reason": sent_back.decline_reason,
        "outcome": sent_back.outcome,
    }
    if treats(by):
        body |= {name: getattr(sent_back, name) for name in MEDICAL_WORDS}
        body |= {"drugs": [{name: getattr(drug, name) for name in DRUG_WORDS} for drug in sent_back.drugs.all()]}
    return versioned(body, etag(sent_back), status)


def summary(sent_back: Return, *, by: Acting) -> dict[str, Any]:
    """A return as lists show it."""
    return {
        "id": sent_back.public_id,
        "number": sent_back.referral.number,
        "status": sent_back.status,
        "version": sent_back.version,
        "name": mask_name(sent_back.patient.name),
        "from_institution": sent_back.from_institution.name,
        "to_institution": sent_back.to_institution.name,
        "owner": sent_back.owner.user.name if sent_back.owner else "",
        "due_at": sent_back.due_at,
        "sent_at": sent_back.created_at,
        "actions": steps_open_to(by, sent_back),
    }
