"""One act as the journal holds it, and the line it stands in: ids and the verb in clear, everything else encrypted, all chained."""

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings

from vault.audit.models import AuditEntry
from vault.audit.record import canonical
from vault.crypto import decrypt, encrypt

PURPOSE = "journal"


class JournalAltered(Exception):
    """A line is not the one that was written, or one is missing."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where an act stands in the trail: enough to see whether a database holds it."""

    tx: int
    row: int
    digest: str
    at: str

    @classmethod
    def of(cls, entry: AuditEntry) -> "Place":
        return cls(entry.tx, entry.pk, bytes(entry.digest).hex(), entry.at.isoformat())

    def is_here(self) -> bool:
        """Whether the trail of this database has exactly this row."""
        rows = AuditEntry.objects.filter(tx=self.tx, id=self.row, digest=bytes.fromhex(self.digest))
        return rows.filter(at=datetime.fromisoformat(self.at)).exists()


@dataclass(frozen=True, slots=True)
class Act:
    """Who did what to which object, and a few words an app left about it (`told`)."""

    place: Place
    verb: str
    kind: str
    object_id: UUID
    actor_kind: str
    actor_id: UUID | None
    post_id: UUID | None
    reason: str
    details: dict[str, Any] = field(default_factory=dict)
    told: dict[str, str] = field(default_factory=dict)

    @property
    def at(self) -> datetime:
        return datetime.fromisoformat(self.place.at)

    @classmethod
    def of(cls, entry: AuditEntry, told: dict[str, str]) -> "Act":
        return cls(
            Place.of(entry), entry.verb, entry.kind, entry.object_id, entry.actor_kind, entry.actor_id, entry.post_id,
            entry.reason, entry.details, told,
        )  # fmt: skip


def line_of(act: Act) -> dict[str, Any]:
    """The act as a line without its mac."""
    hidden = {
        "tx": act.place.tx,
        "row": act.place.row,
        "digest": act.place.digest,
        "actor": [act.actor_kind, *(str(one) if one else None for one in (act.actor_id, act.post_id))],
        "reason": act.reason,
        "details": act.details,
        "told": act.told,
    }
    sealed = base64.b64encode(encrypt(canonical(hidden), PURPOSE)).decode()
    return {"at": act.place.at, "verb": act.verb, "kind": act.kind, "object": str(act.object_id), "sealed": sealed}


def act_in(line: dict[str, Any]) -> Act:
    """The act of a line; raises `Undecipherable` without the key that wrote it."""
    hidden = json.loads(decrypt(base64.b64decode(line["sealed"]), PURPOSE))
    actor_kind, actor, post = hidden["actor"]
    return Act(
        Place(hidden["tx"], hidden["row"], hidden["digest"], line["at"]),
        line["verb"], line["kind"], UUID(line["object"]), actor_kind, UUID(actor) if actor else None, UUID(post) if post else None,
        hidden["reason"], hidden["details"], hidden["told"],
    )  # fmt: skip


def chained(line: dict[str, Any], before: str) -> dict[str, Any]:
    """The line with the mac that ties it to the one before."""
    return line | {"mac": mac_of(line, before)}


def mac_of(line: dict[str, Any], before: str) -> str:
    body = canonical({name: value for name, value in line.items() if name != "mac"})
    return hmac.new(settings.AUDIT_KEY, f"journal|{before}|{body}".encode(), hashlib.sha256).hexdigest()
