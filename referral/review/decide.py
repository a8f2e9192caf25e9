"""The hospital accepts a booked referral, alone or many at once, takes that back within minutes, and reads what was amended since."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import OperationalError, transaction
from django.utils.translation import gettext_lazy as _

from clinics import policy
from permissions.acting import Acting
from referral import parameters
from referral.booking.expected import database_now
from referral.booking.facts import SHANGHAI
from referral.booking.models import Booking
from referral.cases.models import Referral
from referral.inbox.tell import answering_for, tell
from referral.review.models import Decision, ReviewDecision
from referral.review.scope import CHANGED, Held, current_of, held_for_review, is_answered_before, noted, require_reviewer
from vault import audit
from vault.refusal import Refusal, invalid
from vault.states import advance, amend

MOST_AT_ONCE: Final = 100


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one of many: nothing stood in the way, or the refusal that did."""

    referral: UUID
    refusal: Refusal | None = None


def accept(referral_id: UUID, *, expected_version: int, by: Acting) -> Referral:
    """Use case: promise that the hospital has looked at the referral and receives the patient as booked (R054).

    Locks the referral, then its booking. Refuses with `not_allowed`, `not_found`, `stale_state`, and `past_cutoff` once the time
    of the visit has come.
    """
    require_reviewer(by)
    with transaction.atomic(durable=True):
        held = held_for_review(referral_id, by=by, expected_version=expected_version)
        advance(held.referral, "accepted", by=by.actor)
        noted(held, Decision.ACCEPTED, by=by)
        tell_doctor(held, "referral_accepted", held.booking.public_id)
        audit.record("review.accept", "referral", held.referral.public_id, by=by.actor)
    return held.referral


def accept_many(chosen: Sequence[tuple[UUID, int]], *, by: Acting) -> list[Result]:
    """Promise each of these referrals accepted in a transaction of its own, or the reason why not; the others go on.

    Refuses with `not_allowed`, and with `invalid_input` for none or more than a hundred.
    """
    require_reviewer(by)
    if not chosen or len(chosen) > MOST_AT_ONCE:
        raise invalid("referral", _("Tick at least one referral, and 100 at most."))
    return [_one(referral, version, by) for referral, version in dict(chosen).items()]


def undo_accept(referral_id: UUID, *, expected_version: int, by: Acting) -> Referral:
    """Use case: promise that an acceptance is taken back: the referral waits for the review again.

    Possible for `review_undo_minutes`, and whenever the referral was amended since. Refuses with `not_allowed`, `not_found`,
    `undo_too_late`, `stale_state`.
    """
    require_reviewer(by)
    with transaction.atomic(durable=True):
        held = held_for_review(referral_id, by=by, expected_version=expected_version, statuses=("accepted",))
        _check_undoable(held)
        advance(held.referral, "booked", by=by.actor, reason="review_reopened")
        noted(held, Decision.ACCEPT_UNDONE, by=by)
        audit.record("review.undo_accept", "referral", held.referral.public_id, by=by.actor)
    return held.referral


def read_amendment(referral_id: UUID, *, expected_version: int, by: Acting) -> Referral:
    """Use case: promise that the hospital has read what was amended since it accepted, and stands by its acceptance.

    A booking accepted before it was made (R072) stays booked. Refuses with `not_allowed`, `not_found`, `stale_state` (also when
    nothing was amended since).
    """
    require_reviewer(by)
    with transaction.atomic(durable=True):
        held = held_for_review(referral_id, by=by, expected_version=expected_version, statuses=("accepted", "booked"))
        since = amended_since(held.referral)
        if since is None:
            raise Refusal("stale_state", CHANGED, current=current_of(held.referral))
        amend(held.referral, "referral.amendment_read", by=by.actor)
        noted(held, Decision.AMENDMENT_READ, by=by, since=since)
        audit.record("review.read_amendment", "referral", held.referral.public_id, by=by.actor)
    return held.referral


def amended_since(referral: Referral) -> datetime | None:
    """When the referral was first amended after the hospital last stood by it; None when it was not."""
    stood = stand_in_force(referral)
    if stood is None:
        return None
    later = referral.versions.filter(created_at__gt=stood.created_at).order_by("number")
    return later.values_list("created_at", flat=True).first()


def stand_in_force(referral: Referral) -> ReviewDecision | None:
    """The last time the hospital accepted the referral as it stood, after it was booked or before (R072); None while it decides."""
    if referral.status != "accepted" and not is_answered_before(referral):
        return None
    stands = (Decision.ACCEPTED, Decision.AMENDMENT_READ)
    return referral.decisions.filter(decision__in=stands).order_by("-pk").first()


def undo_until(referral: Referral, booking: Booking) -> datetime | None:
    """Until when the acceptance may be taken back; None when the referral is not accepted."""
    accepted = referral.decisions.filter(decision=Decision.ACCEPTED).order_by("-pk").first()
    if referral.status != "accepted" or accepted is None:
        return None
    day = accepted.created_at.astimezone(SHANGHAI).date()
    minutes = policy.value(parameters.REVIEW_UNDO_MINUTES, at=day, institution=booking.institution)
    return accepted.created_at + timedelta(minutes=int(minutes))  # type: ignore[arg-type]


def tell_doctor(held: Held, kind: str, about: UUID) -> None:
    """Step: whoever's work the referral is finds the news in her inbox; without an owner the institution's managers do."""
    referral = held.referral
    tell(answering_for(referral.owner, referral.institution), kind, about=about, version=referral.version)


def _one(referral: UUID, version: int, by: Acting) -> Result:
    try:
        accept(referral, expected_version=version, by=by)
    except Refusal as refusal:
        return Result(referral, refusal)
    except OperationalError:  # its lock was not free in time; nothing was written for it, and the others go on
        return Result(referral, Refusal("busy", _("Somebody else was changing this at the same moment. Please try again.")))
    return Result(referral)


def _check_undoable(held: Held) -> None:
    until = undo_until(held.referral, held.booking)
    if amended_since(held.referral) is not None or until is None or database_now() < until:
        return
    at = until.astimezone(SHANGHAI).strftime("%H:%M")
    raise Refusal("undo_too_late", _("The acceptance could be taken back until %(at)s. Call the referring doctor.") % {"at": at})
