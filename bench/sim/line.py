"""The wire of a hospital's program: one key, JSON over HTTP, the standard library only."""

import http.client
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

SECONDS = 30.0


class Broken(Exception):
    """The other side answered what nobody agreed on, or not at all."""


@dataclass(frozen=True)
class Answer:
    """A status and what came with it."""

    status: int
    body: Any
    headers: dict[str, str]


@dataclass(frozen=True)
class Line:
    """A connection for each call: a hospital's network forgets idle ones."""

    base: str
    key: str = ""

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """One request; raises `Broken` when nobody answers or the answer is no JSON."""
        parts = urlsplit(self.base)
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        connection = kind(parts.hostname or "", parts.port, timeout=SECONDS)
        sent = {"Accept": "application/json", "Accept-Language": "en"}
        if self.key:
            sent["Authorization"] = f"Bearer {self.key}"
        if body is not None:
            sent["Content-Type"] = "application/json"
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            connection.request(method, f"/api/v1{path}", None if body is None else json.dumps(body).encode(), sent)
            answer = connection.getresponse()
            text = answer.read()
        except OSError as error:
            raise Broken(f"{method} {path}: {type(error).__name__}") from error
        finally:
            connection.close()
        try:
            told = json.loads(text) if text else None
        except ValueError as error:
            raise Broken(f"{method} {path}: {answer.status} and no JSON") from error
        return Answer(answer.status, told, {name.lower(): value for name, value in answer.getheaders()})

    def good(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """The body of an answer that has to be a good one."""
        answer = self.call(method, path, body, **headers)
        if not 200 <= answer.status < 300:
            raise Broken(f"{method} {path}: {answer.status} {json.dumps(answer.body, ensure_ascii=False)[:400]}")
        return answer.body
