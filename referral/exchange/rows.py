"""Batches of rows under a hospital's own keys: what was said before, what became of each, one bad row sparing the others."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clinics.models import Institution
from referral.exchange.models import FeedKind, FeedRecord
from vault.refusal import Refusal, Violation
from vault.transactions import requires_transaction

MOST_ROWS = 500


class Outcome(StrEnum):
    CREATED = "created"
    UNCHANGED = "unchanged"
    CHANGED = "changed"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Said:
    """One row as it was read: its key, and what was given, or why it could not be read."""

    key: str
    given: Mapping[str, Any]
    violations: tuple[Violation, ...] = ()

    @property
    def digest(self) -> bytes:
        """One spelling for equal contents."""
        text = json.dumps(dict(self.given), sort_keys=True, separators=(",", ":"), default=str)
        return hashlib.sha256(text.encode()).digest()


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one row; `status` is the state of the object where it has one."""

    key: str
    outcome: Outcome
    id: UUID | None = None
    violations: tuple[Violation, ...] = ()
    status: str = ""


def refused(key: str, refusal: Refusal, about: UUID | None = None) -> Result:
    """A row that was not taken, with every reason."""
    told = refusal.violations or (Violation(refusal.code, refusal.message),)
    return Result(key, Outcome.REFUSED, about, told)


def unreadable(rows: Iterable[Said]) -> dict[int, Result]:
    """The rows that cannot be looked at, by position: unreadable ones, and a key that comes again in the same batch."""
    found: dict[int, Result] = {}
    seen: set[str] = set()
    for position, row in enumerate(rows):
        if row.violations:
            found[position] = Result(row.key, Outcome.REFUSED, violations=row.violations)
        elif row.key in seen:
            twice = _("This key comes twice in this batch.")
            found[position] = Result(row.key, Outcome.REFUSED, violations=(Violation("invalid_input", twice, field="key"),))
        seen.add(row.key)
    return found


def known(hospital: Institution, kind: FeedKind, rows: Iterable[Said]) -> dict[str, FeedRecord]:
    """What this hospital said before under these keys; one query."""
    keys = {row.key for row in rows}
    return {one.key: one for one in FeedRecord.objects.filter(Q(key__in=keys), institution=hospital, kind=kind)}


def remember(hospital: Institution, kind: FeedKind, said: Iterable[tuple[Said, UUID]]) -> None:
    """Step: these keys stand for these objects, with what was said last; one statement."""
    requires_transaction()
    rows = [FeedRecord(institution=hospital, kind=kind, key=row.key, digest=row.digest, object_id=about) for row, about in said]
    FeedRecord.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["institution", "kind", "key"], update_fields=["digest", "object_id"]
    )  # fmt: skip
