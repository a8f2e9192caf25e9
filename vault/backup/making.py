"""Takes a copy: the dump, the counts and the head of the trail belong to one moment; it has its name only once it is whole."""

import contextlib
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.migrations.recorder import MigrationRecorder

from vault.audit import anchor
from vault.audit.seal import head
from vault.backup import manifest as manifests
from vault.backup.manifest import ANCHORS, DATABASE, FILE, Manifest
from vault.backup.programs import Trouble, refuse_another_version, started
from vault.backup.sealed import seal_stream
from vault.journal import pages

UNFINISHED = ".unfinished-"
# Jobs of the queue say *look now*; those of the past have nothing to say, and each worker makes its queue when it starts.
WITHOUT = ("--exclude-table=pgmq.q_*", "--exclude-table=pgmq.a_*", "--exclude-table-data=pgmq.meta")
TABLES = """SELECT c.relname FROM pg_class c WHERE c.relnamespace = current_schema()::regnamespace
 AND c.relkind IN ('r', 'p') AND NOT c.relispartition ORDER BY 1"""


def make(where: Path, *, now: datetime) -> Manifest:
    """Promise one whole backup in a new folder of `where`, or none: what is cut off keeps a name no restore takes.

    Everything in it is of one snapshot. The dump is encrypted with a key of VAULT_KEYS, which is not in it. One at a time for each
    folder. Raises `Trouble`.
    """
    _check_program()
    where.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _alone(where):
        for left in where.glob(f"{UNFINISHED}*"):
            shutil.rmtree(left)
        name = now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
        if (where / name).exists():
            raise Trouble(f"{where / name} exists already. Wait a second.")
        folder = where / f"{UNFINISHED}{name}"
        folder.mkdir(mode=0o700)
        made = _fill(folder, name, now)
        _write(folder / FILE, made.text())
        _flush(folder)
        folder.rename(where / name)
        _flush(where)
    return made


def whole_ones(where: Path) -> list[Path]:
    """The backups of a folder, oldest first; what has no manifest of ours is none."""
    found = []
    for path in sorted(where.glob("????????T??????Z")):
        with contextlib.suppress(Trouble):
            manifests.read(path)
            found.append(path)
    return found


def keep(where: Path, newest: int) -> int:
    """Remove all but the newest so many, and what the journal holds from before the oldest kept; says how many backups went."""
    found = whole_ones(where)
    old = found[:-newest]
    for path in old:
        (path / FILE).unlink()  # from here on it is no backup
        shutil.rmtree(path)
    if found:
        pages.forget_below(manifests.read(found[-newest:][0]).horizon)
    return len(old)


def _check_program() -> None:
    """What another version's pg_dump writes, nobody may be able to restore: that is no backup."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        refuse_another_version("pg_dump", int(cursor.fetchone()[0]))


def _fill(folder: Path, name: str, now: datetime) -> Manifest:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SELECT pg_export_snapshot(), pg_snapshot_xmin(pg_current_snapshot()), version()")
        snapshot, horizon, server = cursor.fetchone()
        last, journal = head(), pages.last_round()
        files = {DATABASE: _dump(folder / DATABASE, snapshot)}
        rows, migrations = count_rows(), applied_migrations()
    if anchor.place().exists():
        shutil.copyfile(anchor.place(), folder / ANCHORS)
        files[ANCHORS] = _sum(folder / ANCHORS)
    return Manifest(
        format=1, name=name, at=now.isoformat(timespec="seconds"), version=settings.VERSION, server=str(server).split(" on ")[0],
        database=connection.settings_dict["NAME"], horizon=int(horizon), migrations=migrations, rows=rows,
        seal={"seq": last.seq, "mac": bytes(last.mac).hex()} if last else {"seq": 0, "mac": ""},
        journal={"horizon": journal.horizon, "at": journal.at} if journal else {}, key=next(iter(settings.VAULT_KEYS)), files=files,
    )  # fmt: skip


def _dump(path: Path, snapshot: str) -> dict[str, Any]:
    """pg_dump of exactly this snapshot, sealed on its way to the disk."""
    words = ["--format=custom", f"--snapshot={snapshot}", "--lock-wait-timeout=60s", *WITHOUT]
    with tempfile.TemporaryFile() as said, _private(path).open("wb") as target:
        child = started("pg_dump", words, stderr=said)
        assert child.stdout is not None
        try:
            written = seal_stream(child.stdout, target)
        finally:
            child.stdout.close()
            code = child.wait()
        if code:
            said.seek(0)
            raise Trouble(f"pg_dump failed, no backup was made: {said.read().decode(errors='replace').strip()[-600:]}")
        target.flush()
        os.fsync(target.fileno())
    return {"bytes": written.length, "sha256": written.sha256}


def applied_migrations() -> dict[str, str]:
    """The newest migration of each app."""
    return dict(sorted(MigrationRecorder(connection).applied_migrations()))  # of each app the last one stays


def count_rows() -> dict[str, int]:
    """How many rows each table has; a table in parts counts as one."""
    with connection.cursor() as cursor:
        cursor.execute(TABLES)
        tables = [name for (name,) in cursor.fetchall()]
        quoted = {name: connection.ops.quote_name(name) for name in tables}
        cursor.execute(" UNION ALL ".join(f"SELECT '{name}', count(*) FROM {quoted[name]}" for name in tables))  # noqa: S608
        return dict(cursor.fetchall())


def _sum(path: Path) -> dict[str, Any]:
    path.chmod(0o600)
    return {"bytes": path.stat().st_size, "sha256": manifests.sum_of(path)}


def _write(path: Path, text: str) -> None:
    with _private(path).open("w", encoding="utf-8") as target:
        target.write(text)
        target.flush()
        os.fsync(target.fileno())


def _private(path: Path) -> Path:
    """The same path, made now and for our eyes only."""
    path.touch(0o600, exist_ok=False)
    return path


def _flush(folder: Path) -> None:
    """A new name is safe once its folder is."""
    for path in (*folder.iterdir(), folder):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


@contextlib.contextmanager
def _alone(where: Path) -> Iterator[None]:
    with (where / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Trouble(f"Another backup into {where} is running.") from None
        yield
