"""Messages waiting or gone, each attempt to deliver them, and what holds the sender back."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from vault.crypto import EncryptedTextField
from vault.records import Public


class MessageState(models.TextChoices):
    WAITING = "waiting"
    CLAIMED = "claimed"
    SENT = "sent"
    FAILED = "failed"
    OVERTAKEN = "overtaken"
    DROPPED = "dropped"
    EXPIRED = "expired"
    WITHHELD = "withheld"
    HELD = "held"


UNSENT = (MessageState.WAITING, MessageState.CLAIMED)


class Message(Public):
    """One message to one number about one object; written in the transaction of the deed.

    `due_at` is when the sender looks at it next, `not_before` when it may go at the earliest. A claimed message
    belongs to one worker until `lease_until`. A withheld one is written and never sent, so that known and unknown
    numbers cost the same work; a held one waits behind a restore for somebody's word. `version` is the object's: a newer one
    overtakes those that still wait.
    """

    template = models.TextField()
    cls = models.TextField(db_column="class")
    language = models.TextField(default="zh-hans", db_default="zh-hans")
    phone = EncryptedTextField(purpose="phone", hash_field="phone_hash")
    phone_hash = models.TextField()
    params = EncryptedTextField(purpose="message")
    about = models.UUIDField()
    version = models.IntegerField()
    supersedes = models.BooleanField(default=True)
    not_before = models.DateTimeField()
    due_at = models.DateTimeField()
    state = models.TextField(choices=MessageState.choices, default=MessageState.WAITING)
    attempts = models.IntegerField(default=0, db_default=0)
    lease_until = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["about", "version", "template", "phone_hash"], name="message_once_per_version_and_number"),
            models.CheckConstraint(
                condition=Q(state=MessageState.CLAIMED, lease_until__isnull=False)
                | ~Q(state=MessageState.CLAIMED) & Q(lease_until__isnull=True),
                name="claimed_message_has_a_lease",
            ),
            models.CheckConstraint(
                condition=Q(state__in=UNSENT, settled_at__isnull=True) | ~Q(state__in=UNSENT) & Q(settled_at__isnull=False),
                name="settled_message_says_when",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at", "id"], condition=Q(state__in=UNSENT), name="message_unsent_by_due"),
            models.Index(fields=["about", "version"], name="message_about_object"),
        ]

    def __str__(self) -> str:
        return f"{self.template} {self.public_id} {self.state}"


class Outcome(models.TextChoices):
    SENDING = "sending"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    FAILED = "failed"
    UNKNOWN = "unknown"


class Delivery(models.Model):
    """One attempt to hand a message to a gateway; a second attempt is a second row.

    `unknown` = the worker died or the answer never came: the message may have left.
    """

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="deliveries")
    attempt = models.IntegerField()
    gateway = models.TextField()
    outcome = models.TextField(choices=Outcome.choices, default=Outcome.SENDING)
    code = models.TextField(blank=True)
    provider_id = models.TextField(blank=True)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    receipt = models.TextField(blank=True, choices=[("delivered", "delivered"), ("undelivered", "undelivered")])
    receipt_code = models.TextField(blank=True)
    receipt_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["message", "attempt"], name="delivery_numbered_within_message"),
            models.CheckConstraint(
                condition=Q(receipt="", receipt_at__isnull=True) | ~Q(receipt="") & Q(receipt_at__isnull=False),
                name="receipt_says_when",
            ),
        ]
        indexes = [
            models.Index(fields=["started_at"], name="delivery_by_start"),
            models.Index(fields=["provider_id"], condition=~Q(provider_id=""), name="delivery_of_provider"),
        ]

    def __str__(self) -> str:
        return f"{self.message_id} attempt {self.attempt}: {self.outcome}"


class Budget(models.Model):
    """When one number was last written to, so that rolling limits can be judged by one atomic statement."""

    phone_hash = models.TextField()
    cls = models.TextField(db_column="class")
    spent = ArrayField(models.DateTimeField(), default=list)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["phone_hash", "cls"], name="budget_of_number_and_class")]

    def __str__(self) -> str:
        return f"{self.cls} {self.phone_hash[:12]}"


class Breaker(models.Model):
    """Stops all sending through a gateway for a while after it failed too often in a row."""

    gateway = models.TextField(primary_key=True)
    failures = models.IntegerField(default=0)
    open_until = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.gateway}: {self.failures}"
