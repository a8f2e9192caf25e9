"""What a field held before and after: the history of things that have no states of their own."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from django.db import models
from django.db.models.functions import Now

from vault.actor import Actor
from vault.crypto import EncryptedTextField
from vault.transactions import requires_transaction


class Change(models.Model):
    """One field of one object, before and after; without foreign keys, its values encrypted as they may be personal."""

    kind = models.TextField()
    object_id = models.UUIDField()
    field = models.TextField()
    old = EncryptedTextField(purpose="change", default="", blank=True)
    new = EncryptedTextField(purpose="change", default="", blank=True)
    actor_kind = models.TextField()
    actor_id = models.UUIDField(null=True)
    post_id = models.UUIDField(null=True)
    reason = models.TextField(blank=True, default="")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["object_id", "id"], name="change_of_object")]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id}: {self.field}"


def note_changes(kind: str, object_id: UUID, changes: Mapping[str, tuple[str, str]], *, by: Actor, reason: str = "") -> list[Change]:
    """Step: keep what really changed, one row a field (name → before, after); equal pairs are left out."""
    return note_many([(kind, object_id, changes)], by=by, reason=reason)


def note_many(notes: Iterable[tuple[str, UUID, Mapping[str, tuple[str, str]]]], *, by: Actor, reason: str = "") -> list[Change]:
    """Step: the same for many objects (kind, id, changes), in a few statements."""
    requires_transaction()
    rows = [
        Change(
            kind=kind, object_id=object_id, field=field, old=old, new=new,
            actor_kind=by.kind, actor_id=by.public_id, post_id=by.post_id, reason=reason,
        )
        for kind, object_id, changes in notes
        for field, (old, new) in changes.items()
        if old != new
    ]  # fmt: skip
    return Change.objects.bulk_create(rows)


def changes_of(object_id: UUID) -> "models.QuerySet[Change]":
    """Everything that was changed about one object, oldest first."""
    return Change.objects.filter(object_id=object_id).order_by("id")
