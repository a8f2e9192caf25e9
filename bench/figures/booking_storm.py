"""A storm of bookings: threads and processes book, cancel, move, undo, miss, stop, choose, release, resize, revoke and grant at once.

A few residents and places are shared by several doctors whose rights come and go; every act is the product's own use case, on real
connections. A round begins on a fresh copy of the same small district; at its quiet end everything is recounted in plain SQL and
compared with what each hand was told. An attempt is one call of a use case, whatever came of it. The long profile goes on until
1,000,000 attempts or the minutes of STORM_MINUTES are over, whichever is first, and says which.
"""

import os
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from bench.figure import Figure
from bench.stage import stage
from bench.storm.hands import Bout, Troupe, troupe
from bench.storm.journal import Journal

NAME = "booking-storm"
PROCESSES, THREADS = 4, 3
WANTED = {"short": 1_000_000, "long": 1_000_000}  # attempts
MINUTES = {"short": 1.0, "long": 90.0}
ROUND = {"short": 20, "long": 75}  # seconds
PLANTED_SECONDS, PLANTED_SLICES = 4, 6
# In a minute; the long profile asks for every kind of the mix, also for one that never began.
MUST_HAPPEN = ("book", "cancel", "move", "right", "resize", "release", "stop", "search", "choose", "miss")
TURNS = ((), ("limit_3_months_binds_referrals",), (), ("churn_applies",))  # which rules bind besides, round by round


SUCCEEDED = ("done", "entered", "suspended", "revoked", "reinstated")


@dataclass
class Storm:
    """All rounds together."""

    journal: Journal = field(default_factory=Journal)
    faults: Counter[str] = field(default_factory=Counter)
    rounds: int = 0
    seconds: float = 0.0


def measure(profile: str) -> Figure:
    """The storm on the product, then a little of it without the resident's lock, to show that the figure can fail."""
    with stage(track_commit_timestamp="on", more={"CELERY_BROKER_URL": "memory://"}) as server:
        arena = prepared(server)
        with troupe(PROCESSES, arena) as hands:
            stormed = storm(server, hands, arena, profile)
            planted = planted_fault(server, hands, arena)
    return told(stormed, planted, profile)


def prepared(server: Any) -> Any:
    """The arena, with nobody connected to it any more."""
    from celery import current_app
    from django.db import connection

    from bench.storm.arena import built

    current_app.send_task = lambda *_given, **_more: None  # no worker runs: nobody is to be woken
    arena = built()
    connection.close()
    server.sql("ANALYZE", "referral")
    return arena


def storm(server: Any, hands: Troupe, arena: Any, profile: str) -> Storm:
    """Round after round until there were enough attempts, or the time is over."""
    from bench.storm.acts import MIX, SHORT_MIX
    from bench.storm.rounds import play

    done, until = Storm(), time.monotonic() + 60 * float(os.environ.get("STORM_MINUTES", MINUTES[profile]))
    while done.journal.attempts < WANTED[profile] and (left := until - time.monotonic()) > 1:
        seconds = min(ROUND[profile], left)
        bout = Bout(f"storm_{done.rounds}", seconds, THREADS, SHORT_MIX if profile == "short" else MIX, seed=done.rounds * 10)
        one = play(server, hands, arena, bout, rules=TURNS[done.rounds % len(TURNS)])
        done.faults += one.faults
        done.seconds += seconds
        done.rounds += 1
        done.journal.outcomes += one.journal.outcomes
        done.journal.seconds += one.journal.seconds
        so_far, rate = done.journal.attempts, one.journal.attempts / seconds
        print(f"round {done.rounds}: {one.journal.attempts} attempts, {rate:.0f}/s, {so_far} so far, {dict(one.faults)}", flush=True)
    print(table(done), flush=True)
    return done


def planted_fault(server: Any, hands: Troupe, arena: Any) -> Any:
    """Bookings without the resident's lock, until somebody is over a limit."""
    from bench.storm.rounds import play
    from bench.storm.walls import patient_lock

    bout = Bout("storm_planted", PLANTED_SECONDS, THREADS, {"book": 6, "cancel": 1, "release": 0.5}, 1, (4, 7), 12)
    return play(server, hands, arena, bout, spoil=patient_lock(), slices=PLANTED_SLICES)


def by_kind(done: Storm) -> dict[str, Counter[str]]:
    """How the attempts of each kind ended."""
    found: dict[str, Counter[str]] = {}
    for (act, ended), times in done.journal.outcomes.items():
        found.setdefault(act, Counter())[ended] += times
    return dict(sorted(found.items(), key=lambda pair: -pair[1].total()))


def table(done: Storm) -> str:
    """Each kind with its number, its rate and how its attempts ended."""
    lines = [f"{'act':12}{'attempts':>10}{'per s':>8}  ended"]
    for act, ends in by_kind(done).items():
        said = ", ".join(f"{ended} {times}" for ended, times in ends.most_common())
        lines.append(f"{act:12}{ends.total():>10}{ends.total() / max(done.seconds, 1):>8.1f}  {said}")
    return "\n".join(lines)


def told(done: Storm, planted: Any, profile: str) -> Figure:
    """Everything found, how often it was tried, and what the planted fault did."""
    from bench.storm.acts import MIX

    attempts, kinds, wrong = done.journal.attempts, by_kind(done), done.faults.total()
    wanted = MUST_HAPPEN if profile == "short" else tuple(MIX)
    missed = [act for act in wanted if not any(map(is_done, kinds.get(act, ())))]
    enough = profile == "short" or attempts >= WANTED[profile]
    return Figure(
        NAME, wrong, "places over capacity, limits exceeded, duplicates, deadlocks and other faults",
        "0, every kind of act having succeeded, and more than 0 without the resident's lock; long: in 1,000,000 attempts",
        wrong == 0 and not missed and enough and bool(planted.faults), attempts,
        {
            "processes": PROCESSES, "threads_each": THREADS, "rounds": done.rounds,
            "attempts_per_second": round(attempts / max(done.seconds, 1)),
            "over_capacity": done.faults["a slot over its capacity"], "deadlocks": done.faults["a deadlock"],
            "over_a_limit": sum(times for fault, times in done.faults.items() if fault.startswith("over the limit")),
            "duplicates": sum(times for fault, times in done.faults.items() if "twice" in fault or "two " in fault),
            "faults": dict(done.faults), "ended": {act: dict(ends.most_common()) for act, ends in kinds.items()},
            "never_succeeded": missed, "stopped_by": "attempts" if attempts >= WANTED[profile] else "time",
            "planted_fault": {
                "what": "booking_facts without the resident's lock", "attempts": planted.journal.attempts, "faults": dict(planted.faults),
            },
        },
    )  # fmt: skip


def is_done(ended: str) -> bool:
    """Whether an act that ended in these words has succeeded; refused, too early, busy and broken ones have not."""
    return ended in SUCCEEDED
