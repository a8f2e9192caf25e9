"""An act that the journal remembers stands in the trail a second time: done by the platform, with the reason it had."""

from typing import Any

from vault.actor import SYSTEM
from vault.audit.record import record
from vault.journal.acts import Act


def record_again(act: Act, details: dict[str, Any] | None = None) -> None:
    """Step: the same verb and reason, and when and by whom it was done first."""
    first = {"repeated_at": act.place.at, "first_by": str(act.actor_id or "")}
    record(act.verb, act.kind, act.object_id, by=SYSTEM, reason=act.reason, details=first | (details or {}))
