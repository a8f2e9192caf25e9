"""Follows the trail into the journal, round by round: everything below a horizon that no running transaction can reach."""

from django.db import connection, transaction

from vault.audit.models import AuditEntry
from vault.journal import kinds, pages
from vault.journal.acts import Act, Place
from vault.journal.pages import Round

MOST_IN_A_ROUND = 5000


class DatabaseBehind(Exception):
    """The journal holds acts that this database does not know: it is an older copy, and nobody has passed the fence."""


def follow(before: Round | None = None) -> Round:
    """Promise that every act committed below the present horizon is on disk outside the database; the round it ended with.

    Its delay is one round plus the longest transaction still open. `before` is the round this process wrote last; without it the
    files are asked. Raises `DatabaseBehind`, and then writes nothing. Call it while `pages.held_by_one`.
    """
    if before is None:
        pages.cut_torn_end()
        before = pages.last_round()
        if before is None:
            return _begin()
        check_not_behind(before)
    entries, horizon = _entries_after(before)
    if not entries:
        pages.touch()
        return before
    words = kinds.words_about((entry.kind, entry.object_id) for entry in entries)
    return pages.add([Act.of(entry, words.get(entry.object_id, {})) for entry in entries], horizon, before)


def check_not_behind(last: Round | None) -> None:
    """Raise `DatabaseBehind` when the journal's newest act is not in this database."""
    if last is not None and last.last is not None and not last.last.is_here():
        raise DatabaseBehind(f"the journal's last act is of {last.last.at}; this database does not have it")


def is_behind() -> bool:
    """Whether this database is older than its journal: a copy was put in place and nobody has passed the fence."""
    try:
        check_not_behind(pages.last_round())
    except DatabaseBehind:
        return True
    return False


def _begin() -> Round:
    with transaction.atomic():
        horizon = _horizon()
        newest = AuditEntry.objects.filter(tx__lt=horizon).order_by("-tx", "-id").first()
    return pages.begin(horizon, Place.of(newest) if newest else None)


def _entries_after(before: Round) -> tuple[list[AuditEntry], int]:
    """The acts of transactions from the last horizon up to the present one; of many, the first whole transactions."""
    with transaction.atomic():
        horizon = _horizon()
        if horizon < before.horizon:
            raise DatabaseBehind(f"the server counts from {horizon}, the journal from {before.horizon}")
        rows = AuditEntry.objects.filter(tx__gte=before.horizon, tx__lt=horizon).order_by("tx", "id")
        entries = list(rows[:MOST_IN_A_ROUND])
        if len(entries) == MOST_IN_A_ROUND:
            horizon = entries[-1].tx + 1
            entries = [entry for entry in entries if entry.tx < horizon - 1] + list(rows.filter(tx=horizon - 1))
    return entries, horizon


def _horizon() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())")
        return int(cursor.fetchone()[0])
