"""One step of some object's life as it was committed, and what somebody is to be told because of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from permissions.models import RoleAssignment, User
from permissions.roles import Role
from referral.inbox.tell import CODE, Recipient
from vault.actor import Actor, ActorKind


@dataclass(frozen=True, slots=True)
class Step:
    """One event: which object took which step, by whom, why, when; `version` is the object's after it."""

    kind: str
    about: UUID
    event: str
    reason: str
    actor_kind: str
    actor_id: UUID | None
    at: datetime
    version: int

    @property
    def by(self) -> Actor:
        """Who took the step."""
        return Actor(ActorKind(self.actor_kind), self.actor_id)

    @property
    def code(self) -> str:
        """The reason when it is a code; free words stay where they were written."""
        return self.reason if CODE.match(self.reason) else ""


@dataclass(frozen=True, slots=True)
class Told:
    """One notice to be left, about one object, to these people."""

    step: Step
    kind: str
    about: UUID
    recipients: Sequence[Recipient]
    params: Mapping[str, str] = field(default_factory=dict)


def administrators_of(district: int) -> list[Recipient]:
    """Who governs a district now."""
    held = RoleAssignment.objects.live().filter(role=Role.DISTRICT_ADMIN, district=district, user__is_active=True)
    return list(User.objects.filter(pk__in=held.values("user")).order_by("pk"))
