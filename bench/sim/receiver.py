"""A hospital's webhook receiver: checks signature and age, takes each message once, and may fail on purpose."""

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

OLDEST = 300  # seconds between signing and arriving, against replay


def is_genuine(secret: str, headers: Mapping[str, str], body: bytes, now: float) -> bool:
    """Whether the sender knows the secret and spoke just now; one good signature of several is enough."""
    message, stamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not stamp.isdigit() or abs(now - int(stamp)) > OLDEST:
        return False
    key = base64.b64decode(secret.removeprefix("whsec_"))
    mine = hmac.new(key, f"{message}.{stamp}.".encode() + body, hashlib.sha256).digest()
    given = [one.partition(",") for one in headers.get("webhook-signature", "").split()]
    return any(version == "v1" and hmac.compare_digest(base64.b64encode(mine).decode(), text) for version, _comma, text in given)


@dataclass
class Receiver:
    """What arrived: `taken` by id, in order; `refused` with a wrong signature; `calls` counts every request."""

    url: str = ""
    secret: str = ""
    taken: dict[str, dict[str, Any]] = field(default_factory=dict)
    refused: int = 0
    calls: int = 0
    failed: int = 0
    answer: Callable[[int], int] = lambda _call: 204
    arrived: threading.Event = field(default_factory=threading.Event)
    hold: threading.Event | None = None
    headers: list[dict[str, str]] = field(default_factory=list)

    def take(self, headers: Mapping[str, str], body: bytes) -> int:
        """The status to answer one request with."""
        self.calls += 1
        self.headers.append(dict(headers))
        self.arrived.set()
        if self.hold is not None:
            self.hold.wait(30)
        if not is_genuine(self.secret, headers, body, time.time()):
            self.refused += 1
            return 401
        status = self.answer(self.calls)
        if 200 <= status < 300:
            self.taken.setdefault(headers["webhook-id"], json.loads(body))
        else:
            self.failed += 1
        return status

    def types(self) -> list[str]:
        return [message["type"] for message in self.taken.values()]


@contextmanager
def receiving(receiver: Receiver) -> Iterator[Receiver]:
    """Listens on a free port of this machine until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status = receiver.take({name.lower(): value for name, value in self.headers.items()}, body)
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("Location", "http://127.0.0.1:9/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the name is the base class's
            """Nothing on the screen: the story is told elsewhere."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver.url = f"http://127.0.0.1:{server.server_address[1]}/referral"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
