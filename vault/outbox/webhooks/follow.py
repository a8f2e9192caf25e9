"""Turns events into deliveries after their commit: reads below a horizon no running transaction can reach, so none is missed."""

import json
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from vault.ids import uuid7
from vault.outbox.webhooks.models import WebhookCursor, WebhookDelivery, WebhookEndpoint
from vault.transactions import requires_transaction

TEST = "endpoint.test"
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing an owner may want to hear of: no names, only ids, a version and when. `source` is the same whenever it is read."""

    owner: UUID
    type: str
    about: UUID
    source: str
    at: datetime
    data: Mapping[str, Any]


# What happened in transactions from one horizon up to (not including) the next, to these owners.
Read = Callable[[int, int, Iterable[UUID]], Iterable[Happening]]


def follow(reader: str, read: Read) -> int:
    """Promise that everything committed below the present horizon is on its way, once; returns how many deliveries were made.

    One reader of this name at a time: a second one leaves at once. An endpoint hears of nothing older than itself.
    """
    with transaction.atomic(durable=True):
        begun = _begun(reader)
        if begun is None:
            return 0
        horizon = _horizon()
        if horizon < begun:
            logger.error("the server counts transactions from below the last horizon; %s begins anew at %s", reader, horizon)
        owners = list(WebhookEndpoint.objects.filter(ended_at=None).values_list("owner", flat=True))
        made = leave(read(begun, horizon, owners)) if owners and horizon > begun else 0
        WebhookCursor.objects.filter(reader=reader).update(horizon=horizon)
    return made


def leave(happenings: Iterable[Happening]) -> int:
    """Step: one delivery for each happening whose owner's endpoint wants it and was there before; returns how many are new."""
    requires_transaction()
    told = list(happenings)
    live = {
        one.owner: one for one in WebhookEndpoint.objects.filter(ended_at=None, owner__in={each.owner for each in told}).defer("secret")
    }
    rows = [_delivery(live[one.owner], one) for one in told if one.owner in live and _is_wanted(live[one.owner], one)]
    return len(_inserted(rows))


def ping(endpoint: WebhookEndpoint, at: datetime) -> WebhookDelivery:
    """Step: one delivery that says nothing but hello, whatever the endpoint chose."""
    requires_transaction()
    hello = Happening(endpoint.owner, TEST, endpoint.public_id, f"{TEST} {uuid7()}", at, {"id": str(endpoint.public_id)})
    delivery = _delivery(endpoint, hello)
    delivery.save(force_insert=True)
    return delivery


def _is_wanted(endpoint: WebhookEndpoint, one: Happening) -> bool:
    return one.type in endpoint.events and one.at >= endpoint.created_at


def _delivery(endpoint: WebhookEndpoint, one: Happening) -> WebhookDelivery:
    public_id = uuid7()
    told = {"type": one.type, "timestamp": one.at.isoformat(), "data": dict(one.data)}
    body = json.dumps(told, separators=(",", ":"), sort_keys=True)
    return WebhookDelivery(
        public_id=public_id, endpoint=endpoint, type=one.type, about=one.about, source=f"{one.type} {one.source}", body=body
    )


def _inserted(rows: list[WebhookDelivery]) -> set[UUID]:
    """Those that were not there before; the constraint on the source decides."""
    WebhookDelivery.objects.bulk_create(rows, ignore_conflicts=True)
    mine = {row.public_id for row in rows}
    return set(WebhookDelivery.objects.filter(public_id__in=mine).values_list("public_id", flat=True))


def _begun(reader: str) -> int | None:
    """Where this reader stopped, its row locked; None when another one is at work."""
    WebhookCursor.objects.bulk_create([WebhookCursor(reader=reader, horizon=0)], ignore_conflicts=True)
    row = WebhookCursor.objects.select_for_update(skip_locked=True).filter(reader=reader).first()
    return None if row is None else row.horizon


def _horizon() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())")
        return int(cursor.fetchone()[0])
