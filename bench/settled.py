"""Waits until the product is at rest: no message unsent, the newest act in the journal."""

import time
from uuid import uuid4


def drained() -> None:
    """Until no message waits: the worker is asked to look, as the schedule would."""
    from celery import current_app

    from vault.outbox.models import UNSENT, Message

    deadline = time.monotonic() + 60
    while Message.objects.filter(state__in=UNSENT).exists():
        assert time.monotonic() < deadline, "the worker sends nothing"
        current_app.send_task("vault.tasks.sweep")
        time.sleep(0.5)


def journal_delay() -> float:
    """Seconds from an act's commit until it stands in the journal, measured on one more act."""
    from django.db import transaction

    from vault import audit
    from vault.actor import SYSTEM
    from vault.journal import pages
    from vault.models import AuditEntry

    with transaction.atomic():
        audit.record("prove", "trail", uuid4(), by=SYSTEM)
    newest, began = AuditEntry.objects.order_by("-pk").values_list("pk", flat=True)[0], time.monotonic()
    while (last := pages.last_round()) is None or last.last is None or last.last.row < newest:
        assert time.monotonic() - began < 30, "the journal does not follow"
        time.sleep(0.02)
    return time.monotonic() - began
