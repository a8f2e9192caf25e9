"""Makes a repeated request give the first answer again instead of a second deed."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from vault.refusal import Refusal
from vault.transactions import requires_transaction


class IdempotencyKey(models.Model):
    """One key of one actor, stored in the transaction of the deed; refusals are not stored."""

    actor_id = models.UUIDField()
    key = models.TextField()
    body_hash = models.BinaryField()
    result_id = models.UUIDField()
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["actor_id", "key"], name="idempotency_key_used_once"),
        ]
        indexes = [models.Index(fields=["created_at"], name="idempotency_key_by_age")]

    def __str__(self) -> str:
        return f"{self.actor_id} {self.key}"


def find(actor_id: UUID, key: str, body: bytes | Mapping[str, Any]) -> UUID | None:
    """The public id of what this key already did, or None.

    Raises Refusal("idempotency_mismatch") when the key came with another body. The caller authorises the replay
    like a read.
    """
    stored = IdempotencyKey.objects.filter(actor_id=actor_id, key=key).first()
    if stored is None:
        return None
    if not hmac.compare_digest(bytes(stored.body_hash), body_hash(body)):
        raise Refusal(
            "idempotency_mismatch",
            _("This request number was already used for a different request. Reload the page and try again."),
        )
    return stored.result_id


def store(actor_id: UUID, key: str, body: bytes | Mapping[str, Any], result: UUID) -> None:
    """Step: remember what this key did; a second one that raced us fails on `idempotency_key_used_once`."""
    requires_transaction()
    with connection.cursor() as cursor:
        cursor.execute("SELECT vault_idempotency_key(%s::uuid, %s, %s::bytea, %s::uuid)", [actor_id, key, body_hash(body), result])


def body_hash(body: bytes | Mapping[str, Any]) -> bytes:
    """The SHA-256 of the raw bytes, or of a mapping in one canonical JSON form."""
    if not isinstance(body, bytes):
        body = json.dumps(body, sort_keys=True, separators=(",", ":"), default=str).encode()
    return hashlib.sha256(body).digest()


def forget(before: datetime) -> int:
    """Drop the keys older than this; returns how many."""
    return IdempotencyKey.objects.filter(created_at__lt=before).delete()[0]
