"""What one booking costs: statements, round trips, CPU and time, beside the same booking in idiomatic ORM and DRF.

Both run through the whole HTTP stack in this process (no sockets), on one connection, in interleaved rounds.
"""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import median
from typing import Any
from uuid import uuid4

from bench.backend import backend_cpu
from bench.figure import Figure, percentile
from bench.stage import stage

NAME = "booking-cost"
ROUNDS, EACH = {"short": 5, "long": 20}, {"short": 40, "long": 200}
WARM = 10


@dataclass
class Cost:
    """One variant's rounds: milliseconds of Python CPU and of the database's backend per booking, and each booking's time."""

    python: list[float] = field(default_factory=list)
    backend: list[float] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    statements: int = 0

    def told(self) -> dict[str, float]:
        return {
            "python_cpu_ms": round(median(self.python), 2),
            "backend_cpu_ms": round(median(self.backend), 2),
            "p50_ms": round(percentile(self.times, 0.5), 2),
            "p95_ms": round(percentile(self.times, 0.95), 2),
            "statements": self.statements,
        }


def measure(profile: str) -> Figure:
    """Interleaved rounds of the product's door, the product's use case alone, and the baseline's door."""
    with stage():
        from django.db import transaction
        from django.test import Client
        from django.test.utils import override_settings

        from clinics.mirror import mirror
        from tests.cast import bearer
        from tests.cast_referral import world

        cast = world()
        with transaction.atomic():
            mirror([cast.zhou.user_id])
        with override_settings(ROOT_URLCONF="bench.baseline.urls"):
            client = Client(headers=bearer(cast.zhou.user))
            variants = {
                "ours": lambda referral, place: through_our_door(client, referral, place),
                "use_case": lambda referral, place: by_the_use_case(cast, referral, place),
                "baseline": lambda referral, place: through_the_baseline(client, referral, place),
            }
            costs = {name: Cost() for name in variants}
            for name, act in variants.items():
                warm_up(cast, act, costs[name])
            for _round in range(ROUNDS[profile]):
                for name, act in variants.items():
                    play(cast, act, costs[name], EACH[profile])
    return told(costs, ROUNDS[profile] * EACH[profile])


def through_our_door(client: Any, referral: Any, place: Any) -> None:
    """POST /referrals/{id}/bookings."""
    answer = client.post(
        f"/api/v1/referrals/{referral.public_id}/bookings",
        json.dumps({"pool_slot": str(place.public_id)}),
        content_type="application/json",
        headers={"If-Match": 'W/"1"', "Idempotency-Key": str(uuid4())},
    )
    assert answer.status_code == 201, answer.content


def by_the_use_case(cast: Any, referral: Any, place: Any) -> None:
    """The function behind the door."""
    from referral.booking.book import book

    book(referral=referral.public_id, pool_slot=place.public_id, version=1, key=str(uuid4()), by=cast.doctor)


def through_the_baseline(client: Any, referral: Any, place: Any) -> None:
    """POST /baseline/bookings."""
    answer = client.post(
        "/baseline/bookings",
        json.dumps({"referral": str(referral.public_id), "pool_slot": str(place.public_id)}),
        content_type="application/json",
        headers={"Idempotency-Key": str(uuid4())},
    )
    assert answer.status_code == 201, answer.content


def warm_up(cast: Any, act: Callable[[Any, Any], None], cost: Cost) -> None:
    """First calls, and the count of statements of one call (each one round trip)."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    play(cast, act, Cost(), WARM)
    (pair,) = arranged(cast, 1)
    with CaptureQueriesContext(connection) as queries:
        act(*pair)
    cost.statements = len(queries)


def play(cast: Any, act: Callable[[Any, Any], None], cost: Cost, number: int) -> None:
    """So many bookings one after another; what was arranged before does not count."""
    pairs = arranged(cast, number)
    backend, python = backend_cpu(), time.process_time()
    for referral, place in pairs:
        began = time.perf_counter()
        act(referral, place)
        cost.times.append((time.perf_counter() - began) * 1000)
    cost.python.append((time.process_time() - python) * 1000 / number)
    cost.backend.append((backend_cpu() - backend) * 1000 / number)


def arranged(cast: Any, number: int) -> list[tuple[Any, Any]]:
    """Referrals of different residents, and one roomy place for all of them."""
    from bench.people import drafts

    place = cast.place(places=number)
    return [(referral, place) for referral in drafts(cast, number)]


def told(costs: dict[str, Cost], n: int) -> Figure:
    """Our CPU per booking, and how many times more the baseline takes."""
    ours, baseline = costs["ours"].told(), costs["baseline"].told()
    ratios = {name: round(baseline[name] / ours[name], 1) for name in ("python_cpu_ms", "p50_ms", "statements") if ours[name]}
    detail = {name: cost.told() for name, cost in costs.items()} | {"baseline_over_ours": ratios}
    detail["note"] = "a statement is a round trip, BEGIN and COMMIT included; the door adds the person and the answer to the use case"
    return Figure(NAME, ours["python_cpu_ms"], "ms of Python CPU per booking", "none yet", costs["use_case"].statements <= 4, n, detail)
