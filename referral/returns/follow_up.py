"""The owner at the centre sees the patient, and closes the loop with an outcome (R130)."""

from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from permissions.acting import Acting
from permissions.roles import Capability
from referral.booking.expected import today
from referral.booking.facts import SHANGHAI
from referral.cases.models import Referral
from referral.cases.texts import check_texts
from referral.returns.answer import locked
from referral.returns.models import Outcome, Return
from referral.returns.queries import belongs_to_another
from vault import audit
from vault.refusal import Refusal, invalid
from vault.states import advance


def follow_up(return_id: UUID, *, seen_on: date, note: str, expected_version: int, by: Acting) -> Return:
    """Promise that the owner has seen the patient on that day and wrote how she is.

    Refuses with `not_allowed` (only the owner), `not_found`, `invalid_input` (a day to come or before the return, no note)
    or `stale_state`.
    """
    with transaction.atomic(durable=True):
        sent_back = _owned(return_id, by)
        check_texts({"follow_up_note": note}, Return)
        if seen_on > today():
            raise invalid("seen_on", _("This day is still to come."))
        if seen_on < sent_back.created_at.astimezone(SHANGHAI).date():
            raise invalid("seen_on", _("On this day the patient had not been sent back yet."))
        advance(
            sent_back, "followed_up", by=by.actor, expected_version=expected_version,
            followed_up_on=seen_on, follow_up_note=note,
        )  # fmt: skip
        audit.record("follow_up", "return", sent_back.public_id, by=by.actor, details={"seen_on": str(seen_on)})
    return sent_back


def close(return_id: UUID, *, outcome: str, expected_version: int, by: Acting) -> Return:
    """Promise that the return ends with its outcome, and the referral with it, both or neither.

    Locks the referral, then the return. Refuses with `not_allowed` (only the owner), `not_found`, `invalid_input` or
    `stale_state`.
    """
    if outcome not in Outcome.values or not outcome:
        raise invalid("outcome", _("Choose how the follow-up ended."))
    with transaction.atomic(durable=True):
        referral = Referral.objects.select_for_update(no_key=True).filter(sent_back__public_id=return_id).first()
        sent_back = _owned(return_id, by)
        advance(sent_back, "closed", by=by.actor, expected_version=expected_version, outcome=outcome)
        advance(referral, "closed", by=by.actor)
        audit.record("close", "return", sent_back.public_id, by=by.actor, details={"outcome": outcome})
    return sent_back


def _owned(return_id: UUID, by: Acting) -> Return:
    """Step: a return whose owner acts. Refuses everybody else, with `not_found` when they may not even see it."""
    if not by.can(Capability.ACCEPT_RETURN):
        raise Refusal("not_allowed", _("Your role does not include this."))
    sent_back = locked(return_id, by)
    if belongs_to_another(sent_back, by):
        raise Refusal("not_allowed", _("Only the owner of this return can do this."))
    return sent_back
