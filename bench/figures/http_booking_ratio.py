"""A whole booking over HTTP beside the same work as one function in SQL, and beside the same door in idiomatic ORM and DRF.

The product is served as `make serve` does it. Doctors of several centres book for residents who have been booked for over years;
half of the doctors are programs with a token, half browsers with a session and its CSRF token. Every rule a district may switch on
is on. The three take turns in one run on one database, and the medians of the rounds count.
"""

import random
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from statistics import median
from typing import Any
from uuid import uuid4

from bench.figure import Figure, percentile
from bench.history import Draft, History
from bench.load import Fired, fire, request
from bench.noise import Noise
from bench.stage import stage, web

NAME = "http-booking-ratio"
PAST, PLACES, ROOM = {"short": 12_000, "long": 96_000}, 400, 100
CLIENTS = 8
ROUNDS = {"short": 5, "long": 15}
EACH = {"product": 240, "one function": 560, "idiomatic": 64}
WARM = 64
BUSY = 503  # the idiomatic door holds its locks so long that a wait for one may end, or two may wait for each other
FIRST, AIM = 0.10, 0.25  # of the rate of the one function
TIMES, TIMES_AIM = 3.0, 8.0  # the rate of the idiomatic door


@dataclass
class Turns:
    """One rival's rounds: bookings a second in each, and how long each answer took."""

    rates: list[float] = field(default_factory=list)
    milliseconds: list[float] = field(default_factory=list)

    def told(self) -> dict[str, Any]:
        said: dict[str, Any] = {"per_second": round(median(self.rates), 1), "rounds": [round(rate, 1) for rate in self.rates]}
        if self.milliseconds:
            said |= {"p50_ms": round(percentile(self.milliseconds, 0.5), 1), "p99_ms": round(percentile(self.milliseconds, 0.99), 1)}
        return said


Variants = dict[str, Callable[[list[Draft]], tuple[float, list[float]]]]


def measure(profile: str) -> Figure:
    """Rounds in which each of the three books its share, in an order that changes."""
    with stage(max_wal_size="4GB") as server, ExitStack() as running:
        from bench.history import founded
        from bench.pgbench import installed
        from bench.rules_on import switched_on
        from tests.cast_referral import world

        cast = world()
        history = founded(server, cast)
        switched = switched_on(cast)
        history.grow(PAST[profile])
        history.open(PLACES, ROOM)
        installed(server)
        doors = [running.enter_context(web(application)) for application in ("config.wsgi:application", "bench.baseline.wsgi:application")]
        noise, turns = Noise(), played(history, variants(server, history, *doors), ROUNDS[profile])
        for _ in range(3):
            noise.flush()
        judged = booked_rows(server)
    return told(turns, switched, judged, noise.told())


def variants(server: Any, history: History, ours: tuple[str, int], theirs: tuple[str, int]) -> Variants:
    """The three ways to book a list of drafts: how many a second, and the milliseconds of each."""
    from bench.pgbench import rate

    keys = credentials(history.doctors)

    def product(work: list[Draft]) -> tuple[float, list[float]]:
        return judged(fire([to_product(one, keys[one.doctor]) for one in work], CLIENTS, ours))

    def idiomatic(work: list[Draft]) -> tuple[float, list[float]]:
        return judged(fire([to_baseline(one, keys[one.doctor]) for one in work], CLIENTS, theirs), BUSY)

    return {"product": product, "one function": lambda work: (rate(server, work, CLIENTS), []), "idiomatic": idiomatic}


def played(history: History, ways: Variants, rounds: int) -> dict[str, Turns]:
    """Every way warmed up, then its rounds."""
    turns = {name: Turns() for name in ways}
    for way in ways.values():
        way(history.drafts(WARM))
    for _round in range(rounds):
        for name in random.sample(list(ways), len(ways)):
            rate, milliseconds = ways[name](history.drafts(EACH[name]))
            turns[name].rates.append(rate)
            turns[name].milliseconds += milliseconds
    return turns


def judged(fired: Fired, *other: int) -> tuple[float, list[float]]:
    """The rate of requests that became bookings, which all must, but for those answered by one of the other statuses."""
    if set(fired.statuses) - {201, *other}:
        raise SystemExit(f"Not every request became a booking: {dict(fired.statuses)} {fired.strange[-600:].decode()}")
    return fired.statuses[201] / fired.seconds, fired.milliseconds


def credentials(doctors: list[Any]) -> list[dict[str, str]]:
    """What each doctor's requests carry: every other one a token, the others a session and its CSRF token."""
    from django.conf import settings
    from django.middleware.csrf import _get_new_csrf_string

    from tests.cast import a_session, bearer

    found = []
    for nth, doctor in enumerate(doctors):
        if nth % 2:
            found.append(bearer(doctor.user))
            continue
        (_session, key), token = a_session(doctor.user), _get_new_csrf_string()
        cookies = f"{settings.SESSION_COOKIE_NAME}={key}; {settings.CSRF_COOKIE_NAME}={token}"
        found.append({"Cookie": cookies, "X-CSRFToken": token})
    return found


def to_product(one: Draft, key: dict[str, str]) -> bytes:
    """POST /referrals/{id}/bookings."""
    headers = key | {"If-Match": 'W/"1"', "Idempotency-Key": str(uuid4())}
    return request(f"/api/v1/referrals/{one.referral}/bookings", headers, f'{{"pool_slot": "{one.pool_slot}"}}'.encode())


def to_baseline(one: Draft, key: dict[str, str]) -> bytes:
    """POST /baseline/bookings."""
    body = f'{{"referral": "{one.referral}", "pool_slot": "{one.pool_slot}"}}'
    return request("/baseline/bookings", key | {"Idempotency-Key": str(uuid4())}, body.encode())


def booked_rows(server: Any) -> dict[str, int]:
    """What all these bookings left, table by table: the three wrote the same."""
    asked = """
        WITH made AS (SELECT b.public_id FROM referral_booking b WHERE b.number LIKE '8%')
        SELECT count(*), (SELECT count(*) FROM vault_event e JOIN made ON made.public_id = e.object_id),
               (SELECT count(*) FROM vault_auditentry a JOIN made ON made.public_id = a.object_id),
               (SELECT count(*) FROM vault_message m JOIN made ON made.public_id = m.about),
               (SELECT count(*) FROM vault_idempotencykey k JOIN made ON made.public_id = k.result_id),
               (SELECT count(*) FROM reserved_pools_placeevent p JOIN made ON made.public_id = p.about) FROM made
    """
    names = ("bookings", "events", "audit", "messages", "keys", "places")
    return dict(zip(names, map(int, server.sql(asked, "referral").strip().split("|")), strict=True))


def told(turns: dict[str, Turns], switched: dict[str, Any], rows: dict[str, int], noise: dict[str, float]) -> Figure:
    """The product's rate over the function's, round by round; how many times the idiomatic one's; and that one as a fault that shows."""
    of_one = {name: ratio(turns[name], turns["one function"]) for name in ("product", "idiomatic")}
    times = ratio(turns["product"], turns["idiomatic"])
    same, caught = len(set(rows.values())) == 1, of_one["idiomatic"] < FIRST
    return Figure(
        NAME, round(of_one["product"], 3), "of the rate of one SQL function",
        f"≥ {FIRST} and ≥ {TIMES} times the idiomatic door; the same rows; the idiomatic door itself below {FIRST}",
        of_one["product"] >= FIRST and times >= TIMES and same and caught, rows["bookings"],
        {
            "turns": {name: one.told() for name, one in turns.items()},
            "times_idiomatic": round(times, 1),
            "aims": {"of_one_function": [AIM, of_one["product"] >= AIM], "times_idiomatic": [TIMES_AIM, times >= TIMES_AIM]},
            "rows": rows, "clients": CLIENTS, "switched_on": switched, "machine": noise,
            "planted_fault": {"what": "the idiomatic door in the product's place", "of_one_function": round(of_one["idiomatic"], 3)},
        },
    )  # fmt: skip


def ratio(one: Turns, other: Turns) -> float:
    """The median over the rounds."""
    return median(mine / theirs for mine, theirs in zip(one.rates, other.rates, strict=True))
