"""Rows of the audit trail as people read them: names, words, and nothing about a patient."""

from typing import Any
from uuid import UUID

from permissions import trail
from permissions.trail_words import ACTORS, KINDS, REASONS, VERBS
from vault.actor import ActorKind
from vault.models import AuditEntry


def rows_of(entries: list[AuditEntry]) -> list[dict[str, Any]]:
    """The rows as people read them; names in one query."""
    names = trail.names_of(entries)
    return [row_of(entry, names) for entry in entries]


def row_of(entry: AuditEntry, names: dict[UUID, str]) -> dict[str, Any]:
    """One row: words where there are some, codes where there are none."""
    reason = trail.reason_shown(entry)
    known = names.get(entry.actor_id) if entry.actor_kind == ActorKind.USER and entry.actor_id else None
    return {
        "entry": entry,
        "who": known or ACTORS.get(entry.actor_kind, entry.actor_kind),
        "verb": VERBS.get(entry.verb, ""),
        "kind": KINDS.get(entry.kind, ""),
        "person": names.get(entry.object_id, "") if entry.kind == "user" else "",
        "reason": REASONS.get(reason, reason),
        "is_code": reason.isascii() and reason not in REASONS,
        "details": sorted(trail.details_shown(entry).items()),
    }
