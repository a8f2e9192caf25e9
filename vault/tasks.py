"""What the worker does for the vault; each task is one call, safe to repeat and to lose."""

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from vault import idempotency
from vault.audit import partitions
from vault.outbox import budgets, claims, receipts, sender
from vault.outbox.webhooks import claims as webhook_claims
from vault.outbox.webhooks import sender as webhook_sender

KEYS_KEPT = timedelta(days=30)
COUNTS_KEPT = timedelta(days=2)
DELIVERIES_KEPT = timedelta(days=90)


@shared_task(ignore_result=True)
def send_due() -> None:
    """Soon after each deed that left a message."""
    sender.send_due()


@shared_task(ignore_result=True)
def sweep() -> None:
    """Every few seconds: what a lost nudge or a dead worker left behind."""
    claims.release_lost()
    sender.send_due()


@shared_task(ignore_result=True)
def send_webhooks() -> None:
    """Every few seconds: what other people's programs are to be told, and what a dead worker left behind."""
    webhook_claims.release_lost()
    webhook_sender.send_due()


@shared_task(ignore_result=True)
def forget_webhooks() -> None:
    """Every night: messages to programs that arrived, or were let go, three months ago."""
    webhook_claims.forget(timezone.now() - DELIVERIES_KEPT)


@shared_task(ignore_result=True)
def fetch_receipts() -> None:
    """Every few minutes: what became of messages no callback came for."""
    receipts.fetch_receipts()


@shared_task(ignore_result=True)
def make_partitions() -> None:
    """Every day: the months of the trail and the access log, 24 ahead."""
    partitions.make_ahead()


@shared_task(ignore_result=True)
def forget_idempotency_keys() -> None:
    """Every day: keys older than thirty days, and counts of those who have not come back for longer than any window."""
    now = timezone.now()
    idempotency.forget(now - KEYS_KEPT)
    budgets.forget(now - COUNTS_KEPT)
