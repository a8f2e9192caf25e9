"""Remembers who saw what: the one write that a read endpoint may do."""

from collections.abc import Iterable
from uuid import UUID

from vault.actor import Actor
from vault.audit.models import AccessEntry


def saw_many(by: Actor, kind: str, objects: Iterable[UUID], purpose: str) -> None:
    """The same for a list that shows each of these objects: one row an object, in one statement."""
    AccessEntry.objects.bulk_create(
        AccessEntry(actor_kind=by.kind, actor_id=by.public_id, post_id=by.post_id, kind=kind, object_id=one, purpose=purpose)
        for one in objects
    )


def saw(by: Actor, kind: str, object_id: UUID, purpose: str) -> None:
    """Promise one committed row per look; called by a door after its answer is decided, outside any transaction."""
    AccessEntry.objects.create(
        actor_kind=by.kind, actor_id=by.public_id, post_id=by.post_id, kind=kind, object_id=object_id, purpose=purpose
    )
