"""Writes a message into the outbox, in the transaction of the deed it tells about."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from vault.crypto import encrypt, keyed_hash
from vault.ids import uuid7
from vault.outbox import templates
from vault.outbox.waking import wake
from vault.transactions import requires_transaction


@dataclass(frozen=True, slots=True)
class Envelope:
    """What `vault_outbox_put` needs of a message, made ready outside the database."""

    public_id: UUID
    template: str
    phone: bytes
    phone_hash: str
    params: bytes
    cls: str


def seal(template: str, phone: str, params: Mapping[str, str]) -> Envelope:
    """Promise an envelope whose variables are checked against the template, shortened, cleaned and encrypted."""
    declared = templates.find(template)
    words = json.dumps(declared.fill(params), ensure_ascii=False, separators=(",", ":"))
    return Envelope(uuid7(), template, encrypt(phone, "phone"), keyed_hash(phone, "phone"), encrypt(words, "message"), declared.cls)


def put(
    template: str,
    phone: str,
    params: Mapping[str, str],
    *,
    about: UUID,
    version: int,
    not_before: datetime | None = None,
    supersedes: bool = True,
    language: str = "zh-hans",
    deliver: bool = True,
    public_id: UUID | None = None,
) -> UUID:
    """Step: leave one message, and wake the sender when the transaction commits.

    `supersedes`: the message takes part in superseding, so that only the newest version reaches the number; the
    template can exempt its messages from being overtaken. `deliver=False`, or no number, writes a row that is never
    sent. The same template about the same version to the same number is one message, however often it is put;
    the id returned is the first one's. `public_id` is under which the gateway knows it, where that has to be known beforehand.
    """
    requires_transaction()
    sealed = seal(template, phone, params)
    envelope: list[Any] = [
        public_id or sealed.public_id,
        template,
        sealed.phone,
        sealed.phone_hash,
        sealed.params,
        about,
        version,
        not_before,
        sealed.cls,
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT vault_outbox_put(%s::uuid, %s, %s::bytea, %s, %s::bytea, %s::uuid, %s, %s::timestamptz, %s, %s, %s, %s)",
            [*envelope, language, supersedes, deliver],
        )
        stored: UUID = cursor.fetchone()[0]
    wake()
    return stored
