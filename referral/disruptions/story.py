"""What happened to a stop: proposed, agreed, stopped, by whom and why."""

from typing import Any, Final
from uuid import UUID

from django.utils.translation import pgettext_lazy

from clinics.models import ClinicStop, StopReason
from clinics.right_queries import Step
from permissions.models import User
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
