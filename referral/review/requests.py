"""The hospital answers what it is asked before a booking: it accepts the patient for a bed or day surgery, or returns her with advice."""

from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from clinics import policy
from permissions.acting import Acting
from permissions.doors.fresh import check_fresh
from permissions.roles import Capability, Role
from referral import parameters
from referral.booking.expected import NOTHING_HERE, database_now, today
from referral.cases.ending import knew_of_booking
from referral.cases.models import Referral
from referral.cases.place_requests import those_who_wait
from referral.cases.submission_models import PlaceRequest, PlaceRequestStatus
from referral.inbox.tell import tell
from referral.review.advice import Written, checked_advice, require_signer, told_at_latest
from referral.review.models import Advice, Decision, ReviewDecision
from referral.review.scope import CHANGED, bookings_to_review, current_of, require_reviewer
from vault import audit
from vault.refusal import Refusal
from vault.states import advance
from vault.transactions import requires_transaction

S = PlaceRequestStatus
READABLE: Final = (S.ASKED, S.ACCEPTED, S.RETURNED)  # what was withdrawn or lapsed is no business of the hospital any more
BEHIND: Final = (
    "service__institution", "service__department", "referral__patient", "referral__institution__parent", "referral__post__user",
    "referral__owner__user", "referral__encounter", "asked_by__user",
)  # fmt: skip


def requests_to_review(by: Acting) -> "QuerySet[PlaceRequest]":
    """What this person may read of what was asked of her hospital."""
    return requests_here(by).filter(status__in=READABLE)


def requests_here(by: Acting) -> "QuerySet[PlaceRequest]":
    """What was asked of the acting hospital (of the receiving doctor's department, when her post names one), whatever became of it."""
    if by.post is None or not by.can(Capability.REVIEW_REFERRALS):
        return PlaceRequest.objects.none()
    rows = PlaceRequest.objects.filter(service__institution=by.post.institution_id).select_related(*BEHIND)
    if by.role == Role.RECEIVING_DOCTOR and by.post.department_id is not None:
        rows = rows.filter(service__department=by.post.department_id)
    return rows


def waiting_requests(by: Acting) -> "QuerySet[PlaceRequest]":
    """Those that wait for an answer, the oldest first."""
    return requests_to_review(by).filter(status=S.ASKED).order_by("pk")


def request_under_review(by: Acting, referral_id: UUID) -> PlaceRequest:
    """The latest request of a referral within this person's reach. Refuses with `not_found` for everything else alike."""
    found = requests_to_review(by).filter(referral__public_id=referral_id).order_by("-pk").first()
    if found is None:
        raise Refusal("not_found", NOTHING_HERE)
    return found


def referral_under_review(by: Acting, referral_id: UUID) -> Referral:
    """A referral that is booked within this person's reach or was asked for there. Refuses with `not_found` for everything else alike."""
    booked = bookings_to_review(by).filter(referral__public_id=referral_id).exclude(status__in=("moved", "entered_in_error"))
    booking = booked.order_by("-pk").first()
    return booking.referral if booking else request_under_review(by, referral_id).referral


def is_asked(by: Acting, referral_id: UUID) -> bool:
    """Whether this person's hospital answers before the referral is booked, or would have if nobody had been first; otherwise it is
    reviewed after (R114).
    """
    here = requests_here(by).filter(referral__public_id=referral_id)
    if here.filter(status=S.ASKED).exists():
        return True
    return here.exists() and not bookings_to_review(by).filter(referral__public_id=referral_id).exists()


def accept_request(referral_id: UUID, *, expected_version: int, by: Acting) -> PlaceRequest:
    """Use case: promise that the hospital takes the patient: submitted → accepted, to be booked until `valid_until` (R072).

    Locks the referral, then the request. Refuses with `not_allowed`, `not_found`, `stale_state`.
    """
    require_reviewer(by)
    with transaction.atomic(durable=True):
        held = _held(referral_id, expected_version, by)
        until = today() + timedelta(days=_days(held))
        advance(held.referral, "accepted", by=by.actor)
        advance(held, "accepted", by=by.actor, answered_by=by.post, answered_at=Now(), valid_until=until)
        _noted(held, Decision.ACCEPTED, by)
        _tell(held, "place_accepted", held.public_id, day=until.isoformat())
        audit.record("review.accept", "referral", held.referral.public_id, by=by.actor, details={"valid_until": until.isoformat()})
    return held


def return_request(referral_id: UUID, written: Written, *, expected_version: int, by: Acting) -> Advice:
    """Use case: promise the signed advice of a named receiving doctor instead of a place: submitted → returned_with_advice (R054).

    The referring doctor hears it and tells the patient: nothing was booked. A resident who knew of an earlier booking gets a message
    once her doctor has read it, at the latest after the hours of other advice (R199). Refuses as `return_with_advice` does.
    """
    require_signer(by)
    check_fresh(by.session)
    reason, text = checked_advice(written)
    assert by.session is not None
    with transaction.atomic(durable=True):
        held = _held(referral_id, expected_version, by)
        advance(held.referral, "returned_with_advice", by=by.actor, reason=reason)
        advance(held, "returned", by=by.actor, answered_by=by.post, answered_at=Now())
        made = Advice.objects.create(
            referral=held.referral, reason=reason, text=text, signed_by=by.post, proved_at=by.session.proved_at,
            tell_patient_at=told_at_latest(held.service.institution, database_now()) if knew_of_booking(held.referral) else None,
        )  # fmt: skip
        _noted(held, Decision.RETURNED, by)
        _tell(held, "referral_returned", held.referral.public_id)
        audit.record("review.return", "referral", held.referral.public_id, by=by.actor, reason=reason)
    return made


def _held(referral_id: UUID, expected_version: int, by: Acting) -> PlaceRequest:
    """Step: the referral, then its request, locked and waiting for an answer."""
    requires_transaction()
    seen = requests_here(by).filter(referral__public_id=referral_id).order_by("-pk").first()
    if seen is None:
        raise Refusal("not_found", NOTHING_HERE)
    rows = Referral.objects.select_for_update(of=("self",), no_key=True).select_related("owner__user", "institution", "patient")
    referral = rows.get(pk=seen.referral_id)
    behind = ("service__institution", "service__department")
    held = PlaceRequest.objects.select_for_update(of=("self",), no_key=True).select_related(*behind).get(pk=seen.pk)
    if referral.version != expected_version or referral.status != "submitted" or held.status != S.ASKED:
        raise Refusal("stale_state", CHANGED, current=current_of(referral) if held.status in READABLE else {})
    held.referral = referral
    return held


def _days(held: PlaceRequest) -> int:
    """How long the hospital's acceptance may be booked."""
    service = held.service
    value: Any = policy.value(parameters.ACCEPTANCE_DAYS, at=today(), institution=service.institution, department=service.department)
    return int(value)


def _noted(held: PlaceRequest, decision: Decision, by: Acting) -> None:
    """Step: the act with its response time, kept for the case."""
    ReviewDecision.objects.create(referral=held.referral, decision=decision, post=by.post, waiting_since=held.created_at)


def _tell(held: PlaceRequest, kind: str, about: UUID, **params: str) -> None:
    """Step: whoever's work the referral is finds the news in her inbox (without an owner the institution's managers do), and so does
    the colleague who asked.
    """
    referral = held.referral
    tell(those_who_wait(referral, [held]), kind, about=about, version=referral.version, params=params)
