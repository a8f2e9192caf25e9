"""The hospital asks the referring doctor for more, she answers before the clock runs out, or the hospital goes on without (R054, R104)."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from clinics import policy
from permissions.acting import Acting
from permissions.roles import Capability
from referral import parameters
from referral.booking.expected import NOTHING_HERE
from referral.booking.facts import SHANGHAI
from referral.booking.models import Booking
from referral.cases.amend import hold_right
from referral.cases.models import Referral
from referral.cases.queries import referrals_of
from referral.inbox.tell import tell
from referral.review.decide import tell_doctor
from referral.review.models import LONGEST_ANSWER, LONGEST_QUESTION, Decision, Question
from referral.review.scope import CHANGED, current_of, held_for_review, noted, require_reviewer
from vault import audit
from vault.refusal import Refusal, invalid
from vault.states import advance


def ask(referral_id: UUID, text: str, *, expected_version: int, by: Acting) -> Question:
    """Use case: promise that the referring doctor finds one question, with the moment by which the hospital needs the answer.

    Locks the referral, then its booking. Refuses with `not_allowed`, `invalid_input`, `not_found`, `stale_state`, `past_cutoff`.
    """
    require_reviewer(by)
    question = checked("question", text, LONGEST_QUESTION, _("Write what the hospital needs to know."))
    with transaction.atomic(durable=True):
        held = held_for_review(referral_id, by=by, expected_version=expected_version)
        advance(held.referral, "info_requested", by=by.actor)
        assert by.post is not None
        made = Question.objects.create(
            referral=held.referral, booking=held.booking, post=by.post, text=question, answer_by=answer_by(held.booking, held.now)
        )
        noted(held, Decision.ASKED, by=by)
        tell_doctor(held, "referral_asked", held.booking.public_id)
        audit.record("review.ask", "referral", held.referral.public_id, by=by.actor)
    return made


def answer(referral_id: UUID, text: str, *, expected_version: int, by: Acting) -> Referral:
    """Use case: promise that the hospital finds the answer and the referral waits for its review again.

    For any doctor of the referring unit under a right in force. Locks the right, the referral, the question. Refuses with
    `not_allowed`, `right_not_in_force`, `invalid_input`, `not_found`, `stale_state` (the hospital has gone on meanwhile).
    """
    if by.post is None or not by.can(Capability.WRITE_REFERRAL):
        raise Refusal("not_allowed", _("Your role does not include this."))
    written = checked("answer", text, LONGEST_ANSWER, _("Write the answer; the hospital waits for it."))
    with transaction.atomic(durable=True):
        hold_right(by)
        referral = _locked(referral_id, expected_version, by)
        question = open_question(referral)
        advance(referral, "booked", by=by.actor)
        Question.objects.filter(pk=question.pk).update(answer=written, answered_by=by.post, answered_at=Now())
        tell([question.post], "referral_answered", about=referral.public_id, version=referral.version)
        audit.record("review.answer", "referral", referral.public_id, by=by.actor)
    return referral


def withdraw(referral_id: UUID, *, expected_version: int, by: Acting) -> Referral:
    """Use case: promise that the hospital goes on without an answer: the question is closed, the review open again.

    Refuses with `not_allowed`, `not_found`, `stale_state`, `past_cutoff`.
    """
    require_reviewer(by)
    with transaction.atomic(durable=True):
        held = held_for_review(referral_id, by=by, expected_version=expected_version, statuses=("info_requested",))
        question = open_question(held.referral)
        advance(held.referral, "booked", by=by.actor, reason="without_answer")
        Question.objects.filter(pk=question.pk).update(withdrawn_at=Now())
        noted(held, Decision.QUESTION_WITHDRAWN, by=by, since=question.created_at)
        audit.record("review.withdraw_question", "referral", held.referral.public_id, by=by.actor)
    return held.referral


def open_question(referral: Referral) -> Question:
    """Step: the question that waits for an answer, locked. Refuses with `stale_state` when there is none."""
    rows = Question.objects.select_for_update(of=("self",), no_key=True).select_related("post__user", "post__institution")
    found = rows.filter(referral=referral, answered_at=None, withdrawn_at=None).order_by("-pk").first()
    if found is None:
        raise Refusal("stale_state", CHANGED, current=current_of(referral))
    return found


def answer_by(booking: Booking, now: datetime) -> datetime:
    """Until when the hospital needs the answer: so many hours from now, and never later than the visit."""
    day = now.astimezone(SHANGHAI).date()
    hours: Any = policy.value(parameters.QUESTION_HOURS, at=day, institution=booking.institution, department=booking.department)
    return min(now + timedelta(hours=int(hours)), booking.starts_at)


def checked(field: str, text: str, limit: int, missing: Any) -> str:
    """A text without blanks around it; refuses with `invalid_input` when there is none or it is too long."""
    told = text.strip()
    if not told:
        raise invalid(field, missing)
    if len(told) > limit:
        raise invalid(field, _("At most %(limit)d characters; now %(count)d.") % {"limit": limit, "count": len(told)})
    return told


def _locked(referral_id: UUID, expected_version: int, by: Acting) -> Referral:
    visible = referrals_of(by).filter(public_id=referral_id).values("pk").order_by()
    referral = Referral.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=visible).first()
    if referral is None:
        raise Refusal("not_found", NOTHING_HERE)
    if (referral.status, referral.version) != ("info_requested", expected_version):
        raise Refusal("stale_state", CHANGED, current=current_of(referral))
    return referral
