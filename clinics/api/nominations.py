"""Nominations by program: handed in by the institution with its papers, verified or sent back by the district."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from clinics import rights
from clinics.api.rights import DECIDING, RightDoor, RightEntry, RightTarget
from clinics.nominations import nominate as use_cases
from clinics.nominations.checks import Examination, Finding, Grade, Topic
from clinics.nominations.evidence import read_evidence
from clinics.nominations.facts import examinations, last_nominations
from clinics.nominations.queries import nominated_seen_by, nomination_seen_by
from clinics.right_queries import post_seen_by
from permissions.doors import (
    IF_MATCH,
    Needs,
    StrictCharField,
    StrictChoiceField,
    StrictSerializer,
    StrictUUIDField,
    if_match,
)
from permissions.doors.paging import PAGE, PageQuery, paged
from permissions.models import Nomination, ReferralRight
from permissions.models.evidence import ANSWER_LENGTH, NOTE_LENGTH
from permissions.nominations import Evidence
from permissions.right_states import RightStatus, SendBackReason
from permissions.roles import Capability

NOMINATING = Needs(Capability.NOMINATE)
EITHER = Needs(Capability.NOMINATE, Capability.GRANT_RIGHTS)
GRADES = {Grade.PASS: "pass", Grade.LOOK: "look", Grade.TWO: "two_persons", Grade.STOP: "stop"}
GRADE_WORDS = list(GRADES.values())


class EvidenceInput(StrictSerializer):
    """The certificate's number, the targets the institution asks for, and what it wants to say."""

    licence_number = StrictCharField(max_length=60, lines=False)
    targets = RightTarget(many=True, required=False, max_length=100)  # type: ignore[call-arg]
    note = StrictCharField(max_length=NOTE_LENGTH, required=False, allow_blank=True, default="")


class NominationInput(EvidenceInput):
    """The post whose doctor is nominated."""

    post = StrictUUIDField()


class NominationFinding(serializers.Serializer[Any]):
    """One thing the platform found."""

    topic = serializers.ChoiceField(choices=[topic.value for topic in Topic])
    grade = serializers.ChoiceField(choices=GRADE_WORDS)
    message = serializers.CharField()
    remedy = serializers.CharField(allow_blank=True)


class NominationEntry(serializers.Serializer[Any]):
    """One nomination: the right, when it was handed in, the district's answer; findings are for the district alone."""

    right = serializers.UUIDField()
    status = serializers.ChoiceField(choices=RightStatus.choices)
    version = serializers.IntegerField()
    user = serializers.CharField()
    institution = serializers.CharField(allow_blank=True)
    number = serializers.IntegerField(allow_null=True)
    handed_in_at = serializers.DateTimeField(allow_null=True)
    licence_tail = serializers.CharField(allow_blank=True)
    note = serializers.CharField(allow_blank=True)
    answer_reason = serializers.ChoiceField(choices=SendBackReason.choices, allow_blank=True)
    answer_note = serializers.CharField(allow_blank=True)
    verdict = serializers.ChoiceField(choices=GRADE_WORDS, allow_null=True)
    findings = NominationFinding(many=True)


class NominationList(serializers.Serializer[Any]):
    """One page of them; `next` is the address of the following page."""

    results = NominationEntry(many=True)
    next = serializers.URLField(allow_null=True)


class Nominations(RightDoor):
    """The nominations of one's institutions or district; the institution hands in new ones."""

    policies = {"GET": EITHER, "POST": NOMINATING}

    class Query(PageQuery):
        status = StrictChoiceField(choices=RightStatus.choices, required=False)

    @extend_schema(parameters=[Query], responses=NominationList, operation_id="nominations_list")
    def get(self, request: Request) -> Response:
        given = self.asked(self.Query)
        found, page = nominated_seen_by(self.acting, given.get("status", "")), given["page"]
        rows = list(found[(page - 1) * PAGE : page * PAGE + 1])
        last, examined = last_nominations(rows), examinations(rows) if self.acting.can(Capability.GRANT_RIGHTS) else {}
        return paged(request, rows, page, lambda right: _entry(right, last.get(right.pk), examined.get(right.pk)))

    @extend_schema(request=NominationInput, responses={201: RightEntry}, operation_id="nominations_hand_in")
    def post(self, request: Request) -> Response:
        given = self.read(NominationInput)
        post = post_seen_by(self.acting, given["post"])
        right = use_cases.nominate(post, _evidence(given), by=self.acting)
        return self.answer(right, status.HTTP_201_CREATED)


class NominateAgain(RightDoor):
    """What was sent back is handed in once more."""

    policies = {"POST": NOMINATING}

    @extend_schema(request=EvidenceInput, responses=RightEntry, parameters=[IF_MATCH], operation_id="nominations_hand_in_again")
    def post(self, request: Request, right: UUID) -> Response:
        version, given = if_match(request), self.read(EvidenceInput)
        held = nomination_seen_by(self.acting, right)
        use_cases.nominate_again(held, _evidence(given), by=self.acting, expected_version=version)
        return self.answer(held)


class NominationWithdraw(RightDoor):
    """The institution takes a nomination back before it is granted."""

    policies = {"POST": NOMINATING}

    @extend_schema(request=None, responses=RightEntry, parameters=[IF_MATCH], operation_id="nominations_withdraw")
    def post(self, request: Request, right: UUID) -> Response:
        version = if_match(request)
        held = nomination_seen_by(self.acting, right)
        use_cases.withdraw(held, by=self.acting, expected_version=version)
        return self.answer(held)


class NominationVerify(RightDoor):
    """The district has looked at person, certificate and post."""

    policies = {"POST": DECIDING}

    @extend_schema(request=None, responses=RightEntry, parameters=[IF_MATCH], operation_id="nominations_verify")
    def post(self, request: Request, right: UUID) -> Response:
        version = if_match(request)
        held = nomination_seen_by(self.acting, right)
        rights.verify(held, by=self.acting, expected_version=version)
        return self.answer(held)


class NominationSendBack(RightDoor):
    """The institution has something to put right, and reads what."""

    policies = {"POST": DECIDING}

    class Input(StrictSerializer):
        reason = StrictChoiceField(choices=SendBackReason.choices)
        note = StrictCharField(max_length=ANSWER_LENGTH, lines=False, error_messages={"blank": _("Write down why.")})

    @extend_schema(request=Input, responses=RightEntry, parameters=[IF_MATCH], operation_id="nominations_send_back")
    def post(self, request: Request, right: UUID) -> Response:
        version, given = if_match(request), self.read(self.Input)
        held = nomination_seen_by(self.acting, right)
        rights.send_back(held, by=self.acting, expected_version=version, **given)
        return self.answer(held)


def _evidence(given: dict[str, Any]) -> Evidence:
    wishes = [(target["kind"], target["id"]) for target in given.get("targets", ())]
    return read_evidence(given["licence_number"], given["note"], wishes)


def _entry(right: ReferralRight, last: Nomination | None, examined: Examination | None) -> dict[str, Any]:
    post = getattr(right, "post", None)
    findings = examined.findings if examined else ()
    return {
        "right": right.public_id,
        "status": right.status,
        "version": right.version,
        "user": right.user.name,
        "institution": post.institution.name if post else "",
        "number": last.number if last else None,
        "handed_in_at": last.created_at if last else None,
        "licence_tail": last.licence_tail if last else "",
        "note": last.note if last else "",
        "answer_reason": last.answer_reason if last else "",
        "answer_note": last.answer_note if last else "",
        "verdict": GRADES[examined.verdict] if examined else None,
        "findings": [_finding(one) for one in findings],
    }


def _finding(one: Finding) -> dict[str, str]:
    return {"topic": one.topic.value, "grade": GRADES[one.grade], "message": str(one.message), "remedy": str(one.remedy)}
