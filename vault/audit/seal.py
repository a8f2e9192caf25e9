"""Closes the trail second by second: everything below a horizon that no running transaction can reach."""

from django.db import connection, transaction
from django.db.models import Max

from vault.audit import chain
from vault.audit.models import AuditEntry, AuditSeal, SealKind

# Any two sealers of one database meet at this number.
ADVISORY_LOCK = 20170001


class SeriesBroken(Exception):
    """The server counts transactions from below the last horizon: this database was restored from a dump."""


class NotQuiet(Exception):
    """Transactions are running; a new series begins only while nothing else writes."""


def seal() -> AuditSeal | None:
    """Promise one seal over all rows below the present horizon, or None when there is none to seal.

    One sealer at a time (advisory lock until commit). The horizon is read before the rows, and no transaction below
    it is still running anywhere on the server: no row can appear below it later. Raises `SeriesBroken`.
    """
    with transaction.atomic(durable=True):
        last = _last_after_lock()
        horizon = _horizon()
        if last is not None and horizon < last.horizon:
            raise SeriesBroken(f"the horizon is {horizon}, the last seal's is {last.horizon}")
        fresh = _following(last, SealKind.SEAL, horizon=horizon)
        _close(fresh, last)
        if fresh.rows:
            fresh.save(force_insert=True)
    return fresh if fresh.rows else None


def restart(reason: str) -> AuditSeal:
    """Promise a new series, after a logical restore: closes what the old one had left and begins above its last row.

    Run it before the product starts: raises `NotQuiet` while other transactions are running.
    """
    with transaction.atomic(durable=True):
        last = _last_after_lock()
        if not _is_quiet():
            raise NotQuiet
        fresh = _following(last, SealKind.RESTART, horizon=0)
        fresh.reason = reason
        fresh.series += 1
        fresh.floor = AuditEntry.objects.aggregate(highest=Max("id"))["highest"] or 0
        _close(fresh, last)
        fresh.save(force_insert=True)
    return fresh


def head() -> AuditSeal | None:
    """The newest seal."""
    return AuditSeal.objects.order_by("-seq").first()


def waiting_seconds() -> float:
    """How long the oldest unsealed row has waited; 0 when all are sealed."""
    last = head()
    unsealed = AuditEntry.objects.all()
    if last is not None:
        unsealed = unsealed.filter(tx__gte=last.horizon, id__gt=last.floor)
    with connection.cursor() as cursor:
        query, params = unsealed.order_by("tx", "id").values("at")[:1].query.sql_with_params()
        cursor.execute(f"SELECT extract(epoch FROM clock_timestamp() - at) FROM ({query}) oldest", params)  # noqa: S608
        row = cursor.fetchone()
    return max(0.0, float(row[0])) if row else 0.0


def _close(fresh: AuditSeal, last: AuditSeal | None) -> None:
    rows = chain.covered_by(fresh, last).values_list("tx", "at", "id", "digest")
    chain.close(fresh, last, rows.iterator(chunk_size=2000))


def _following(last: AuditSeal | None, kind: SealKind, horizon: int) -> AuditSeal:
    if last is None:
        return AuditSeal(seq=1, kind=kind, series=1, floor=0, horizon=horizon, previous=b"")
    return AuditSeal(seq=last.seq + 1, kind=kind, series=last.series, floor=last.floor, horizon=horizon, previous=bytes(last.mac))


def _last_after_lock() -> AuditSeal | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ADVISORY_LOCK])
    return head()


def _horizon() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())")
        return int(cursor.fetchone()[0])


def _is_quiet() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot()) = pg_snapshot_xmax(pg_current_snapshot())")
        return bool(cursor.fetchone()[0])
