"""Copies the head of the seals out of the database, so that cutting off its end shows."""

import json
import os
from collections import deque
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings

from vault.audit.seal import head


@dataclass(frozen=True, slots=True)
class Anchor:
    """One seal as it was when its minute ended."""

    seq: int
    mac: str
    at: str


def drop_anchor() -> Anchor | None:
    """Promise that the newest seal stands on disk outside the database; None when it already does or there is none."""
    newest = head()
    if newest is None:
        return None
    anchor = Anchor(newest.seq, bytes(newest.mac).hex(), datetime.now(UTC).isoformat(timespec="seconds"))
    if any((before.seq, before.mac) == (anchor.seq, anchor.mac) for before in deque(anchors(), maxlen=1)):
        return None
    _append({"seq": anchor.seq, "mac": anchor.mac, "at": anchor.at})
    return anchor


def anchors() -> Iterator[Anchor]:
    """Every anchor, oldest first; a line torn by a power cut is passed over."""
    path = place()
    if not path.exists():
        return
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            if line.endswith("\n"):
                yield Anchor(**json.loads(line))


def rewrite(known: list[Anchor], lost: list[Anchor], stamp: str) -> None:
    """Promise that only the known ones stand in the file; the lost ones are kept beside it, under the time of the restore."""
    aside, fresh = place().with_name(f"anchors.before-{stamp}.jsonl"), place().with_suffix(".new")
    for path, wanted in ((aside, lost), (fresh, known)):
        path.write_text("".join(json.dumps(asdict(one)) + "\n" for one in wanted), encoding="utf-8")
        path.chmod(0o600)
    fresh.replace(place())


def place() -> Path:
    """Where the anchors stand; an operator copies this file to another machine."""
    return Path(settings.STATE_DIR) / "anchors.jsonl"


def _append(entry: dict[str, object]) -> None:
    place().parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(place(), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(descriptor, (json.dumps(entry) + "\n").encode())
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
