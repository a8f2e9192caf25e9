"""What happened to a breach or a restriction: each step, by whom, why; in words, and the files beside an appeal."""

from collections.abc import Iterable
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from clinics.right_queries import Step
from permissions.models import User
from referral.credit.models import AppealPaper
from vault.actor import ActorKind
from vault.states import Event

WORDS: Final[dict[str, Any]] = {
    "breach.recorded": pgettext_lazy("breach", "Recorded"),
    "breach.notified": gettext_lazy("The resident was told"),
    "breach.undone": gettext_lazy("Taken back by the hospital"),
    "breach.appealed": gettext_lazy("Appealed"),
    "breach.upheld": gettext_lazy("Decided: the record stands"),
    "breach.struck": gettext_lazy("Decided: the record is struck"),
    "ban.listed": gettext_lazy("Put on the no-show list"),
    "ban.lifted": gettext_lazy("Taken off the no-show list"),
    "restriction.set": gettext_lazy("Restricted"),
    "restriction.lifted": gettext_lazy("Lifted"),
}
CODED: Final = ("breach.recorded",)  # its reason is a code that the page shows elsewhere


def steps_of(objects: Iterable[UUID]) -> list[Step]:
    """Every step of these lives, the latest first, with who did it; two queries."""
    events = list(Event.objects.filter(object_id__in=list(objects)).order_by("-id"))
    names = {one.public_id: one.display_name for one in User.objects.filter(public_id__in={event.actor_id for event in events})}
    return [Step(event.at, WORDS[event.event], _who(event, names), "" if event.event in CODED else event.reason, "") for event in events]


def with_papers(steps: Iterable[Step], papers: Iterable[AppealPaper]) -> list[Step]:
    """The steps with each file that was added to the appeal or taken away from it, the latest first."""
    added = [Step(one.created_at, _("File added to the appeal"), _by(one.added_by), one.name, "") for one in papers]
    gone = [
        Step(one.withdrawn_at, _("File taken away from the appeal"), _by(one.withdrawn_by), one.name, "")
        for one in papers
        if one.withdrawn_at is not None
    ]
    return sorted([*gone, *added, *steps], key=lambda step: step.at, reverse=True)


def _by(person: User | None) -> str:
    return person.display_name if person else _("the resident")


def _who(event: Event, names: dict[UUID, str]) -> str:
    if event.actor_kind == ActorKind.PATIENT:
        return _("the resident")
    if event.actor_kind == ActorKind.SYSTEM or event.actor_id is None:
        return _("the platform")
    return names.get(event.actor_id, "")
