"""The sealer beside the bookings: sealing once, as the supervisor runs it, and what it takes of their throughput."""

import os
import random
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

from bench.figure import ROOT
from deploy import processes

EACH, THREADS, RESAMPLES = 80, 4, 4000


def sealed() -> None:
    """One seal and one anchor, by the only role that may."""
    command = [sys.executable, "manage.py", "seal", "--once"]
    subprocess.run(command, cwd=ROOT, env=os.environ | {"DATABASE_ROLE": "sealer"}, check=True, capture_output=True)


@contextmanager
def sealing() -> Iterator[Any]:
    """The sealer as the supervisor runs it."""
    child = processes.start([sys.executable, "manage.py", "seal"], cwd=ROOT, env=os.environ | {"DATABASE_ROLE": "sealer"})
    time.sleep(2.5)
    try:
        yield child
    finally:
        child.send_signal(signal.SIGCONT)
        processes.stop(child, signal.SIGTERM)


def cost(cast: Any, rounds: int) -> dict[str, Any]:
    """Bookings a second with the sealer stopped and running, in turn; the loss with its 95 % interval."""
    rates: dict[str, list[float]] = {"off": [], "on": []}
    with sealing() as sealer:
        booked_per_second(cast)
        for _round in range(rounds):
            for kind in random.sample(("off", "on"), 2):
                sealer.send_signal(signal.SIGSTOP if kind == "off" else signal.SIGCONT)
                if kind == "on":
                    caught_up()
                rates[kind].append(booked_per_second(cast))
        sealer.send_signal(signal.SIGCONT)
    resampled = sorted(loss({kind: random.choices(values, k=rounds) for kind, values in rates.items()}) for _ in range(RESAMPLES))
    interval = [resampled[int(RESAMPLES * share)] for share in (0.025, 0.975)]
    return {
        "bookings_per_second": {kind: round(statistics.median(values), 1) for kind, values in rates.items()},
        "loss": round(loss(rates), 4), "interval_95": [round(end, 4) for end in interval], "rounds": rounds, "each": EACH,
    }  # fmt: skip


def loss(rates: dict[str, list[float]]) -> float:
    """The share of throughput that sealing takes; negative when it seems to give some."""
    return 1 - statistics.median(rates["on"]) / statistics.median(rates["off"])


def booked_per_second(cast: Any) -> float:
    """A round of bookings by some threads."""
    from django.db import connection

    from bench.people import drafts
    from referral.booking.book import book

    place, referrals = cast.place(places=EACH), drafts(cast, EACH)

    def run(own: list[Any]) -> None:
        for referral in own:
            book(referral=referral.public_id, pool_slot=place.public_id, version=1, key=str(uuid4()), by=cast.doctor)
        connection.close()

    began = time.perf_counter()
    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(run, [referrals[start::THREADS] for start in range(THREADS)]))  # a refusal is told, not swallowed
    return EACH / (time.perf_counter() - began)


def caught_up() -> None:
    """Until the sealer has closed what was written while it stood still."""
    from vault.audit.seal import waiting_seconds

    deadline = time.monotonic() + 20
    while waiting_seconds() > 1.5 and time.monotonic() < deadline:
        time.sleep(0.1)
