"""Nudges the sender once the transaction is safe; the sweeper finds whatever a lost nudge left behind."""

from celery import current_app
from django.db import transaction


def wake() -> None:
    """Promise that the sender is asked to look soon after this transaction commits; never fails the caller."""
    transaction.on_commit(_nudge, robust=True)


def _nudge() -> None:
    current_app.send_task("vault.tasks.send_due", retry=False, ignore_result=True)
