"""How the review answers programs: lists, stories, questions, advice and amendments as plain values."""

from typing import Any

from rest_framework import serializers

from permissions.identity.masking import mask_name
from referral.cases.models import Priority, Referral, ReferralStatus
from referral.review.advice import patient_to_call
from referral.review.decide import Result
from referral.review.models import AdviceReason, Decision, Question
from referral.review.story import Story, Wording, story_of


class ReviewedReferral(serializers.Serializer[Any]):
    """Where a referral stands after a step of the review."""

    id = serializers.UUIDField()
    number = serializers.CharField()
    status = serializers.ChoiceField(choices=ReferralStatus.choices)
    version = serializers.IntegerField()


class ReviewRow(ReviewedReferral):
    """One line of the hospital's list: the name masked, since when it has waited."""

    name = serializers.CharField()
    sex = serializers.CharField()
    birth_date = serializers.DateField()
    department = serializers.CharField()
    priority = serializers.ChoiceField(choices=Priority.choices)
    reason = serializers.CharField()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    waiting_since = serializers.DateTimeField()
    answer_by = serializers.DateTimeField(allow_null=True)
    amended_since_accepted = serializers.BooleanField()


class ReviewList(serializers.Serializer[Any]):
    """One page of them."""

    results = ReviewRow(many=True)
    next = serializers.URLField(allow_null=True)


class DecisionTold(serializers.Serializer[Any]):
    """One act of the review, who did it, and how many seconds it took."""

    decision = serializers.ChoiceField(choices=Decision.choices)
    by = serializers.CharField()
    at = serializers.DateTimeField()
    seconds = serializers.IntegerField()


class QuestionTold(serializers.Serializer[Any]):
    """A question with its clock and its answer."""

    id = serializers.UUIDField()
    text = serializers.CharField()
    asked_at = serializers.DateTimeField()
    answer_by = serializers.DateTimeField()
    answer = serializers.CharField(allow_blank=True)
    answered_at = serializers.DateTimeField(allow_null=True)
    withdrawn_at = serializers.DateTimeField(allow_null=True)


class AdviceTold(serializers.Serializer[Any]):
    """Signed advice, and who has heard of it."""

    reason = serializers.ChoiceField(choices=AdviceReason.choices)
    advice = serializers.CharField()
    signed_by = serializers.CharField()
    signed_at = serializers.DateTimeField()
    seen_at = serializers.DateTimeField(allow_null=True)
    tell_patient_at = serializers.DateTimeField(allow_null=True, help_text="null where she knew of no booking: her doctor tells her (R072)")
    patient_told_at = serializers.DateTimeField(allow_null=True)
    patient_to_call = serializers.BooleanField()


class ChangeTold(serializers.Serializer[Any]):
    """One field before and after."""

    field = serializers.CharField()
    before = serializers.CharField(allow_blank=True)
    after = serializers.CharField(allow_blank=True)


class WordingTold(serializers.Serializer[Any]):
    """One amendment."""

    number = serializers.IntegerField()
    at = serializers.DateTimeField()
    by = serializers.CharField()
    why = serializers.CharField()
    since_accepted = serializers.BooleanField()
    changes = ChangeTold(many=True)


class ReviewStory(ReviewedReferral):
    """The whole review of one referral."""

    slip_version = serializers.IntegerField()
    decisions = DecisionTold(many=True)
    questions = QuestionTold(many=True)
    advice = AdviceTold(allow_null=True)
    wordings = WordingTold(many=True)


class ReviewDetail(ReviewStory):
    """The same for the hospital, with what the doctor wrote."""

    reason = serializers.CharField()
    impression = serializers.CharField()
    present_history = serializers.CharField()
    past_history = serializers.CharField(allow_blank=True)
    treatment = serializers.CharField(allow_blank=True)
    priority = serializers.ChoiceField(choices=Priority.choices)


def position(referral: Referral) -> dict[str, Any]:
    """Where a referral stands."""
    return {"id": referral.public_id, "number": referral.number, "status": referral.status, "version": referral.version}


def row(booking: Any) -> dict[str, Any]:
    """One line of the list."""
    referral = booking.referral
    return position(referral) | {
        "name": mask_name(booking.patient.name), "sex": booking.patient.sex, "birth_date": booking.patient.birth_date,
        "department": booking.department.name, "priority": referral.priority, "reason": referral.reason, "starts_at": booking.starts_at,
        "ends_at": booking.ends_at, "waiting_since": booking.waiting_since, "answer_by": booking.answer_by,
        "amended_since_accepted": booking.is_amended,
    }  # fmt: skip


def result(one: Result) -> dict[str, Any]:
    """What became of one of many."""
    refusal = one.refusal
    return {
        "referral": one.referral, "accepted": refusal is None, "code": refusal.code if refusal else "",
        "detail": str(refusal.message) if refusal else "",
    }  # fmt: skip


def story_body(referral: Referral) -> dict[str, Any]:
    """The review as plain values."""
    story: Story = story_of(referral)
    return position(referral) | {
        "slip_version": len(story.wordings) + 1,
        "decisions": [decided(one) for one in story.decisions],
        "questions": [asked(one) for one in story.questions],
        "advice": advised(story.advice) if story.advice else None,
        "wordings": [worded(one) for one in story.wordings],
    }


def decided(one: Any) -> dict[str, Any]:
    """One act of the hospital."""
    by = f"{one.post.user.name} {one.post.institution.name}"
    return {"decision": one.decision, "by": by, "at": one.created_at, "seconds": int(one.waited.total_seconds())}


def asked(one: Question) -> dict[str, Any]:
    """A question as plain values."""
    names = ("text", "answer_by", "answer", "answered_at", "withdrawn_at")
    return {"id": one.public_id, "asked_at": one.created_at} | {name: getattr(one, name) for name in names}


def advised(one: Any) -> dict[str, Any]:
    """Advice as plain values."""
    names = ("reason", "seen_at", "tell_patient_at")
    signed = {"advice": one.text, "signed_by": one.signed_by.user.name, "signed_at": one.created_at}
    to_call = patient_to_call(one)
    told = {"patient_told_at": None if to_call else one.patient_told_at, "patient_to_call": to_call}
    return signed | told | {name: getattr(one, name) for name in names}


def worded(one: Wording) -> dict[str, Any]:
    """One amendment as plain values."""
    changes = [{"field": change.name, "before": change.before, "after": change.after} for change in one.changes]
    return {"number": one.number, "at": one.at, "by": one.by, "why": one.why, "since_accepted": one.is_news, "changes": changes}
