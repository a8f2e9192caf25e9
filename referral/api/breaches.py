"""The doors of the no-show ledger: missed visits, appeals and their decision, evasion of the limits."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from permissions.doors import (
    IF_MATCH,
    Api,
    Needs,
    StrictCharField,
    StrictChoiceField,
    StrictSerializer,
    etag,
    if_match,
)
from permissions.doors.paging import PageQuery, page_of
from permissions.doors.papers import PaperEntry, entries_of
from permissions.identity.masking import mask_name
from permissions.roles import Capability
from referral.api.versions import versioned
from referral.credit.appeal import LONGEST, LONGEST_REASON, Decision, appeal, decide
from referral.credit.evasion import record_evasion
from referral.credit.models import Breach, BreachKind, BreachStatus
from referral.credit.papers import papers_of
from referral.credit.queries import breach_seen_by, breaches_seen_by, newest_first

SEEING = Needs(Capability.APPEAL_BREACH, Capability.DECIDE_APPEALS)
APPEALING = Needs(Capability.APPEAL_BREACH)
DECIDING = Needs(Capability.DECIDE_APPEALS)


class BreachQuery(PageQuery):
    """Which missed visits: of one state, and which page."""

    status = StrictChoiceField(choices=BreachStatus.choices, required=False)


class AppealMade(serializers.Serializer[Any]):
    """What was said against it, by whom, and what was decided."""

    id = serializers.UUIDField()
    text = serializers.CharField()
    evidence = serializers.CharField()
    by_resident = serializers.BooleanField()
    decided_at = serializers.DateTimeField(allow_null=True)
    reason = serializers.CharField()
    papers = PaperEntry(many=True)


class OneBreach(serializers.Serializer[Any]):
    """A missed visit; the name is masked, as in every list by program."""

    id = serializers.UUIDField()
    status = serializers.ChoiceField(choices=BreachStatus.choices)
    version = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=BreachKind.choices)
    cause = serializers.CharField()
    patient = serializers.UUIDField()
    name = serializers.CharField()
    booking = serializers.UUIDField()
    institution = serializers.UUIDField()
    visit_date = serializers.DateField()
    recorded_at = serializers.DateTimeField()
    appeal = AppealMade(allow_null=True)


class BreachList(serializers.Serializer[Any]):
    """A page of missed visits, appeals that wait first."""

    results = OneBreach(many=True)
    next = serializers.URLField(allow_null=True)


class AppealSaid(StrictSerializer):
    """Why it should not count, and what shows it."""

    text = StrictCharField(max_length=LONGEST)
    evidence = StrictCharField(max_length=LONGEST, required=False, allow_blank=True, default="")


class DecisionSaid(StrictSerializer):
    """Whether the record stands, and why."""

    decision = StrictChoiceField(choices=Decision.choices)
    reason = StrictCharField(max_length=LONGEST_REASON, lines=False)


class EvasionSaid(StrictSerializer):
    """The duplicate's referral number, and what proves that it evaded the limits."""

    number = StrictCharField(max_length=20, lines=False)
    evidence = StrictCharField(max_length=LONGEST)


class Breaches(Api):
    """The missed visits of one's residents, or of one's district."""

    policies = {"GET": SEEING}

    @extend_schema(parameters=[BreachQuery], responses=BreachList, operation_id="breaches_list")
    def get(self, request: Request) -> Response:
        asked = self.asked(BreachQuery)
        rows = newest_first(breaches_seen_by(self.acting))
        if asked.get("status"):
            rows = rows.filter(status=asked["status"])
        return page_of(request, rows, asked["page"], breach_body)


class BreachDoor(Api):
    """One missed visit."""

    policies = {"GET": SEEING}

    @extend_schema(responses=OneBreach, operation_id="breaches_read")
    def get(self, request: Request, breach: UUID) -> Response:
        one = breach_seen_by(self.acting, breach)
        return versioned(breach_body(one), etag(one))


class BreachAppeal(Api):
    """The resident's doctor says why it should not count."""

    policies = {"POST": APPEALING}

    @extend_schema(request=AppealSaid, responses={201: OneBreach}, parameters=[IF_MATCH], operation_id="breaches_appeal")
    def post(self, request: Request, breach: UUID) -> Response:
        version = if_match(request)
        appeal(breach, **self.read(AppealSaid), expected_version=version, by=self.acting)
        one = breach_seen_by(self.acting, breach)
        return versioned(breach_body(one), etag(one), status=201)


class AppealDecide(Api):
    """Another person of the district decides; If-Match is the breach's version."""

    policies = {"POST": DECIDING}

    @extend_schema(request=DecisionSaid, responses=OneBreach, parameters=[IF_MATCH], operation_id="appeals_decide")
    def post(self, request: Request, appeal: UUID) -> Response:
        version, said = if_match(request), self.read(DecisionSaid)
        one = decide(appeal, said["decision"], reason=said["reason"], expected_version=version, by=self.acting)
        one = breach_seen_by(self.acting, one.public_id)
        return versioned(breach_body(one), etag(one))


class Evasions(Api):
    """A duplicate made under another identity puts its resident on the list at once."""

    policies = {"POST": DECIDING}

    @extend_schema(request=EvasionSaid, responses={201: OneBreach}, operation_id="evasions_record")
    def post(self, request: Request) -> Response:
        said = self.read(EvasionSaid)
        one = breach_seen_by(self.acting, record_evasion(said["number"], evidence=said["evidence"], by=self.acting).public_id)
        return versioned(breach_body(one), etag(one), status=201)


def breach_body(one: Breach) -> dict[str, Any]:
    """One missed visit as plain values; the name masked."""
    filed = getattr(one, "appeal", None)
    return {
        "id": one.public_id,
        "status": one.status,
        "version": one.version,
        "kind": one.kind,
        "cause": one.cause,
        "patient": one.patient.public_id,
        "name": mask_name(one.patient.name),
        "booking": one.booking.public_id,
        "institution": one.institution.public_id,
        "visit_date": one.visit_date,
        "recorded_at": one.created_at,
        "appeal": {
            "id": filed.public_id,
            "text": filed.text,
            "evidence": filed.evidence,
            "by_resident": filed.by_resident,
            "decided_at": filed.decided_at,
            "reason": filed.reason,
            "papers": entries_of(papers_of(one))["results"],
        }
        if filed
        else None,
    }
