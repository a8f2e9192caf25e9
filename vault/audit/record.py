"""Writes one act into the audit trail, in the transaction of the act."""

import hashlib
import hmac
import json
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection

from vault.actor import Actor
from vault.transactions import requires_transaction


def record(verb: str, kind: str, object_id: UUID, *, by: Actor, reason: str = "", details: dict[str, Any] | None = None) -> None:
    """Step: leave one row that says who did what to which object; it commits or vanishes with the act.

    `details` hold text, whole numbers, booleans, null, lists and mappings: what reads back from JSON unchanged.
    """
    requires_transaction()
    digest = digest_of(verb, kind, object_id, by=by, reason=reason, details=details)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT vault_audit(%s, %s::uuid, %s::uuid, %s, %s, %s::uuid, %s, %s::jsonb, %s::bytea)",
            [by.kind, by.public_id, by.post_id, verb, kind, object_id, reason, canonical(details or {}), digest],
        )


def record_many(acts: Iterable[tuple[str, str, UUID, dict[str, Any]]], *, by: Actor) -> None:
    """Step: leave a row for each of many acts (verb, kind, object, details) of one actor, in one statement."""
    requires_transaction()
    rows = [
        (verb, kind, object_id, canonical(details), digest_of(verb, kind, object_id, by=by, details=details))
        for verb, kind, object_id, details in acts
    ]
    if not rows:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(vault_audit(%s, %s::uuid, %s::uuid, act.verb, act.kind, act.object, '', act.details, act.digest) IS NULL)"
            " FROM unnest(%s::text[], %s::text[], %s::uuid[], %s::jsonb[], %s::bytea[]) AS act(verb, kind, object, details, digest)",
            [by.kind, by.public_id, by.post_id, *(list(column) for column in zip(*rows, strict=True))],
        )


def digest_of(verb: str, kind: str, object_id: UUID, *, by: Actor, reason: str = "", details: dict[str, Any] | None = None) -> bytes:
    """The HMAC-SHA256 under AUDIT_KEY of everything the caller writes; SQL callers pass it to `vault_audit`."""
    actor = [str(by.kind), _text(by.public_id), _text(by.post_id)]
    body = canonical([*actor, verb, kind, str(object_id), reason, details or {}])
    return hmac.new(settings.AUDIT_KEY, body.encode(), hashlib.sha256).digest()


def canonical(value: Any) -> str:
    """One spelling for equal values; refuses what jsonb would give back changed."""
    _check(value)
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _check(value: Any) -> None:
    match value:
        case None | bool() | int() | str():
            return
        case list() | tuple():
            for item in value:
                _check(item)
        case dict():
            for key, item in value.items():
                if not isinstance(key, str):
                    raise TypeError(f"audit details need text as keys, not {key!r}")
                _check(item)
        case _:
            raise TypeError(f"audit details cannot hold {type(value).__name__}: write it as text")


def _text(value: UUID | None) -> str:
    return "" if value is None else str(value)
