"""Which bookings a person reviews: a receiving doctor her department's, the coordinator the hospital's; every step locks in one order."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from permissions.acting import Acting
from permissions.roles import Capability, Role
from referral.booking.expected import NOTHING_HERE, database_now
from referral.booking.models import Booking, BookingMode
from referral.booking.queries import bookings_at
from referral.cases.models import Referral
from referral.cases.submission_models import PlaceRequest, PlaceRequestStatus
from referral.review.models import Decision, ReviewDecision
from vault.refusal import Refusal
from vault.transactions import requires_transaction

REVIEWABLE: Final = ("booked", "accepted", "info_requested")
BEHIND: Final = ("referral__institution__parent", "referral__post__user", "referral__encounter", "referral__owner__user")
CHANGED: Final = _("This has changed since you opened it. Look at it again, then decide.")


@dataclass(frozen=True, slots=True)
class Held:
    """A referral under review and its booking, both locked, at one moment of the database's clock."""

    referral: Referral
    booking: Booking
    now: datetime


def bookings_to_review(by: Acting) -> "QuerySet[Booking]":
    """Every booking of the acting hospital (of the receiving doctor's department, when her post names one), whatever its state.

    What the hospital booked itself in a consulting room (R120) it does not review again.
    """
    if not by.can(Capability.REVIEW_REFERRALS):
        return Booking.objects.none()
    rows = bookings_at(by).exclude(mode=BookingMode.CONSULTATION).select_related(*BEHIND)
    if by.post is not None and by.role == Role.RECEIVING_DOCTOR and by.post.department_id is not None:
        rows = rows.filter(department_id=by.post.department_id)
    return rows


def booking_under_review(by: Acting, referral_id: UUID) -> Booking:
    """The latest booking of a referral within this person's reach. Refuses with `not_found` for everything else alike."""
    found = bookings_to_review(by).filter(referral__public_id=referral_id).exclude(status__in=("moved", "entered_in_error"))
    booking = found.order_by("-pk").first()
    if booking is None:
        raise Refusal("not_found", NOTHING_HERE)
    return booking


def with_answer_before(rows: "QuerySet[Booking]") -> "QuerySet[Booking]":
    """Bookings with whether the hospital accepted the patient for this very service before it was booked (R072), so that nothing waits
    for a review; once it has asked something or taken an acceptance back since, it decides again.
    """
    reopened = ReviewDecision.objects.filter(
        referral=OuterRef("referral"), decision__in=(Decision.ASKED, Decision.ACCEPT_UNDONE), created_at__gt=OuterRef("answered_at")
    )
    held = PlaceRequest.objects.filter(
        referral=OuterRef("referral"), service=OuterRef("pool_slot__service"), status=PlaceRequestStatus.ACCEPTED
    )  # fmt: skip
    return rows.annotate(answered_before=Exists(held.exclude(Exists(reopened))))


def is_answered_before(referral: Referral) -> bool:
    """Whether the visit ahead of a booked referral is one the hospital accepted before it was booked; one query, none in another state."""
    ahead = Booking.objects.filter(referral=referral, status="booked")
    return referral.status == "booked" and with_answer_before(ahead).filter(answered_before=True).exists()


def require_reviewer(by: Acting) -> None:
    """Refuse with `not_allowed` whoever does not review referrals."""
    if by.post is None or not by.can(Capability.REVIEW_REFERRALS):
        raise Refusal("not_allowed", _("Your role does not include this."))


def held_for_review(referral_id: UUID, *, by: Acting, expected_version: int, statuses: tuple[str, ...] = ("booked",)) -> Held:
    """Step: the referral, then its booking, locked; the visit lies ahead and the referral is in one of these states.

    Refuses with `not_found` beyond this person's reach, with `stale_state` when it is another version or in another state, or
    when the booking has ended, with `past_cutoff` once the time of the visit has come.
    """
    requires_transaction()
    seen = booking_under_review(by, referral_id)
    return _held(seen, expected_version, statuses)


def _held(seen: Booking, expected_version: int, statuses: tuple[str, ...]) -> Held:
    rows = Referral.objects.select_for_update(of=("self",), no_key=True).select_related("owner__user", "institution", "patient")
    referral = rows.get(pk=seen.referral_id)
    behind = ("patient", "institution", "department", "pool_slot")
    booking = Booking.objects.select_for_update(of=("self",), no_key=True).select_related(*behind).get(pk=seen.pk)
    booking.referral = referral
    check_current(referral, booking, expected_version, statuses)
    now = database_now()
    if now >= booking.starts_at:
        raise Refusal("past_cutoff", _("The time of this visit has come; it can no longer be reviewed."), current=current_of(referral))
    return Held(referral, booking, now)


def check_current(referral: Referral, booking: Booking, expected_version: int, statuses: tuple[str, ...]) -> None:
    """Refuse with `stale_state` what is not as the caller saw it, or not open to this step any more."""
    if referral.version != expected_version or referral.status not in statuses or booking.status != "booked":
        raise Refusal("stale_state", CHANGED, current=current_of(referral))


def current_of(referral: Referral) -> dict[str, Any]:
    """What a stale caller should look at."""
    return {"status": referral.status, "version": referral.version}


def waiting_since(booking: Booking) -> datetime:
    """Since when the hospital has had to act: the booking, or the last answer of the referring doctor if that came later."""
    answered = booking.questions.exclude(answered_at=None).order_by("-answered_at").values_list("answered_at", flat=True).first()
    return max(booking.created_at, answered) if answered else booking.created_at


def noted(held: Held, decision: Decision, *, by: Acting, since: datetime | None = None) -> ReviewDecision:
    """Step: the act with its response time, kept for the case."""
    requires_transaction()
    assert by.post is not None
    begun = since or waiting_since(held.booking)
    return ReviewDecision.objects.create(referral=held.referral, booking=held.booking, decision=decision, post=by.post, waiting_since=begun)
