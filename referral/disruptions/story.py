"""What happened to a stop, and to each visit it took away: by whom, when and why."""

from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from clinics.models import ClinicStop, StopReason
from clinics.right_queries import Step
from permissions.models import User
from referral.disruptions.models import Disruption
from referral.disruptions.negotiate import CallOutcome
from vault.actor import ActorKind
from vault.states import Event, history

EVENTS: Final[dict[str, Any]] = {
    "propose": pgettext_lazy("stop", "Proposed"),
    "stop": pgettext_lazy("stop", "Stopped"),
    "approve": pgettext_lazy("stop", "Agreed by the second person and stopped"),
    "decline": pgettext_lazy("stop", "Declined"),
    "withdraw": pgettext_lazy("stop", "Taken back"),
}
REASONS: Final[dict[str, Any]] = dict(StopReason.choices)


def steps_of(stop: ClinicStop) -> list[Step]:
    """What happened to the stop, the latest first, with who did it and why; two queries."""
    events = list(history(stop.public_id).order_by("-pk"))
    names = {one.public_id: one.display_name for one in User.objects.filter(public_id__in={event.actor_id for event in events})}
    return [_step(event, names) for event in events]


def _step(event: Event, names: dict[UUID, str]) -> Step:
    who = names.get(event.actor_id, "") if event.actor_id else ""
    return Step(event.at, EVENTS[event.event], who, str(REASONS.get(event.reason, event.reason)), "")


OF_DISRUPTION: Final[dict[str, Any]] = {
    "disruption.opened": pgettext_lazy("disruption", "The clinic was stopped"),
    "disruption.offered": pgettext_lazy("disruption", "A substitute is held, the patient was told"),
    "disruption.searched": pgettext_lazy("disruption", "Nothing could be held"),
    "disruption.lapsed": pgettext_lazy("disruption", "No answer in time, the place was let go"),
    "disruption.lost": pgettext_lazy("disruption", "The substitute was stopped as well"),
    "disruption.came": pgettext_lazy("disruption", "The patient came to the hospital"),
    "disruption.called": pgettext_lazy("disruption", "Called"),
    "disruption.wants_other": pgettext_lazy("disruption", "Wants something else"),
    "disruption.accepted": pgettext_lazy("disruption", "Moved to the substitute"),
    "disruption.other_time": pgettext_lazy("disruption", "Moved to another time"),
    "disruption.declined": pgettext_lazy("disruption", "Given up"),
    "disruption.negotiated": pgettext_lazy("disruption", "Agreed with the hospital"),
    "disruption.not_reached": pgettext_lazy("disruption", "Nobody reached the patient, nothing was agreed"),
}
ACTORS: Final[dict[str, Any]] = {ActorKind.PATIENT: _("the patient"), ActorKind.SYSTEM: pgettext_lazy("disruption", "the platform")}
CODES: Final[dict[str, Any]] = dict(CallOutcome.choices)


def steps_of_disruption(disruption: Disruption) -> list[Step]:
    """What happened to one stopped visit, the latest first; two queries."""
    events = list(history(disruption.public_id).order_by("-pk"))
    names = {one.public_id: one.display_name for one in User.objects.filter(public_id__in={event.actor_id for event in events})}
    return [_step_of(event, names) for event in events]


def _step_of(event: Event, names: dict[UUID, str]) -> Step:
    who = names.get(event.actor_id, "") if event.actor_id else ""
    return Step(event.at, OF_DISRUPTION[event.event], who or ACTORS.get(event.actor_kind, ""), str(CODES.get(event.reason, "")), "")
