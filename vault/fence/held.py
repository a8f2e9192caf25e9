"""Messages behind a fence: held until somebody says what still goes, and before one goes again the gateway is asked about it."""

import json
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from django.db.models.functions import Now

from vault.actor import Actor
from vault.audit import record_many
from vault.fence.models import LostAct, LostOutcome, Restoration
from vault.outbox import templates
from vault.outbox.models import UNSENT, Delivery, Message, MessageState, Outcome
from vault.outbox.templates import MessageClass
from vault.outbox.waking import wake
from vault.transactions import requires_transaction


def hold_all() -> dict[str, int]:
    """Step: nothing written before the copy was taken leaves by itself.

    Codes are over. A notice whose object says that it has nothing to tell any more (a visit past or gone) is dropped. Every other
    one is held, with an attempt of unknown outcome: it may have left after the copy was taken.
    """
    requires_transaction()
    unsent = Message.objects.filter(state__in=UNSENT)
    codes = unsent.filter(cls=MessageClass.OTP).update(
        state=MessageState.EXPIRED, settled_at=Now(), lease_until=None, params=b"",
    )  # fmt: skip
    counts = {"codes_over": codes, "messages_dropped": 0, "messages_held": 0}
    for message in unsent.exclude(cls=MessageClass.OTP).order_by("pk").iterator(chunk_size=500):
        if _has_nothing_to_say(message):
            _set(message, MessageState.DROPPED)
            counts["messages_dropped"] += 1
        else:
            _hold(message)
            counts["messages_held"] += 1
    return counts


def is_about_the_lost(about: UUID) -> bool:
    """Whether something that happened to this object after the copy is still open: what is known of it may be wrong."""
    return LostAct.objects.filter(object_id=about, outcome=LostOutcome.OPEN).exists()


def was_restored_after(at: datetime) -> bool:
    """Whether this is an older copy put in place after this moment: what left the machine between the two is unknown to it."""
    return Restoration.objects.filter(created_at__gt=at).exists()


def hold(message_id: UUID) -> None:
    """Step: a message just written that may have left once before waits for somebody's word; before it goes the gateway is asked."""
    requires_transaction()
    _hold(Message.objects.get(public_id=message_id))


def held() -> "QuerySet[Message]":
    """Every message that waits for somebody's word, oldest first."""
    return Message.objects.filter(state=MessageState.HELD).order_by("pk")


def release(ids: Iterable[UUID], *, by: Actor) -> int:
    """Step: these go now, unless the gateway says that they went before, or their object that they are old news."""
    requires_transaction()
    found = _locked(ids)
    again = Message.objects.filter(pk__in=[one.pk for one in found])
    again.update(state=MessageState.WAITING, settled_at=None, due_at=Now())
    record_many([("message.release", "message", one.public_id, {}) for one in found], by=by)
    wake()
    return len(found)


def let_go(ids: Iterable[UUID], *, by: Actor) -> int:
    """Step: these are never sent."""
    requires_transaction()
    found = _locked(ids)
    Message.objects.filter(pk__in=[one.pk for one in found]).update(state=MessageState.DROPPED)
    record_many([("message.let_go", "message", one.public_id, {}) for one in found], by=by)
    return len(found)


def _locked(ids: Iterable[UUID]) -> list[Message]:
    return list(held().filter(public_id__in=list(ids)).select_for_update(of=("self",)))


def _hold(message: Message) -> None:
    _set(message, MessageState.HELD, attempts=message.attempts + 1)
    Delivery.objects.create(
        message=message, attempt=message.attempts + 1, gateway=settings.SMS_GATEWAY, outcome=Outcome.UNKNOWN, code="restored",
        started_at=message.due_at, ended_at=Now(),
    )  # fmt: skip


def _set(message: Message, state: MessageState, **fields: int) -> None:
    Message.objects.filter(pk=message.pk).update(state=state, settled_at=Now(), lease_until=None, **fields)


def _has_nothing_to_say(message: Message) -> bool:
    known = {one.key: one for one in templates.declared()}
    template = known.get(message.template)
    if template is None or template.before_send is None:
        return False
    return template.before_send(message.about, json.loads(message.params)) is None
