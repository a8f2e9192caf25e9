"""The trail, its seals, and who saw what; rows are inserted and read, never changed."""

from django.db import models
from django.db.models.functions import Now

from vault.events import Xid8Field


class AuditEntry(models.Model):
    """One act, written in the transaction of the act; partitioned by month of `at`.

    `digest` is an HMAC of what the caller wrote, so that a changed column shows; `tx` gives the seals their order.
    """

    tx = Xid8Field()
    at = models.DateTimeField()
    actor_kind = models.TextField()
    actor_id = models.UUIDField(null=True)
    post_id = models.UUIDField(null=True)
    verb = models.TextField()
    kind = models.TextField()
    object_id = models.UUIDField()
    reason = models.TextField(blank=True)
    details = models.JSONField(default=dict)
    digest = models.BinaryField()

    class Meta:
        indexes = [
            models.Index(fields=["tx", "id"], name="audit_in_sealing_order"),
            models.Index(fields=["object_id", "at"], name="audit_of_object"),
            models.Index(fields=["actor_id", "at"], name="audit_of_actor"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.verb} {self.kind} {self.object_id}"


class SealKind(models.TextChoices):
    SEAL = "seal"
    RESTART = "restart"


class AuditSeal(models.Model):
    """Closes the rows below one horizon, and chains to the seal before it.

    A seal covers the rows of its series (id above `floor`) with `tx` from the horizon before up to its own; `top` is
    the highest id any seal of the series covers. A restart seal, after a logical restore, closes what was left of the
    old series and begins a new one above `floor`.
    """

    seq = models.BigIntegerField(primary_key=True)
    kind = models.TextField(choices=SealKind.choices)
    series = models.IntegerField()
    floor = models.BigIntegerField()
    top = models.BigIntegerField()
    horizon = Xid8Field()
    rows = models.BigIntegerField()
    previous = models.BinaryField()
    mac = models.BinaryField()
    at = models.DateTimeField(db_default=Now())
    reason = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind=SealKind.SEAL, reason="") | models.Q(kind=SealKind.RESTART) & ~models.Q(reason=""),
                name="a_restart_gives_its_reason",
            ),
            models.CheckConstraint(condition=models.Q(rows__gte=0, seq__gte=1), name="a_seal_counts_upwards"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.seq} below {self.horizon}"


class AccessEntry(models.Model):
    """One look of one person at one object; partitioned by month of `at`."""

    at = models.DateTimeField(db_default=Now())
    actor_kind = models.TextField()
    actor_id = models.UUIDField(null=True)
    post_id = models.UUIDField(null=True)
    kind = models.TextField()
    object_id = models.UUIDField()
    purpose = models.TextField()

    class Meta:
        indexes = [
            models.Index(fields=["object_id", "at"], name="access_to_object"),
            models.Index(fields=["actor_id", "at"], name="access_by_actor"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.purpose} {self.kind} {self.object_id}"
