"""Who acts in a request: the person, the role, the post, and the district where that counts."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from permissions.roles import Capability, Role, role_can
from vault.actor import Actor, ActorKind
from vault.refusal import Sentence

if TYPE_CHECKING:
    from permissions.models import District, Session, User


@dataclass(frozen=True, slots=True)
class Acting:
    """A person in one of the parts she may play; every use case takes one as `by`.

    `post` is a `clinics.Post` when the part belongs to an institution, and None for district-wide roles.
    `district` is where a district-wide role counts; without one it is the person's own.
    """

    user: "User"
    role: Role | None = None
    post: Any | None = None
    session: "Session | None" = None
    district: "District | None" = None
    choice: UUID | None = None  # public id of the post or role assignment behind this part
    withheld: frozenset[Capability] = frozenset()  # what the role includes and this person has lost, `why` says it
    why: Sentence = ""
    scopes: frozenset[str] | None = None  # what a program's key was given; None for a person

    def can(self, capability: Capability) -> bool:
        """Whether the part played now includes a capability; it says nothing about a particular object."""
        if capability in self.withheld or (self.scopes is not None and capability not in self.scopes):
            return False
        return role_can(self.role, capability)

    @property
    def actor(self) -> Actor:
        """The same as values for the vault: public ids only."""
        return Actor(ActorKind.USER, self.user.public_id, self.post.public_id if self.post else None)

    @property
    def district_id(self) -> int:
        """The key of the district this part counts in."""
        return self.district.pk if self.district else self.user.district_id
