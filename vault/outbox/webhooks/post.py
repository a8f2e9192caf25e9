"""Sends one body to one address: connects to the very address that was judged, follows no redirect, never waits for long."""

import http.client
import socket
import ssl
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from vault.outbox.webhooks import address
from vault.outbox.webhooks.address import Place, Unreachable

CONNECT_SECONDS = 3.0
TOTAL_SECONDS = 8.0  # however slowly the other side answers; well below the lease
MOST_READ = 1024


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: a status, or the word for why there is none. `retry_after` is in seconds."""

    status: int | None
    code: str
    retry_after: int | None = None

    @property
    def is_taken(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


class _Pinned(http.client.HTTPConnection):
    """A connection to addresses judged just now; the certificate must be the host's."""

    def __init__(self, place: Place, addresses: list[str], met: "Callable[[socket.socket], None]") -> None:
        super().__init__(place.host, place.port, timeout=CONNECT_SECONDS)
        self.place, self.addresses, self.met = place, addresses, met

    def connect(self) -> None:
        self.sock = self._first()
        self.met(self.sock)
        if self.place.scheme == "https":
            self.sock = _context().wrap_socket(self.sock, server_hostname=self.place.host)
            self.met(self.sock)
        self.sock.settimeout(TOTAL_SECONDS)

    def _first(self) -> socket.socket:
        failure: OSError = OSError("no address")
        for one in self.addresses[:2]:
            try:
                return socket.create_connection((one, self.place.port), CONNECT_SECONDS)
            except OSError as error:
                failure = error
        raise failure


def post(url: str, body: str, headers: Mapping[str, str]) -> Answer:
    """One POST and what became of it; never raises for what the network or the other side does."""
    try:
        place = address.read(url)
        addresses = list(address.reachable(place))
    except Unreachable as refused:
        return Answer(None, refused.code)
    met: list[socket.socket] = []
    connection = _Pinned(place, addresses, met.append)
    over = threading.Event()  # set before the line is cut, so that what the cut causes is told as what it is
    watch = threading.Timer(TOTAL_SECONDS, _hang_up, [met, over])
    watch.daemon = True
    watch.start()
    try:
        return _spoken(connection, place, body, headers)
    except ssl.SSLError:
        return Answer(None, "timeout" if over.is_set() else "certificate_refused")
    except TimeoutError:
        return Answer(None, "timeout")
    except (OSError, http.client.HTTPException, ValueError):
        return Answer(None, "timeout" if over.is_set() else "no_connection")
    finally:
        watch.cancel()
        connection.close()


def _spoken(connection: http.client.HTTPConnection, place: Place, body: str, headers: Mapping[str, str]) -> Answer:
    own = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "referral-webhooks/1", "Connection": "close"}
    connection.request("POST", place.path, body.encode(), own | dict(headers))
    answer = connection.getresponse()
    answer.read(MOST_READ)
    if 300 <= answer.status < 400:
        return Answer(answer.status, "redirect_refused")
    code = "" if 200 <= answer.status < 300 else "gone" if answer.status == 410 else "answered_no"
    return Answer(answer.status, code, _seconds(answer))


def _seconds(answer: Any) -> int | None:
    """What Retry-After asks for, if it is a plain number."""
    text = str(answer.getheader("Retry-After") or "")
    return min(int(text), 3600) if text.isascii() and text.isdigit() and len(text) < 6 else None


def _hang_up(met: list[socket.socket], over: threading.Event) -> None:
    over.set()
    for one in met:
        try:
            one.shutdown(socket.SHUT_RDWR)
        except OSError:
            continue


@lru_cache(maxsize=1)
def _context() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
