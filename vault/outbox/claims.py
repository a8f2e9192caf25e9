"""Who works on a message, and what became of it; every change is one guarded UPDATE."""

from datetime import datetime, timedelta

from django.db import connection, models, transaction
from django.utils import timezone

from vault.outbox import templates
from vault.outbox.models import UNSENT, Delivery, Message, MessageState, Outcome
from vault.outbox.quiet import classes_allowed_at, notices_since
from vault.outbox.templates import MessageClass

# Longer than any gateway call may take; the sweeper gives the message to another worker afterwards.
LEASE = timedelta(seconds=30)


class ClockTimestamp(models.Func):
    """The database's clock at this very moment, not the statement's or transaction's beginning."""

    template = "clock_timestamp()"
    output_field = models.DateTimeField()


class LeaseLost(Exception):
    """Another worker has the message now, or it is settled."""


def claim(classes: list[str]) -> Message | None:
    """Promise the next due message to this worker alone until its `lease_until`, or None; codes go first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT vault_claim_message(%s::text[], %s::interval)", (classes, f"{LEASE.total_seconds()} seconds"))
        (pk,) = cursor.fetchone()
    return None if pk is None else Message.objects.get(pk=pk)


def drop_overtaken() -> int:
    """Settle what a newer version about the same object, to the same number, has made old news; returns how many.

    A version written while the older one is being claimed comes too late to stop it: tolerated, both are true.
    """
    lasting = [each.key for each in templates.declared() if not each.overtaken]
    newer = Message.objects.filter(
        about=models.OuterRef("about"),
        phone_hash=models.OuterRef("phone_hash"),
        version__gt=models.OuterRef("version"),
        supersedes=True,
    )
    waiting = Message.objects.filter(state=MessageState.WAITING, supersedes=True).exclude(template__in=lasting)
    return _settle(waiting.filter(models.Exists(newer)), MessageState.OVERTAKEN)


def begin(message: Message, gateway: str) -> Delivery:
    """Promise a numbered attempt on record before anything leaves; raises `LeaseLost` when the message is not ours.

    From here until `finish` a crash leaves the attempt's outcome unknown.
    """
    with transaction.atomic(durable=True):
        lease = _now() + LEASE
        if not _ours(message).update(attempts=models.F("attempts") + 1, lease_until=lease):
            raise LeaseLost
        message.attempts, message.lease_until = message.attempts + 1, lease
        return Delivery.objects.create(message=message, attempt=message.attempts, gateway=gateway, started_at=ClockTimestamp())


def finish(delivery: Delivery, outcome: Outcome, *, code: str = "", provider_id: str = "") -> None:
    """Write down how an attempt ended; a receipt that came first is not overwritten."""
    open_ones = Delivery.objects.filter(pk=delivery.pk, outcome__in=(Outcome.SENDING, Outcome.UNKNOWN))
    open_ones.update(outcome=outcome, code=code, provider_id=provider_id, ended_at=ClockTimestamp())


def settle_sent(message: Message) -> None:
    """The message left: whoever holds it now must not send it again."""
    _settle(Message.objects.filter(pk=message.pk, state__in=UNSENT), MessageState.SENT)


def settle(message: Message, state: MessageState) -> None:
    """The message will not leave; only its holder may say so."""
    _settle(_ours(message), state)


def postpone(message: Message, seconds: float) -> None:
    """Give the message back, to be looked at again after these seconds."""
    due = _now() + timedelta(seconds=seconds)
    _ours(message).update(state=MessageState.WAITING, lease_until=None, due_at=due)


def release_lost() -> int:
    """Promise that messages whose worker fell silent are due again, their open attempts unknown; returns how many."""
    with transaction.atomic(durable=True):
        lost = Message.objects.select_for_update(skip_locked=True).filter(state=MessageState.CLAIMED, lease_until__lt=ClockTimestamp())
        keys = list(lost.order_by("pk").values_list("pk", flat=True))
        sending = Delivery.objects.filter(message__in=keys, outcome=Outcome.SENDING)
        sending.update(outcome=Outcome.UNKNOWN, code="worker_lost", ended_at=ClockTimestamp())
        Message.objects.filter(pk__in=keys).update(state=MessageState.WAITING, lease_until=None, due_at=ClockTimestamp())
    return len(keys)


def oldest_due_seconds() -> float:
    """How long the oldest message that could go has waited; 0 when none could. A notice's night does not count."""
    now = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT max(clock_timestamp() - CASE class WHEN 'otp' THEN due_at ELSE greatest(due_at, %s::timestamptz) END)"
            " FROM vault_message WHERE state IN ('waiting', 'claimed') AND due_at <= clock_timestamp() AND class = ANY(%s::text[])",
            (notices_since(now), classes_allowed_at(now)),
        )
        (waited,) = cursor.fetchone()
    return float(waited.total_seconds()) if waited else 0.0


def _ours(message: Message) -> "models.QuerySet[Message]":
    """The lease's end is the token: nobody else was given the same one for this message."""
    return Message.objects.filter(pk=message.pk, state=MessageState.CLAIMED, lease_until=message.lease_until)


def _settle(messages: "models.QuerySet[Message]", state: MessageState) -> int:
    """One statement; a code's words are wiped with it."""
    words = models.Case(
        models.When(models.Q(cls=MessageClass.OTP), then=models.Value(b"", models.BinaryField())),
        default=models.F("params"),
        output_field=models.BinaryField(),
    )
    return messages.update(state=state, settled_at=ClockTimestamp(), lease_until=None, params=words)


def _now() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        now: datetime = cursor.fetchone()[0]
    return now
