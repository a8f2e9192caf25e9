"""A database that was restored, and the acts it does not know any more."""

from django.db import models
from django.db.models import Q

from vault.crypto import EncryptedTextField
from vault.records import Public

REASON_LENGTH = 200


class Restoration(Public):
    """One time that an older copy was put in place: from what, why, how far the journal went, and what the fence ended."""

    backup = models.TextField()
    taken_at = models.DateTimeField(null=True)
    journal_mac = models.TextField(blank=True)
    journal_at = models.DateTimeField(null=True)
    seal = models.BigIntegerField(default=0)
    reason = models.CharField(max_length=REASON_LENGTH)
    counts = models.JSONField(default=dict)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.backup


class LostOutcome(models.TextChoices):
    OPEN = "open"
    REPEATED = "repeated"
    NOTHING_LEFT = "nothing_left"
    DONE = "done"


class LostAct(Public):
    """An act that was acknowledged after the copy was taken. `said` holds reason, details and the words about its object.

    Open: somebody has to look; while one is open, notices about its object are held. Repeated: the fence did it again. Nothing
    left: what it took away is not there. Done: somebody said so.
    """

    restoration = models.ForeignKey(Restoration, models.PROTECT, related_name="lost")
    at = models.DateTimeField()
    verb = models.TextField()
    kind = models.TextField()
    object_id = models.UUIDField()
    actor_kind = models.TextField()
    actor_id = models.UUIDField(null=True)
    post_id = models.UUIDField(null=True)
    said = EncryptedTextField(purpose="lost_act")
    outcome = models.TextField(choices=LostOutcome.choices, default=LostOutcome.OPEN)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.UUIDField(null=True)
    note = models.CharField(max_length=REASON_LENGTH, blank=True, default="")

    class Meta:
        default_permissions = ()
        constraints = (
            models.CheckConstraint(
                condition=Q(outcome="open", settled_at__isnull=True) | ~Q(outcome="open") & Q(settled_at__isnull=False),
                name="settled_lost_act_says_when",
            ),
        )
        indexes = (models.Index(fields=("object_id",), condition=Q(outcome="open"), name="lost_act_open_by_object"),)

    def __str__(self) -> str:
        return f"{self.verb} {self.kind} {self.object_id}"
