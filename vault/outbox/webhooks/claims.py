"""Who works on a delivery, and what became of it; every change is one guarded UPDATE, as with messages to people."""

from datetime import datetime, timedelta

from django.db import connection, models, transaction
from django.db.models import Case, F, Q, Value, When

from vault.outbox.claims import ClockTimestamp, LeaseLost
from vault.outbox.webhooks.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint, WebhookState
from vault.outbox.webhooks.post import Answer

# Longer than any call may take; the sweeper gives the delivery to another worker afterwards.
LEASE = timedelta(seconds=30)
MOST_AT_ONCE = 3
# Five failures in a row and each one after: nothing goes there for a minute.
FAILURES, PAUSE = 5, timedelta(seconds=60)


def claim() -> WebhookDelivery | None:
    """Promise the next due delivery to this worker alone until its `lease_until`, or None."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT vault_claim_webhook(%s::interval, %s)", (f"{LEASE.total_seconds()} seconds", MOST_AT_ONCE))
        (pk,) = cursor.fetchone()
    return None if pk is None else WebhookDelivery.objects.select_related("endpoint").get(pk=pk)


def begin(delivery: WebhookDelivery) -> WebhookAttempt:
    """Promise a numbered attempt on record before anything leaves; raises `LeaseLost` when the delivery is not ours."""
    with transaction.atomic(durable=True):
        now = database_now()
        if not _ours(delivery).update(attempts=F("attempts") + 1, lease_until=now + LEASE):
            raise LeaseLost
        delivery.attempts, delivery.lease_until = delivery.attempts + 1, now + LEASE
        return WebhookAttempt.objects.create(delivery=delivery, number=delivery.attempts, started_at=now)


def finish(delivery: WebhookDelivery, attempt: WebhookAttempt, answer: Answer, *, dead: bool, wait: float) -> None:
    """Promise attempt, delivery and breaker say the same: sent, dead, or due again after `wait` seconds."""
    with transaction.atomic(durable=True):
        now = database_now()
        WebhookAttempt.objects.filter(pk=attempt.pk).update(ended_at=now, status_code=answer.status, code=answer.code)
        last = {"status_code": answer.status, "code": answer.code, "lease_until": None}
        if answer.is_taken:
            rows = WebhookDelivery.objects.filter(pk=delivery.pk, state__in=(WebhookState.WAITING, WebhookState.CLAIMED))
            rows.update(state=WebhookState.SENT, settled_at=now, **last)
        elif dead:
            _ours(delivery).update(state=WebhookState.DEAD, settled_at=now, **last)
        else:
            _ours(delivery).update(state=WebhookState.WAITING, due_at=now + timedelta(seconds=wait), **last)
        note_health(delivery.endpoint_id, answer.is_taken, now)


def note_health(endpoint: int, is_taken: bool, now: datetime) -> None:
    """Step: the breaker of one endpoint; one success ends the row of failures."""
    rows = WebhookEndpoint.objects.filter(pk=endpoint)
    if is_taken:
        rows.filter(failures__gt=0).update(failures=0, open_until=None)
        return
    opened = When(failures__gte=FAILURES - 1, then=Value(now + PAUSE))
    rows.update(failures=F("failures") + 1, open_until=Case(opened, default=None, output_field=models.DateTimeField()))


def release_lost() -> int:
    """Promise that deliveries whose worker fell silent are due again, their open attempts unknown; returns how many."""
    with transaction.atomic(durable=True):
        lost = WebhookDelivery.objects.select_for_update(skip_locked=True, of=("self",)).filter(
            state=WebhookState.CLAIMED, lease_until__lt=ClockTimestamp()
        )
        keys = list(lost.order_by("pk").values_list("pk", flat=True))
        WebhookAttempt.objects.filter(delivery__in=keys, ended_at=None).update(ended_at=ClockTimestamp(), code="worker_lost")
        rows = WebhookDelivery.objects.filter(pk__in=keys)
        rows.update(state=WebhookState.WAITING, lease_until=None, due_at=ClockTimestamp(), code="worker_lost")
    return len(keys)


def forget(before: datetime) -> int:
    """Drop what was sent or dropped before this moment; the dead stay until somebody decides. Returns how many."""
    done = Q(state__in=(WebhookState.SENT, WebhookState.DROPPED), settled_at__lt=before)
    return WebhookDelivery.objects.filter(done).delete()[0]


def database_now() -> datetime:
    """The database's clock at this moment."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (now,) = cursor.fetchone()
    return now  # type: ignore[no-any-return]


def _ours(delivery: WebhookDelivery) -> "models.QuerySet[WebhookDelivery]":
    """The lease's end is the token: nobody else was given the same one for this delivery."""
    return WebhookDelivery.objects.filter(pk=delivery.pk, state=WebhookState.CLAIMED, lease_until=delivery.lease_until)
