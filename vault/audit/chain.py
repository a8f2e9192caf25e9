"""How a seal is computed: one HMAC over the seal before, its own bounds, and every row it covers."""

import hashlib
import hmac
from collections.abc import Iterable
from datetime import UTC, datetime

from django.conf import settings
from django.db.models import Q, QuerySet

from vault.audit.models import AuditEntry, AuditSeal, SealKind
from vault.audit.record import canonical

Row = tuple[int, datetime, int, bytes | memoryview]


class Mac:
    """Grows row by row, so that a seal over a million rows needs no more memory than one over ten."""

    def __init__(self, seal: AuditSeal) -> None:
        bounds = canonical([seal.seq, seal.kind, seal.series, seal.floor, seal.horizon, seal.reason])
        self.rows = 0
        self.top = seal.floor
        self._hmac = hmac.new(settings.AUDIT_KEY, bytes(seal.previous) + bounds.encode(), hashlib.sha256)

    def add(self, row: Row) -> None:
        tx, at, row_id, digest = row
        self.rows += 1
        self.top = max(self.top, row_id)
        moment = at.astimezone(UTC).isoformat(timespec="microseconds")
        self._hmac.update(f"|{tx}|{moment}|{row_id}|".encode() + bytes(digest))

    def value(self, top: int) -> bytes:
        closing = self._hmac.copy()
        closing.update(f"|{self.rows}|{top}".encode())
        return closing.digest()


def close(seal: AuditSeal, last: AuditSeal | None, rows: Iterable[Row]) -> None:
    """Put the count, the highest id and the HMAC of these rows, in sealing order, into an unsaved seal."""
    mac = Mac(seal)
    for row in rows:
        mac.add(row)
    before = last.top if last is not None and last.series == seal.series else seal.floor
    seal.rows, seal.top = mac.rows, max(before, mac.top)
    seal.mac = mac.value(seal.top)


def covered_by(seal: AuditSeal, last: AuditSeal | None, ceiling: int | None = None) -> "QuerySet[AuditEntry]":
    """The rows of a seal in sealing order; together the seals cover every row exactly once.

    A seal takes its series' rows from the horizon before up to its own; `ceiling` is the highest id of a series that
    a later restart ended, whose transaction numbers the new server uses again. A restart takes whatever no seal of
    the old series covers, of either server, up to its floor.
    """
    rows = AuditEntry.objects.order_by("tx", "id")
    if seal.kind == SealKind.RESTART:
        left = Q(tx__gte=last.horizon) | Q(id__gt=last.top) if last else Q()
        return rows.filter(left, id__gt=last.floor if last else 0, id__lte=seal.floor)
    rows = rows.filter(tx__gte=last.horizon if last else 0, tx__lt=seal.horizon, id__gt=seal.floor)
    return rows if ceiling is None else rows.filter(id__lte=ceiling)
