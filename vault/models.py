"""Re-exports every model of the vault, nothing more."""

from vault.audit.models import AccessEntry, AuditEntry, AuditSeal, SealKind
from vault.changes import Change
from vault.events import Event
from vault.fence.models import LostAct, LostOutcome, Restoration
from vault.idempotency import IdempotencyKey
from vault.outbox.models import Breaker, Budget, Delivery, Message, MessageState, Outcome
from vault.outbox.webhooks.models import WebhookAttempt, WebhookCursor, WebhookDelivery, WebhookEndpoint, WebhookState
from vault.records import Public, Stateful

__all__ = [
    "AccessEntry",
    "AuditEntry",
    "AuditSeal",
    "Breaker",
    "Budget",
    "Change",
    "Delivery",
    "Event",
    "IdempotencyKey",
    "LostAct",
    "LostOutcome",
    "Message",
    "MessageState",
    "Outcome",
    "Public",
    "Restoration",
    "SealKind",
    "Stateful",
    "WebhookAttempt",
    "WebhookCursor",
    "WebhookDelivery",
    "WebhookEndpoint",
    "WebhookState",
]
