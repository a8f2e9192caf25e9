"""The development inbox: every SMS the file gateway wrote, newest first; it does not exist where real messages are sent."""

import json
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse

from permissions.doors import PUBLIC, Page

SHOWN = 100
# A one-time code (six digits) or a confirmation code (two groups of four) inside a message.
CODE = re.compile(r"(?<![0-9A-Z])(?:\d{6}|[0-9A-HJ-NP-Z]{4} ?[0-9A-HJ-NP-Z]{4})(?![0-9A-Z])")


@dataclass(frozen=True, slots=True)
class Sms:
    """One message as it was written to the file."""

    at: datetime
    phone: str
    template: str
    text: str

    @property
    def code(self) -> str:
        """The code to copy, when the message has one."""
        found = CODE.search(self.text)
        return found.group() if found else ""


class Inbox(Page):
    """The messages of all phones or of one, loaded again every few seconds."""

    policies = {"GET": PUBLIC}

    def get(self, request: HttpRequest) -> HttpResponse:
        if not (settings.DEMO or settings.DEBUG):
            raise Http404
        phone = "".join(filter(str.isdigit, request.GET.get("phone", "")))[:20]
        messages = [sms for sms in newest(inbox_file()) if phone in sms.phone][:SHOWN]
        return self.render(request, "config/inbox.html", {"inbox": messages, "phone": phone})


def inbox_file() -> Path:
    """Where the file gateway writes."""
    return Path(settings.STATE_DIR) / "demo" / "sms.jsonl"


def newest(path: Path, keep: int = 2000) -> Iterator[Sms]:
    """The last messages of the file, newest first; a line that is still being written is left for the next look."""
    if not path.exists():
        return
    with path.open(encoding="utf-8") as lines:
        last = deque(lines, maxlen=keep)
    for line in reversed(last):
        entry = parsed(line)
        if entry is not None:
            yield Sms(datetime.fromisoformat(entry["at"]), entry["phone"], entry["template"], entry["text"])


def parsed(line: str) -> dict[str, Any] | None:
    """One line as it was written, or None when it is only half there."""
    try:
        entry = json.loads(line)
    except json.JSONDecodeError:
        return None
    return entry if isinstance(entry, dict) else None
