"""The one table of everything that happened to anything with a life, found by public id."""

from uuid import UUID

from django.db import models
from django.db.models.functions import Now


class Xid8Field(models.Field):  # type: ignore[type-arg]
    """A 64-bit transaction number as PostgreSQL gives it out."""

    def db_type(self, connection: object) -> str:
        return "xid8"

    def get_db_prep_value(self, value: int | None, connection: object, prepared: bool = False) -> str | None:
        return None if value is None else str(value)

    def from_db_value(self, value: str | None, expression: object, connection: object) -> int | None:
        return None if value is None else int(value)


class Event(models.Model):
    """One step of one life: insert-only, without foreign keys, so that nothing can cascade into it."""

    kind = models.TextField()
    object_id = models.UUIDField()
    event = models.TextField()
    source = models.TextField(blank=True)
    target = models.TextField()
    actor_kind = models.TextField()
    actor_id = models.UUIDField(null=True)
    post_id = models.UUIDField(null=True)
    reason = models.TextField(blank=True)
    at = models.DateTimeField(db_default=Now())
    tx = Xid8Field()

    class Meta:
        indexes = [
            models.Index(fields=["object_id", "id"], name="event_of_object"),
            models.Index(fields=["tx", "id"], name="event_in_commit_order"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id}: {self.source or '–'} → {self.target}"


def history(public_id: UUID) -> "models.QuerySet[Event]":
    """Everything that happened to one object, oldest first."""
    return Event.objects.filter(object_id=public_id).order_by("id")
