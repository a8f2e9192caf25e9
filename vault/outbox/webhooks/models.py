"""Where hospitals' systems want to be told, what they are told, each attempt, and how far the events were read."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from vault.crypto import EncryptedTextField
from vault.events import Xid8Field
from vault.records import Public

LONGEST_URL = 500


class WebhookEndpoint(Public):
    """One address of one owner (a public id); `events` are those it wants. After a rotation both secrets sign until `previous_until`.

    `open_until` is the breaker: while it lies ahead nothing is sent there. An ended endpoint is told nothing any more.
    """

    owner = models.UUIDField()
    url = models.CharField(max_length=LONGEST_URL)
    events = ArrayField(models.TextField())
    secret = EncryptedTextField(purpose="webhook")
    previous_secret = EncryptedTextField(purpose="webhook", blank=True, default="")
    previous_until = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveIntegerField(default=0)
    open_until = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    version = models.IntegerField(default=1, db_default=1, editable=False)

    class Meta:
        default_permissions = ()
        constraints = (
            models.UniqueConstraint(fields=("owner",), condition=Q(ended_at__isnull=True), name="webhook_endpoint_one_live_per_owner"),
        )

    def __str__(self) -> str:
        return f"{self.owner} {self.public_id}"


class WebhookState(models.TextChoices):
    WAITING = "waiting"
    CLAIMED = "claimed"
    SENT = "sent"
    DEAD = "dead"
    DROPPED = "dropped"


PENDING = (WebhookState.WAITING, WebhookState.CLAIMED)


class WebhookDelivery(Public):
    """One thing that happened, for one endpoint; `body` is what is signed and sent, the same bytes each time.

    `source` names what it was made from, so that reading the same events twice makes one delivery. A claimed one belongs to one
    worker until `lease_until`. `earlier` attempts were made before somebody had it sent again. Dead: given up after a day of
    attempts; dropped: somebody said so, or the endpoint ended.
    """

    endpoint = models.ForeignKey(WebhookEndpoint, models.PROTECT, related_name="deliveries")
    type = models.TextField()
    about = models.UUIDField()
    source = models.TextField()
    body = models.TextField()
    state = models.TextField(choices=WebhookState.choices, default=WebhookState.WAITING)
    attempts = models.PositiveIntegerField(default=0)
    earlier = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField(db_default=Now())
    first_due_at = models.DateTimeField(db_default=Now())
    lease_until = models.DateTimeField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    status_code = models.PositiveSmallIntegerField(null=True, blank=True)
    code = models.TextField(blank=True, default="")
    reason = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        default_permissions = ()
        constraints = (
            models.UniqueConstraint(fields=("endpoint", "source"), name="webhook_delivery_once_per_source"),
            models.CheckConstraint(
                condition=Q(state="claimed", lease_until__isnull=False) | (~Q(state="claimed") & Q(lease_until__isnull=True)),
                name="claimed_webhook_has_a_lease",
            ),
            models.CheckConstraint(
                condition=Q(state__in=("waiting", "claimed"), settled_at__isnull=True)
                | (~Q(state__in=("waiting", "claimed")) & Q(settled_at__isnull=False)),
                name="settled_webhook_says_when",
            ),
        )
        indexes = (
            models.Index(fields=("due_at", "id"), condition=Q(state__in=("waiting", "claimed")), name="webhook_delivery_due"),
            models.Index(fields=("endpoint", "-id"), name="webhook_delivery_of_endpoint"),
        )

    def __str__(self) -> str:
        return f"{self.type} {self.public_id} {self.state}"


class WebhookAttempt(models.Model):
    """One attempt to deliver; `code` says in a word what went wrong, `status_code` what the other side answered."""

    delivery = models.ForeignKey(WebhookDelivery, models.CASCADE, related_name="tries")
    number = models.PositiveIntegerField()
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    status_code = models.PositiveSmallIntegerField(null=True, blank=True)
    code = models.TextField(blank=True, default="")

    class Meta:
        default_permissions = ()
        constraints = (
            models.UniqueConstraint(fields=("delivery", "number"), name="webhook_attempt_numbered_within_delivery"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("started_at")), name="webhook_attempt_ends_after_it_starts"
            ),
        )

    def __str__(self) -> str:
        return f"{self.delivery_id} attempt {self.number}"


class WebhookCursor(models.Model):
    """How far one reader of the events came: every event of a transaction below `horizon` was read."""

    reader = models.TextField(primary_key=True)
    horizon = Xid8Field()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.reader} below {self.horizon}"
