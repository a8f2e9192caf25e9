"""Who did something, as values: the vault never knows a user or a patient."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class ActorKind(StrEnum):
    USER = "user"
    PATIENT = "patient"
    SYSTEM = "system"
    ANONYMOUS = "anonymous"


@dataclass(frozen=True, slots=True)
class Actor:
    """One acting party: its kind, its public id, and the post it acts under when it has one."""

    kind: ActorKind
    public_id: UUID | None = None
    post_id: UUID | None = None


SYSTEM = Actor(ActorKind.SYSTEM)
ANONYMOUS = Actor(ActorKind.ANONYMOUS)
