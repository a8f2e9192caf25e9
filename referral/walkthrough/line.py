"""The wire of the walkthrough: real requests, each printed with its answer and time, each answer checked."""

import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx

Say = Callable[[str], None]
SHOWN = 100  # characters of a body that a line of the report shows
LATER = 202
TOKEN = re.compile(r'"token": *"[^"]*"')  # a report may be shown around; a login may not
PATIENCE = 40.0  # seconds until the worker must have done what it was asked


class Broken(Exception):
    """A step did not hold; its text says which and how."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: status, headers, and the body as JSON or bytes."""

    status: int
    headers: httpx.Headers
    content: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.content)

    @property
    def version(self) -> str:
        """The tag to send back as If-Match."""
        return self.headers.get("ETag", "")


@dataclass
class Line:
    """One connection to the product, and the count of what was asked."""

    url: str
    say: Say
    steps: int = 0
    seconds: float = 0.0
    last: int = 0
    client: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        self.client = httpx.Client(base_url=self.url.rstrip("/"), timeout=30.0, trust_env=False)

    def title(self, words: str) -> None:
        """A heading in the report."""
        self.say(f"\n{words}")

    def ask(self, method: str, path: str, *, expect: int, token: str = "", body: Any = None, version: str = "", key: str = "") -> Answer:
        """Promise the answer to one request with the expected status; `Broken` otherwise."""
        headers = {
            name: value
            for name, value in {
                "Authorization": token and f"Bearer {token}", "If-Match": version, "Idempotency-Key": key,
                "Accept": "*/*", "Accept-Language": "zh-hans",
            }.items()
            if value
        }  # fmt: skip
        began = time.perf_counter()
        try:
            got = self.client.request(method, f"/api/v1{path}", json=body, headers=headers)
        except httpx.HTTPError as error:
            raise Broken(f"{method} {path}: {type(error).__name__}: {error}") from error
        answer = Answer(got.status_code, got.headers, got.content)
        self.last = answer.status
        self._report(method, path, body, answer, time.perf_counter() - began)
        if answer.status != expect:
            raise Broken(f"{method} {path} answered {answer.status}, not {expect}: {answer.content.decode(errors='replace')[:600]}")
        return answer

    def held(self, words: str, truth: object) -> None:
        """Promise that something is so, and say that it was checked."""
        self.steps += 1
        if not truth:
            raise Broken(f"this does not hold: {words}")
        self.say(f"{self.steps:>3}. ✓ {words}")

    def wait_for(self, words: str, look: Callable[[], Any]) -> Any:
        """Promise what `look` finds, however long the worker needs within reason."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            found = look()
            if found:
                return found
            time.sleep(0.2)
        raise Broken(f"waited {PATIENCE:.0f} s in vain for {words}")

    def _report(self, method: str, path: str, body: Any, answer: Answer, seconds: float) -> None:
        self.steps += 1
        self.seconds += seconds
        asked = "" if body is None else " " + shortened(json.dumps(body, ensure_ascii=False))
        self.say(f"{self.steps:>3}. {method} {path}{asked}")
        self.say(f"     {answer.status} in {seconds * 1000:.0f} ms  {described(answer)}")


def described(answer: Answer) -> str:
    """The beginning of a body, or what a file is."""
    kind = answer.headers.get("Content-Type", "")
    if "json" in kind:
        return shortened(TOKEN.sub('"token":"…"', answer.content.decode(errors="replace")))
    return f"{kind}, {len(answer.content)} bytes" if answer.content else ""


def shortened(text: str) -> str:
    """At most as much of a text as a line of the report shows."""
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"
