"""The centre answers: a named owner takes the patient over, or somebody says why not, and the manager names another."""

from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from clinics.models import Post
from clinics.posts import hold
from permissions.acting import Acting
from permissions.roles import Capability
from referral.booking.expected import NOTHING_HERE, database_now
from referral.booking.facts import SHANGHAI
from referral.patients.queries import of_unit
from referral.returns.inform import tell_of_declining, tell_owner, tell_sender
from referral.returns.models import Return
from referral.returns.queries import returns_of
from referral.returns.send import answer_due
from referral.returns.states import CENTRE
from vault import audit
from vault.refusal import Refusal, invalid
from vault.states import advance
from vault.transactions import requires_transaction

LONGEST_REASON = 200
LATEST_FOLLOW_UP = timedelta(days=366)


def accept(return_id: UUID, *, first_follow_up_on: date, expected_version: int, by: Acting) -> Return:
    """Promise that the acting doctor answers for the patient from now on and sees her first on that day.

    Refuses with `not_allowed` (also when the manager named somebody else), `not_found`, `invalid_input` (a day that is
    over or more than a year away) or `stale_state`.
    """
    _needs(by, Capability.ACCEPT_RETURN)
    with transaction.atomic(durable=True):
        _hold_own(by)
        sent_back = locked(return_id, by)
        _check_named(sent_back, by)
        _check_first_follow_up(first_follow_up_on, database_now())
        advance(
            sent_back, "accepted", by=by.actor, expected_version=expected_version,
            owner=by.post, first_follow_up_on=first_follow_up_on,
        )  # fmt: skip
        tell_sender(sent_back, by=by)
        audit.record("accept", "return", sent_back.public_id, by=by.actor, details={"first_follow_up_on": str(first_follow_up_on)})
    return sent_back


def decline(return_id: UUID, *, reason: str, expected_version: int, by: Acting) -> Return:
    """Promise that the return is declined with a reason; it stays the centre's until the manager names an owner.

    Refuses with `not_allowed`, `not_found`, `invalid_input` (no reason) or `stale_state`.
    """
    _needs(by, Capability.ACCEPT_RETURN)
    told = checked_reason(reason)
    with transaction.atomic(durable=True):
        sent_back = locked(return_id, by)
        _check_named(sent_back, by)
        advance(
            sent_back, "declined", by=by.actor, reason=told, expected_version=expected_version,
            decline_reason=told, owner=None,
        )  # fmt: skip
        tell_of_declining(sent_back, by=by)
        audit.record("decline", "return", sent_back.public_id, by=by.actor, reason=told)
    return sent_back


def assign(return_id: UUID, *, owner: UUID, expected_version: int, by: Acting) -> Return:
    """Promise that a declined or overdue return waits again, for the owner whom the centre's manager names.

    Refuses with `not_allowed`, `not_found`, `invalid_input` (no such doctor at the centre) or `stale_state`.
    """
    _needs(by, Capability.ASSIGN_RETURN)
    with transaction.atomic(durable=True):
        if not returns_of(by).filter(public_id=return_id).exists():  # before the named owner is judged; read again under its lock
            raise Refusal("not_found", NOTHING_HERE)
        named = _held_owner(owner, by)
        sent_back = locked(return_id, by)
        due_at = answer_due(database_now(), sent_back.to_institution)
        advance(
            sent_back, "sent", by=by.actor, expected_version=expected_version,
            owner=named, decline_reason="", due_at=due_at,
        )  # fmt: skip
        tell_owner(sent_back, by=by)
        audit.record("assign", "return", sent_back.public_id, by=by.actor, details={"owner": str(named.public_id)})
    return sent_back


def _hold_own(by: Acting) -> None:
    """Step: the acting post held; somebody without one finds no return anyway."""
    if by.post is not None:
        hold(by.post)


def _held_owner(owner: UUID, by: Acting) -> Post:
    """Step: the named doctor's post, held so that it does not end before the return is hers."""
    named = possible_owners(by).filter(public_id=owner).first()
    if named is None:
        raise invalid("owner", _("This is not a doctor of your centre who can take patients over."))
    hold(named)
    return named


def possible_owners(by: Acting) -> "QuerySet[Post]":
    """The live posts of doctors at the acting post's centre and its stations."""
    if by.post is None:
        return Post.objects.none()
    return Post.objects.live().complete().filter(of_unit(by.post), kind__in=CENTRE).order_by("user__name", "pk")


def locked(return_id: UUID, by: Acting) -> Return:
    """Step: a return that the person may see, locked. Refuses with `not_found` for everything else alike."""
    requires_transaction()
    found = returns_of(by).filter(public_id=return_id).select_for_update(of=("self",), no_key=True).order_by("pk").first()
    if found is None:
        raise Refusal("not_found", NOTHING_HERE)
    return found


def checked_reason(reason: str) -> str:
    """The reason without blanks around it; refuses with `invalid_input` when there is none or it is too long."""
    told = reason.strip()
    if not told:
        raise invalid("reason", _("Say why, in a few words; the hospital reads it."))
    if len(told) > LONGEST_REASON:
        raise invalid("reason", _("At most %(limit)d characters; now %(count)d.") % {"limit": LONGEST_REASON, "count": len(told)})
    return told


def _needs(by: Acting, capability: Capability) -> None:
    if not by.can(capability):
        raise Refusal("not_allowed", _("Your role does not include this."))


def _check_named(sent_back: Return, by: Acting) -> None:
    """Once the manager has named an owner, nobody else answers for her."""
    if sent_back.status == "sent" and sent_back.owner is not None and sent_back.owner != by.post:
        words = {"name": sent_back.owner.user.name}
        raise Refusal("not_allowed", _("The manager has named %(name)s as the owner of this return.") % words)


def _check_first_follow_up(day: date, now: datetime) -> None:
    today = now.astimezone(SHANGHAI).date()
    if day < today:
        raise invalid("first_follow_up_on", _("The first follow-up cannot lie in the past."))
    if day > today + LATEST_FOLLOW_UP:
        raise invalid("first_follow_up_on", _("The first follow-up must come within a year."))
