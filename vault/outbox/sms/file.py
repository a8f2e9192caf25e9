"""Writes each message as one JSON line, for development and demonstration."""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from django.conf import settings

from vault.outbox.sms.protocol import Answer, Found, Outgoing, Trace, Verdict


@dataclass(frozen=True, slots=True)
class FileGateway:
    """One line a message in STATE_DIR/demo/sms.jsonl, on disk before `send` returns."""

    name: str = "file"

    def send(self, outgoing: Outgoing) -> Answer:
        line = {
            "at": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "phone": outgoing.phone,
            "template": outgoing.template,
            "text": f"【{settings.SMS_SIGN_NAME}】{outgoing.text}",
            "message": outgoing.message,
            "about": outgoing.about,
            "attempt": outgoing.attempt,
        }
        try:
            _append(json.dumps(line, ensure_ascii=False) + "\n")
        except OSError as error:
            return Answer(Verdict.FAILED, code=type(error).__name__)
        return Answer(Verdict.ACCEPTED, provider_id=f"{outgoing.message}-{outgoing.attempt}")

    def query(self, message: str, phone: str, on: date, provider_id: str = "") -> Found:
        written = any(line["message"] == message for line in messages())
        return Found(Trace.DELIVERED, code="file") if written else Found(Trace.ABSENT)


def messages() -> Iterator[dict[str, Any]]:
    """Every message written so far, oldest first; a line torn by a crash is passed over."""
    if not place().exists():
        return
    with place().open(encoding="utf-8") as lines:
        for line in lines:
            if line.endswith("\n"):
                yield json.loads(line)


def place() -> Path:
    """Where the messages stand."""
    return Path(settings.STATE_DIR) / "demo" / "sms.jsonl"


def _append(line: str) -> None:
    place().parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(place(), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(descriptor, line.encode())
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
