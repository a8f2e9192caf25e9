"""Guessing login codes: parallel wrong codes, one right code at fifty places, strangers told apart, budgets, lock-out on purpose.

Over HTTP where many strike at once; the budgets with the values of a real site, the clock moved by moving the counted windows.
"""

import http.client
import json
import random
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Barrier, Thread
from typing import Any

from bench import lockout
from bench.figure import Figure
from bench.stage import stage, web

NAME = "otp-guessing"
GUESSES, ALLOWED, PLACES, EACH, GOAL_MS = 200, 5, 50, 500, 5.0
WIDE = {"OTP_COOLDOWN_SECONDS": "0", "OTP_PER_HOUR": "100000", "OTP_PER_DAY": "100000", "OTP_PER_ADDRESS_HOUR": "1000000"}
WIDE |= {"OTP_PLATFORM_HOUR": "1000000"}
OURS = ("x-request-id", "date")  # of every answer its own
REPEATS = {"short": 1, "long": 10}


@dataclass(frozen=True)
class Heard:
    """One answer: what a stranger could tell two phones apart by."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: dict[str, Any]
    milliseconds: float

    @property
    def shape(self) -> tuple[Any, ...]:
        """All but what is random by design: the challenge, the request number and the date."""
        rest = {name: value for name, value in self.body.items() if name not in ("challenge", "request_id")}
        return self.status, self.headers, json.dumps(rest, sort_keys=True)


def measure(profile: str) -> Figure:
    """Every part; the last one lets a guess go uncounted, to show that the figure can fail."""
    with stage(more=WIDE), web() as (host, port):
        line = Line(host, port)
        parts = [part(line) for _repeat in range(REPEATS[profile])]
        with planted_fault():
            planted = wrong_codes(line)["evaluated"]
    return told(parts, planted)


def part(line: "Line") -> dict[str, Any]:
    """One repeat of everything."""
    return wrong_codes(line) | right_codes(line) | strangers(line) | {"budgets": lockout.budgets(), "locked_out": lockout.locked_out()}


class Line:
    """The way to the product: many at once, or one by one."""

    def __init__(self, host: str, port: int) -> None:
        self.host, self.port = host, port
        self.own = http.client.HTTPConnection(host, port, timeout=60)

    def post(self, path: str, body: dict[str, Any], link: http.client.HTTPConnection | None = None) -> Heard:
        link = link or self.own
        began = time.perf_counter()
        link.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
        response = link.getresponse()
        text = response.read()
        took = (time.perf_counter() - began) * 1000
        headers = tuple(sorted((name, value) for name, value in response.getheaders() if name.lower() not in OURS))
        return Heard(response.status, headers, json.loads(text), took)

    def at_once(self, bodies: list[dict[str, Any]], path: str = "/api/v1/auth/verify") -> list[Heard]:
        """All of them at the same moment, each on a connection of its own."""
        barrier, heard = Barrier(len(bodies)), [None] * len(bodies)

        def run(index: int, body: dict[str, Any]) -> None:
            link = http.client.HTTPConnection(self.host, self.port, timeout=120)
            link.connect()
            barrier.wait(120)
            heard[index] = self.post(path, body, link)  # type: ignore[call-overload]
            link.close()

        threads = [Thread(target=run, args=pair) for pair in enumerate(bodies)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(180)
        return heard  # type: ignore[return-value]


def challenged(line: Line) -> tuple[Any, str, str]:
    """A person, the handle of her challenge, and the code on its way to her."""
    from permissions.models import Challenge
    from tests.cast import a_user
    from vault.models import Message

    person = a_user("周晓岚")
    handle = line.post("/api/v1/auth/challenge", {"phone": person.phone}).body["challenge"]
    challenge = Challenge.objects.get(device__user=person)
    code = json.loads(Message.objects.get(about=challenge.public_id).params)["code"]
    return person, handle, code


def wrong_codes(line: Line) -> dict[str, Any]:
    """200 wrong codes at once; afterwards the right one does not help either."""
    from permissions.models import Challenge, Session
    from vault.models import AuditEntry

    person, handle, code = challenged(line)
    wrong = [f"{number:06d}" for number in random.sample(range(1_000_000), GUESSES + 1) if f"{number:06d}" != code][:GUESSES]
    heard = line.at_once([{"challenge": handle, "code": guess} for guess in wrong])
    late = line.post("/api/v1/auth/verify", {"challenge": handle, "code": code})
    challenge = Challenge.objects.get(device__user=person)
    evaluated = AuditEntry.objects.filter(verb="wrong_code", object_id=challenge.public_id).count()
    return {
        "guesses": len(heard), "evaluated": evaluated, "counted": challenge.guesses,
        "refused": sum(one.body.get("code") == "wrong_code" for one in heard), "right_one_afterwards": late.body.get("code"),
        "sessions_of_the_guessed": Session.objects.filter(user=person).count(),
    }  # fmt: skip


def right_codes(line: Line) -> dict[str, Any]:
    """The one right code at fifty places at once: one gets in."""
    from permissions.models import Session

    person, handle, code = challenged(line)
    heard = line.at_once([{"challenge": handle, "code": code}] * PLACES)
    return {
        "right_codes": PLACES,
        "let_in": sum(one.status == 200 for one in heard),
        "sessions": Session.objects.filter(user=person).count(),
    }


def strangers(line: Line) -> dict[str, Any]:
    """Known and unknown phones in turn: asking for a code, and giving back a wrong one."""
    from tests.cast import a_phone, a_user

    phones = {"known": [a_user("沈佳").phone for _ in range(EACH // 10)], "unknown": [a_phone() for _ in range(EACH // 10)]}
    asked: dict[str, list[Heard]] = {"known": [], "unknown": []}
    answered: dict[str, list[Heard]] = {"known": [], "unknown": []}
    for turn in range(EACH):
        for kind in random.sample(("known", "unknown"), 2):
            heard = line.post("/api/v1/auth/challenge", {"phone": phones[kind][turn % (EACH // 10)]})
            asked[kind].append(heard)
            answered[kind].append(line.post("/api/v1/auth/verify", {"challenge": heard.body["challenge"], "code": "000000"}))
    found: dict[str, Any] = {}
    for name, heards in (("asking", asked), ("answering", answered)):
        shapes = {kind: {one.shape for one in heard} for kind, heard in heards.items()}
        medians = {kind: statistics.median(one.milliseconds for one in heard) for kind, heard in heards.items()}
        found |= {f"{name}_alike": shapes["known"] == shapes["unknown"], f"{name}_shapes": len(shapes["known"])}
        found[f"{name}_medians_apart_ms"] = round(abs(medians["known"] - medians["unknown"]), 2)
    return found


@contextmanager
def planted_fault() -> Iterator[None]:
    """A table that forgets each counted guess."""
    import os

    import psycopg

    with psycopg.connect(os.environ["DATABASE_OWNER_URL"]) as owner:
        owner.execute("ALTER TABLE permissions_challenge DROP CONSTRAINT challenge_has_at_most_five_guesses")
        owner.execute("CREATE FUNCTION forget() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.guesses := 0; RETURN NEW; END $$")
        owner.execute("CREATE TRIGGER forgetful BEFORE UPDATE ON permissions_challenge FOR EACH ROW EXECUTE FUNCTION forget()")
    yield


def told(parts: list[dict[str, Any]], planted: int) -> Figure:
    """Guesses evaluated beyond the five, and whether everything else held."""
    beyond = max(part["evaluated"] for part in parts) - ALLOWED
    return Figure(
        NAME, beyond, "guesses evaluated beyond five", f"0; one session; medians within {GOAL_MS} ms; budgets and lock-out hold",
        all(holds(part) for part in parts) and planted > ALLOWED, GUESSES * len(parts),
        {**parts[-1], "planted_fault": {"what": "guesses are not counted", "evaluated": planted}},
    )  # fmt: skip


def holds(part: dict[str, Any]) -> bool:
    """Each promise of one repeat."""
    return (
        part["evaluated"] == part["counted"] == ALLOWED
        and part["refused"] == GUESSES
        and part["right_one_afterwards"] == "wrong_code"
        and part["sessions_of_the_guessed"] == 0
        and part["let_in"] == part["sessions"] == 1
        and part["asking_alike"]
        and part["answering_alike"]
        and max(part["asking_medians_apart_ms"], part["answering_medians_apart_ms"]) <= GOAL_MS
        and part["budgets"] == lockout.BUDGETS
        and part["locked_out"] == lockout.LOCKED_OUT
    )
