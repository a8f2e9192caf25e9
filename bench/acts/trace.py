"""What an act must leave in the trail: a row with verb and object, who did it, the reason word for word, and its evidence."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from permissions.acting import Acting
from vault.actor import ActorKind
from vault.audit.verify import is_genuine
from vault.models import AuditEntry


@dataclass(frozen=True)
class Trace:
    """One row: "verb kind", the reason, the names its details must fill, and whose row it is when nobody in particular acts."""

    row: str
    reason: str = ""
    evidence: str = ""
    by: str = ""

    def is_left_in(self, rows: Sequence[AuditEntry], who: Acting | None) -> bool:
        """Whether one of these rows says all of it."""
        named = self.evidence.split()
        return any(
            f"{row.verb} {row.kind}" == self.row
            and row.reason == self.reason
            and all(row.details.get(name) not in (None, "", []) for name in named)
            and self.names_actor(row, who)
            for row in rows
        )

    def names_actor(self, row: AuditEntry, who: Acting | None) -> bool:
        """Whether the row is the actor's: of this person under this post, of some named person, or of the platform."""
        if self.by:
            named = row.actor_id is not None
            return row.actor_kind == self.by and named == (self.by == ActorKind.USER)
        if who is None:
            return False
        return (row.actor_kind, row.actor_id, row.post_id) == (who.actor.kind, who.actor.public_id, who.actor.post_id)


@dataclass(frozen=True)
class Act:
    """Something done through a use case or a request, by whom, and every row it must leave."""

    name: str
    do: Callable[[], Any]
    who: Acting | None
    traces: tuple[Trace, ...]


def missing_from(rows: Sequence[AuditEntry], act: Act) -> list[str]:
    """The rows of an act that the trail lacks, or that are not as they were written."""
    lacking = [f"{trace.row} {trace.reason} {trace.evidence}".strip() for trace in act.traces if not trace.is_left_in(rows, act.who)]
    return lacking + [f"row {row.pk} is not genuine" for row in rows if not lacking and not is_genuine(row)]
