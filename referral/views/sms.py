"""What became of the messages about a booking, for the page of whoever made it."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from permissions.identity.phones import mask_phone
from referral.worklist.record import messages_shown
from vault.outbox.models import Message, MessageState, Outcome
from vault.outbox.templates import find


@dataclass(frozen=True, slots=True)
class Sms:
    """One message as a page shows it."""

    text: str
    phone: str
    kind: str
    words: Any
    at: datetime | None


def messages_about(public_id: UUID) -> list[Sms]:
    """The messages about one object, the newest first, each with its last attempt; two queries."""
    return [shown(message) for message in messages_shown(public_id)]


def shown(message: Message) -> Sms:
    """The words the person reads, and how far they came."""
    last = max(message.deliveries.all(), key=lambda delivery: delivery.attempt, default=None)
    kind, words = state_of(message, last)
    at = (last.receipt_at or last.ended_at) if last else None
    text = find(message.template).render(json.loads(message.params)) if message.params else ""
    return Sms(text, mask_phone(message.phone) if message.phone else "", kind, words, at or message.settled_at)


def state_of(message: Message, last: Any) -> tuple[str, Any]:
    """The kind of tag and its word."""
    if last is not None and last.receipt == "delivered":
        return "ok", pgettext("message", "delivered")
    if last is not None and last.receipt == "undelivered":
        return "bad", pgettext("message", "not delivered")
    if message.state == MessageState.SENT:
        unsure = last is not None and last.outcome == Outcome.UNKNOWN
        return ("few", pgettext("message", "probably sent")) if unsure else ("ok", pgettext("message", "sent"))
    if message.state in (MessageState.WAITING, MessageState.CLAIMED):
        return "info", pgettext("message", "on its way")
    if message.state in (MessageState.OVERTAKEN, MessageState.DROPPED):
        return "off", _("not needed any more")
    return "bad", pgettext("message", "not sent")
