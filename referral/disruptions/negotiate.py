"""What the hospital notes on the telephone: nobody answered, she thinks about it, she wants something else (R127)."""

from uuid import UUID

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from permissions.acting import Acting
from permissions.roles import Capability
from referral.disruptions.choose import NOTHING_HERE, SETTLED, Chooser
from referral.disruptions.models import CallFor, ChosenBy, Disruption
from referral.disruptions.queries import disruptions_called_by
from vault import audit
from vault.refusal import Refusal, invalid
from vault.states import amend

LONGEST_NOTE = 200


class CallOutcome(models.TextChoices):
    """What a call came to while nothing is settled yet."""

    UNREACHABLE = "unreachable", pgettext_lazy("disruption", "could not be reached")
    THINKING = "thinking", _("thinks about it, call again")
    WANTS_OTHER = "wants_other", _("wants something else")


@transaction.atomic(durable=True)
def note_call(disruption_id: UUID, outcome: str, *, note: str = "", expected_version: int, by: Acting) -> Disruption:
    """Use case: a call about a stopped visit is noted with what it came to; calls nobody answered are counted.

    Refuses with `not_found`, `invalid_input`, and `stale_state` when the visit was settled meanwhile.
    """
    disruption = called(disruption_id, by)
    if outcome not in CallOutcome.values:
        raise invalid("outcome", _("Choose one of those shown."))
    if len(note) > LONGEST_NOTE:
        raise invalid("note", _("Write at most 200 characters."))
    if disruption.status != "open":
        raise Refusal("stale_state", SETTLED, current={"status": disruption.status, "version": disruption.version})
    fields = {
        "note": note.strip() or disruption.note,
        "worked_by": by.user,
        "calls": disruption.calls + (outcome == CallOutcome.UNREACHABLE),
    }
    if outcome == CallOutcome.WANTS_OTHER:
        fields["call_for"] = CallFor.WANTS_OTHER
    amend(disruption, "disruption.called", by=by.actor, reason=outcome, expected_version=expected_version, **fields)
    audit.record("note_call", "disruption", disruption.public_id, by=by.actor, reason=outcome)
    return disruption


@transaction.atomic(durable=True)
def ask_for_call(disruption: Disruption, *, expected_version: int, by: Chooser) -> Disruption:
    """Use case: none of the times will do; the hospital is to call (R127). What is held stays held until its end."""
    held = Disruption.objects.get(pk=disruption.pk)
    if held.status != "open":
        raise Refusal("stale_state", SETTLED, current={"status": held.status, "version": held.version})
    amend(held, "disruption.wants_other", by=by.actor, expected_version=expected_version, call_for=CallFor.WANTS_OTHER)
    return held


def called(disruption_id: UUID, by: Acting) -> Disruption:
    """One disruption of the hospital's worklist; everything else is `not_found` alike."""
    found = disruptions_called_by(by).filter(public_id=disruption_id).first()
    if found is None:
        raise Refusal("not_found", NOTHING_HERE)
    return found


def for_hospital(by: Acting) -> Chooser:
    """The coordinator who agrees something on the telephone."""
    if not by.can(Capability.MANAGE_POOLS):
        raise Refusal("not_allowed", _("Your role does not include this."))
    return Chooser(by.actor, ChosenBy.HOSPITAL, by)
