"""What the worker does for the vault; each task is one call, safe to repeat and to lose."""

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from vault import idempotency
from vault.audit import partitions
from vault.outbox import budgets, claims, receipts, sender

KEYS_KEPT = timedelta(days=30)
COUNTS_KEPT = timedelta(days=2)


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
