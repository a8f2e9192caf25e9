"""What a backup says of itself: when, from what, how many rows, how far the trail was sealed, and the sum of each file."""

import hashlib
import hmac
import json
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings

from vault.audit.record import canonical
from vault.backup.programs import Trouble

FILE = "manifest.json"
DATABASE, ANCHORS = "database.sealed", "anchors.jsonl"
CHUNK = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Manifest:
    """`horizon`: the copy holds every transaction below it; `seal` is the newest seal in it; `key` the name of the key it needs."""

    format: int
    name: str
    at: str
    version: str
    server: str
    database: str
    horizon: int
    migrations: dict[str, str]
    rows: dict[str, int]
    seal: dict[str, Any]
    journal: dict[str, Any]
    key: str
    files: dict[str, dict[str, Any]]

    @property
    def taken_at(self) -> datetime:
        return datetime.fromisoformat(self.at)

    def text(self) -> str:
        """As it is kept: with the mac by which a changed word shows."""
        said = asdict(self)
        return json.dumps(said | {"mac": _mac(said)}, ensure_ascii=False, indent=1) + "\n"


def read(folder: Path) -> Manifest:
    """The manifest of a whole backup. Raises `Trouble` when there is none, or it is not what was written."""
    try:
        said = json.loads((folder / FILE).read_text(encoding="utf-8"))
        mac = said.pop("mac")
        found = Manifest(**said)
    except FileNotFoundError:
        raise Trouble(f"{folder} is no backup: it has no {FILE}. A backup that was cut off never gets one.") from None
    except (ValueError, TypeError, KeyError, OSError) as problem:
        raise Trouble(f"{folder / FILE} cannot be read: {problem}") from None
    if not hmac.compare_digest(str(mac), _mac(said)):
        raise Trouble(f"{folder / FILE} was altered, or written under another AUDIT_KEY. Nothing was restored.")
    return found


def check_files(folder: Path, manifest: Manifest) -> None:
    """Raise `Trouble` unless every file is there, as long as it was, byte for byte."""
    for name, wanted in manifest.files.items():
        path = folder / name
        if not path.exists():
            raise Trouble(f"{path} is missing. Nothing was restored.")
        if path.stat().st_size != wanted["bytes"] or sum_of(path) != wanted["sha256"]:
            raise Trouble(f"{path} is not the file that was written: its length or checksum differs. Nothing was restored.")


def sum_of(path: Path) -> str:
    """The SHA-256 of a file."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _mac(said: dict[str, Any]) -> str:
    return hmac.new(settings.AUDIT_KEY, f"backup|{canonical(said)}".encode(), hashlib.sha256).hexdigest()
