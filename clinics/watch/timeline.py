"""What happened to a suspension, a dispute, or around a right beside its own steps: words, who, when."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from clinics.models import Attestation, RightDispute
from clinics.right_queries import Step, timeline
from clinics.watch.queries import disputes_seen_by
from clinics.watch.states import DisputeReason, Remedy, SanctionReason
from permissions.acting import Acting
from permissions.models import ReferralRight, User
from permissions.roles import Capability
from vault.models import Event

EVENTS = {
    "suspend_institution": _("Institution suspended"),
    "revoke_institution": _("Institution excluded"),
    "reinstate_institution": _("Institution reinstated"),
    "readmit_institution": _("Institution admitted again"),
    "open_dispute": _("Disputed by the hospital"),
    "uphold_dispute": _("Dispute upheld"),
    "reject_dispute": _("Dispute rejected"),
    "withdraw_dispute": _("Dispute withdrawn"),
}
IMPOSING = frozenset({"suspend_institution", "revoke_institution"})
ANSWERS = frozenset({"uphold_dispute", "reject_dispute"})
WARNING = frozenset({"suspend_institution", "revoke_institution", "open_dispute"})
REASONS: dict[str, Any] = dict(SanctionReason.choices) | dict(DisputeReason.choices) | dict(Remedy.choices)


def steps_of(objects: Iterable[Any]) -> list[Step]:
    """What happened to suspensions or disputes, the latest first, with who did it and what they wrote; two queries."""
    held = list(objects)
    events = list(Event.objects.filter(object_id__in=[one.public_id for one in held]).order_by("-id"))
    written = _written(held, events)
    names = {one.public_id: one.display_name for one in User.objects.filter(public_id__in={event.actor_id for event in events})}
    return [
        Step(
            event.at,
            EVENTS.get(event.event, event.event),
            names.get(event.actor_id, "") if event.actor_id else "",
            "\u3000".join(str(part) for part in (REASONS.get(event.reason, ""), written.get(event.pk, "")) if part),
            "warn" if event.event in WARNING else "",
        )
        for event in events
    ]


def _written(objects: Iterable[Any], events: Iterable[Event]) -> dict[int, str]:
    """Event → the sentence that stands in its object: the evidence with the last decision, the hospital's words, the answer."""
    of = {one.public_id: one for one in objects}
    found: dict[int, str] = {}
    told: set[Any] = set()
    for event in events:  # the latest first: an earlier evidence was replaced and stands in the trail
        if event.event in IMPOSING and event.object_id not in told:
            told.add(event.object_id)
            found[event.pk] = of[event.object_id].note
        elif event.event == "open_dispute":
            found[event.pk] = of[event.object_id].note
        elif event.event in ANSWERS:
            found[event.pk] = of[event.object_id].answer
    return found


def timeline_for(acting: Acting, right: ReferralRight) -> list[Step]:
    """The right's own steps and what happened around it, the latest first; a hospital's coordinator sees her disputes only."""
    if acting.can(Capability.DISPUTE_RIGHTS):
        return steps_of(disputes_seen_by(acting).filter(right=right))
    return sorted([*timeline(right), *steps_around(right)], key=lambda step: step.at, reverse=True)


def steps_around(right: ReferralRight) -> list[Step]:
    """What a right's own events do not tell: attestations and disputes; for its timeline, in any order."""
    words = Attestation.objects.filter(right=right).select_related("attested_by", "post__institution")
    disputes = list(RightDispute.objects.filter(right=right).select_related("institution"))
    return [*(_word(one) for one in words), *steps_of(disputes)]


def _word(said: Attestation) -> Step:
    who = f"{said.post.institution.display_short_name} {said.attested_by.display_name}"
    title = _("Attested for the quarter") if said.holds else _("Post no longer held, says the institution")
    return Step(said.created_at, title, who, said.quarter, "" if said.holds else "warn")
