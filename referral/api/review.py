"""The review by program: the hospital's list, its decisions, the referring doctor's answer, amendment and what she has read."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from permissions.doors import (
    IDEMPOTENCY_KEY,
    IF_MATCH,
    Api,
    Needs,
    StrictBooleanField,
    StrictCharField,
    StrictChoiceField,
    StrictIntegerField,
    StrictSerializer,
    StrictUUIDField,
    etag,
    idempotency_key,
    if_match,
)
from permissions.doors.paging import PageQuery, page_of
from permissions.roles import Capability
from referral.api.review_shapes import (
    AdviceTold,
    QuestionTold,
    ReviewDetail,
    ReviewedReferral,
    ReviewList,
    ReviewStory,
    advised,
    asked,
    position,
    result,
    row,
    story_body,
)
from referral.api.versions import versioned
from referral.cases import ending
from referral.cases.amend import amend, version_number
from referral.cases.models import Priority, Referral
from referral.cases.queries import referral_of
from referral.cases.versions import LONGEST_WHY
from referral.cases.write import Record
from referral.review import advice, decide, questions
from referral.review import redirect as moving
from referral.review.models import LONGEST_ADVICE, LONGEST_ANSWER, LONGEST_QUESTION, AdviceReason
from referral.review.queries import STATES, Sought, referral_behind, under_review
from referral.review.requests import accept_request, is_asked, referral_under_review, return_request
from vault.audit import saw, saw_many

REVIEWS = Needs(Capability.REVIEW_REFERRALS)
WRITES = Needs(Capability.WRITE_REFERRAL)
READS = Needs(Capability.WRITE_REFERRAL, Capability.RECORD_VISIT)


class Reviews(Api):
    """The bookings of one's department or hospital that wait for the review, the soonest visit first."""

    policies = {"GET": REVIEWS}

    class Query(PageQuery):
        state = StrictChoiceField(choices=[one for one in STATES if one], required=False, default="")
        department = StrictUUIDField(required=False)
        priority = StrictChoiceField(choices=Priority.choices, required=False, default="")
        q = StrictCharField(max_length=50, lines=False, required=False, default="", allow_blank=True)

    @extend_schema(parameters=[Query], responses=ReviewList, operation_id="review_list")
    def get(self, request: Request) -> Response:
        given = self.asked(self.Query)
        sought = Sought(given["state"], given.get("department"), given["priority"], given["q"])
        answer = page_of(request, under_review(self.acting, sought), given["page"], row)
        saw_many(self.acting.actor, "referral", [one["id"] for one in answer.data["results"]], "review list")
        return answer


class ReviewsAccept(Api):
    """Up to a hundred referrals at once, each accepted by itself; the answer says what became of every one."""

    policies = {"POST": REVIEWS}

    class Input(StrictSerializer):
        class Row(StrictSerializer):
            referral = StrictUUIDField()
            version = StrictIntegerField(min_value=1, max_value=999_999_999)

        rows = Row(many=True, allow_empty=False, max_length=decide.MOST_AT_ONCE)  # type: ignore[call-arg]

    class Output(serializers.Serializer[Any]):
        class Result(serializers.Serializer[Any]):
            referral = serializers.UUIDField()
            accepted = serializers.BooleanField()
            code = serializers.CharField(allow_blank=True)
            detail = serializers.CharField(allow_blank=True)

        results = Result(many=True)

    @extend_schema(request=Input, responses=Output, operation_id="review_accept_many")
    def post(self, request: Request) -> Response:
        given = self.read(self.Input)["rows"]
        results = decide.accept_many([(one["referral"], one["version"]) for one in given], by=self.acting)
        return Response({"results": [result(one) for one in results]})


class ReviewOne(Api):
    """One referral before the hospital, with everything that was said about it."""

    policies = {"GET": REVIEWS}

    @extend_schema(responses=ReviewDetail, operation_id="review_read")
    def get(self, request: Request, referral: UUID) -> Response:
        found = referral_under_review(self.acting, referral)
        words = ("reason", "impression", "present_history", "past_history", "treatment", "priority")
        body = story_body(found) | {name: getattr(found, name) for name in words}
        answer = versioned(body, etag(found))
        saw(self.acting.actor, "referral", found.public_id, "api")
        return answer


class ReferralReview(Api):
    """The same for the referring doctor: decisions, questions, advice, and what stood before."""

    policies = {"GET": READS}

    @extend_schema(responses=ReviewStory, operation_id="referrals_review")
    def get(self, request: Request, referral: UUID) -> Response:
        found = referral_of(self.acting, referral)
        answer = versioned(story_body(found), etag(found))
        saw(self.acting.actor, "referral", found.public_id, "api")
        return answer


class Step(Api):
    """What every step of the review shares: If-Match, and the referral's new state as the answer."""

    @staticmethod
    def done(referral: Referral) -> Response:
        """Where the referral stands now."""
        return versioned(position(referral), etag(referral))


class Accept(Step):
    """The hospital receives the patient as booked; of a bed or day surgery it is asked first, and the doctor books after (R072)."""

    policies = {"POST": REVIEWS}

    @extend_schema(request=None, responses=ReviewedReferral, parameters=[IF_MATCH], operation_id="referrals_accept")
    def post(self, request: Request, referral: UUID) -> Response:
        version = if_match(request)
        if is_asked(self.acting, referral):
            return self.done(accept_request(referral, expected_version=version, by=self.acting).referral)
        return self.done(decide.accept(referral, expected_version=version, by=self.acting))


class UndoAccept(Step):
    """The acceptance is taken back, within minutes or after an amendment."""

    policies = {"POST": REVIEWS}

    @extend_schema(request=None, responses=ReviewedReferral, parameters=[IF_MATCH], operation_id="referrals_undo_accept")
    def post(self, request: Request, referral: UUID) -> Response:
        return self.done(decide.undo_accept(referral, expected_version=if_match(request), by=self.acting))


class ReadAmendment(Step):
    """The hospital has read what was amended since it accepted."""

    policies = {"POST": REVIEWS}

    @extend_schema(request=None, responses=ReviewedReferral, parameters=[IF_MATCH], operation_id="referrals_read_amendment")
    def post(self, request: Request, referral: UUID) -> Response:
        return self.done(decide.read_amendment(referral, expected_version=if_match(request), by=self.acting))


class Ask(Step):
    """The hospital asks for more information."""

    policies = {"POST": REVIEWS}

    class Input(StrictSerializer):
        question = StrictCharField(max_length=LONGEST_QUESTION)

    @extend_schema(request=Input, responses={201: QuestionTold}, parameters=[IF_MATCH], operation_id="referrals_ask")
    def post(self, request: Request, referral: UUID) -> Response:
        version, given = if_match(request), self.read(self.Input)
        made = questions.ask(referral, given["question"], expected_version=version, by=self.acting)
        return versioned(asked(made), etag(made.referral), status=201)


class GoOn(Step):
    """The hospital goes on without an answer."""

    policies = {"POST": REVIEWS}

    @extend_schema(request=None, responses=ReviewedReferral, parameters=[IF_MATCH], operation_id="referrals_go_on")
    def post(self, request: Request, referral: UUID) -> Response:
        return self.done(questions.withdraw(referral, expected_version=if_match(request), by=self.acting))


class Answer(Step):
    """The referring doctor answers."""

    policies = {"POST": WRITES}

    class Input(StrictSerializer):
        answer = StrictCharField(max_length=LONGEST_ANSWER)

    @extend_schema(request=Input, responses=ReviewedReferral, parameters=[IF_MATCH], operation_id="referrals_answer")
    def post(self, request: Request, referral: UUID) -> Response:
        version, given = if_match(request), self.read(self.Input)
        return self.done(questions.answer(referral, given["answer"], expected_version=version, by=self.acting))


class Redirect(Step):
    """The patient gets another place of the hospital's own."""

    policies = {"POST": REVIEWS}

    class Input(StrictSerializer):
        pool_slot = StrictUUIDField()
        reason = StrictCharField(max_length=moving.LONGEST_REASON, lines=False)

    class Output(ReviewedReferral):
        booking = serializers.UUIDField()

    @extend_schema(request=Input, responses={201: Output}, parameters=[IF_MATCH, IDEMPOTENCY_KEY], operation_id="referrals_redirect")
    def post(self, request: Request, referral: UUID) -> Response:
        key, version, given = idempotency_key(request), if_match(request), self.read(self.Input)
        made = moving.redirect(referral, moving.Wish(**given), expected_version=version, key=key, by=self.acting)
        moved = referral_behind(made)
        return versioned(position(moved) | {"booking": made}, etag(moved), status=201)


class ReturnWithAdvice(Step):
    """A receiving doctor returns the referral with signed advice; asks for a proof of the last quarter of an hour."""

    policies = {"POST": REVIEWS}

    class Input(StrictSerializer):
        reason = StrictChoiceField(choices=AdviceReason.choices)
        advice = StrictCharField(max_length=LONGEST_ADVICE)

    @extend_schema(request=Input, responses={201: AdviceTold}, parameters=[IF_MATCH], operation_id="referrals_return_with_advice")
    def post(self, request: Request, referral: UUID) -> Response:
        version, given = if_match(request), self.read(self.Input)
        written = advice.Written(given["reason"], given["advice"])
        answer = return_request if is_asked(self.acting, referral) else advice.return_with_advice
        made = answer(referral, written, expected_version=version, by=self.acting)
        return versioned(advised(made), etag(made.referral), status=201)


class Acknowledge(Step):
    """A doctor of the referring unit has read the advice, or how the request ended."""

    policies = {"POST": WRITES}

    @extend_schema(request=None, responses=ReviewedReferral, operation_id="referrals_acknowledge")
    def post(self, request: Request, referral: UUID) -> Response:
        found = referral_of(self.acting, referral)
        done = ending.acknowledge if found.status == "expired" else advice.acknowledge
        done(referral, by=self.acting)
        return self.done(found)


class Amend(Step):
    """The doctor amends a booked referral; the slip gets its next version."""

    policies = {"POST": WRITES}

    class Input(StrictSerializer):
        reason = StrictCharField(max_length=100)
        impression = StrictCharField(max_length=2000)
        present_history = StrictCharField(max_length=2000)
        past_history = StrictCharField(max_length=2000, required=False, default="", allow_blank=True)
        treatment = StrictCharField(max_length=2000, required=False, default="", allow_blank=True)
        priority = StrictChoiceField(choices=Priority.choices)
        why = StrictCharField(max_length=LONGEST_WHY, lines=False)
        truth_accepted = StrictBooleanField()

    class Output(ReviewedReferral):
        slip_version = serializers.IntegerField()

    @extend_schema(request=Input, responses=Output, parameters=[IF_MATCH], operation_id="referrals_amend")
    def post(self, request: Request, referral: UUID) -> Response:
        version, given = if_match(request), self.read(self.Input)
        why, truth = given.pop("why"), given.pop("truth_accepted")
        changed = amend(referral, Record(**given), why=why, expected_version=version, truth_accepted=truth, by=self.acting)
        return versioned(position(changed) | {"slip_version": version_number(changed)}, etag(changed))
