"""The journal's files: one a day, appended and flushed round by round, read back line by line, put aside after a restore.

A round is the lines of some acts and a closing line with the horizon they lie below; a round without its closing line was cut
off by a crash, and is cut away and written again.
"""

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings

from vault.journal.acts import Act, JournalAltered, Place, act_in, chained, line_of, mac_of

TAIL_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Round:
    """Everything below `horizon` is written; `last` is the newest act among it, `mac` what the next line follows."""

    horizon: int
    last: Place | None
    mac: str
    at: str


def folder() -> Path:
    """Where the journal stands; an operator copies this folder to another machine."""
    return Path(settings.STATE_DIR) / "journal"


def parts() -> list[Path]:
    """The files of the journal in use, oldest first."""
    return sorted(folder().glob("????-??-??.jsonl"))


@contextmanager
def held_by_one() -> Iterator[None]:
    """One writer at a time on this machine; raises BlockingIOError for a second one."""
    folder().mkdir(parents=True, exist_ok=True, mode=0o700)
    with (folder() / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield


def last_round() -> Round | None:
    """The newest closed round, from the end of the newest file; None when there is no journal."""
    for part in reversed(parts()):
        with part.open("rb") as file:
            file.seek(max(file.seek(0, os.SEEK_END) - TAIL_BYTES, 0))
            found = _closing(file.read())
        if found is None:
            found = _closing(part.read_bytes())
        if found is not None:
            return found
    return None


def begin(horizon: int, last: Place | None, after: str = "") -> Round:
    """A journal starts, or goes on in the file of another day: everything from this horizon on will be in it."""
    return _write([], horizon, last, after)


def add(acts: list[Act], horizon: int, before: Round) -> Round:
    """Promise that these acts are on disk when this returns."""
    return _write([line_of(act) for act in acts], horizon, acts[-1].place, before.mac)


def touch() -> None:
    """A round with nothing new leaves only this mark, for whoever asks how old the journal is."""
    os.utime(parts()[-1])


def age() -> float | None:
    """Seconds since the newest round; None when there is no journal."""
    newest = parts()[-1:]
    return round(max(0.0, time.time() - newest[0].stat().st_mtime), 1) if newest else None


def cut_torn_end() -> None:
    """Take away what follows the last closing line of the newest file: a crash cut that round off."""
    newest = parts()[-1:]
    for part in newest:
        data = part.read_bytes()
        whole = 0
        for start, line in _lines(data):
            if "horizon" in line:
                whole = data.index(b"\n", start) + 1
        if whole == 0:
            part.unlink()
        elif whole < len(data):
            os.truncate(part, whole)


def first_horizon() -> int | None:
    """The horizon from which on the journal holds every act; None when there is no journal."""
    for part in parts():
        for _start, line in _lines(part.read_bytes()):
            if "horizon" in line:
                return int(line["horizon"])
    return None


def acts_since(horizon: int) -> Iterator[Act]:
    """Every act of a closed round whose transaction is not below this horizon, in the order written.

    Raises `JournalAltered` when a line does not follow the one before it.
    """
    before = None
    waiting: list[dict[str, Any]] = []
    for part in parts():
        for _start, line in _lines(part.read_bytes()):
            if before is not None and mac_of(line, before) != line.get("mac"):
                raise JournalAltered(f"{part.name}: the line of {line.get('at')} does not follow the one before it")
            before = str(line["mac"])
            if "horizon" not in line:
                waiting.append(line)
            elif line["horizon"] > horizon:
                yield from (act for act in map(act_in, waiting) if act.place.tx >= horizon)
                waiting = []
            else:
                waiting = []


def put_aside(stamp: str) -> Path | None:
    """The journal of a database that is no more, moved away whole; a new one begins with the next round."""
    old = parts()
    if not old:
        return None
    place = folder() / f"before-{stamp}"
    place.mkdir(mode=0o700, exist_ok=True)
    for part in old:
        part.rename(place / part.name)
    return place


def forget_below(horizon: int) -> int:
    """Remove files that only hold acts below this horizon; says how many. The newest file always stays."""
    gone = 0
    for part, following in zip(parts()[:-1], parts()[1:], strict=True):
        begins = next((int(line["horizon"]) for _start, line in _lines(following.read_bytes()) if "horizon" in line), 0)
        if begins > horizon:
            break
        part.unlink()
        gone += 1
    return gone


def _write(lines: list[dict[str, Any]], horizon: int, last: Place | None, before: str) -> Round:
    at = datetime.now(UTC).isoformat(timespec="milliseconds")
    closing = {"horizon": horizon, "last": asdict(last) if last else None, "at": at}
    text = ""
    for line in [*lines, closing]:
        whole = chained(line, before)
        before = str(whole["mac"])
        text += json.dumps(whole, ensure_ascii=False, separators=(",", ":")) + "\n"
    folder().mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(folder() / f"{at[:10]}.jsonl", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        data = text.encode()
        while data:
            data = data[os.write(descriptor, data) :]
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    return Round(horizon, last, before, at)


def _closing(data: bytes) -> Round | None:
    for _start, line in reversed(list(_lines(data))):
        if "horizon" in line:
            last = Place(**line["last"]) if line["last"] else None
            return Round(int(line["horizon"]), last, str(line["mac"]), str(line["at"]))
    return None


def _lines(data: bytes) -> Iterator[tuple[int, dict[str, Any]]]:
    """Whole lines with their offset; what is no JSON (a torn end, the middle of a line) is passed over."""
    start = 0
    for raw in data.splitlines(keepends=True):
        if raw.endswith(b"\n"):
            try:
                line = json.loads(raw)
            except ValueError:
                line = None
            if isinstance(line, dict):
                yield start, line
        start += len(raw)
