"""Oversold places: 32 clients in separate processes want 20 places through HTTP; exactly 20 may get one, in every round."""

import os
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import psycopg

from bench.crowd import Answer, Crowd, Strike
from bench.figure import Figure, percentile
from bench.stage import stage, web

NAME = "oversell"
CLIENTS, PLACES = 32, 20
ROUNDS = {"short": 20, "long": 2000}
PLANTED_ROUNDS = 3
GUARD = """       AND place.published > place.claimed + place.held + place.cooling + place.returned
                             + CASE WHEN place.late_opens_at > clock_timestamp() THEN place.late ELSE 0 END
"""


def measure(profile: str) -> Figure:
    """Rounds on the product, then a few with the guard taken out of the claim, to show that the figure can fail."""
    rounds = ROUNDS[profile]
    with stage(), web() as (host, port):
        from bench.people import doctors
        from tests.cast_referral import world

        cast, crowd = world(), Crowd(CLIENTS, host, port)
        team = doctors(cast, CLIENTS)
        played = [play(cast, crowd, team) for _ in range(rounds)]
        with planted_fault():
            planted = [play(cast, crowd, team) for _ in range(PLANTED_ROUNDS)]
        crowd.go_home()
    return told(played, planted)


def play(cast: Any, crowd: Crowd, team: list[tuple[Any, dict[str, str]]]) -> tuple[int, list[Answer]]:
    """One round: how many bookings hold the place afterwards, and every answer."""
    from bench.people import drafts
    from referral.booking.models import Booking

    place = cast.place(places=PLACES)
    strikes = [
        Strike(
            f"/api/v1/referrals/{referral.public_id}/bookings",
            header | {"If-Match": 'W/"1"', "Idempotency-Key": str(uuid4())},
            {"pool_slot": str(place.public_id)},
        )
        for referral, (_doctor, header) in zip(drafts(cast, CLIENTS), team, strict=True)
    ]
    answers = crowd.strike(strikes)
    return Booking.objects.filter(pool_slot=place).count(), answers


@contextmanager
def planted_fault() -> Iterator[None]:
    """The claim without its guard and without the CHECK behind it, slowed a little so that the race is sure to happen."""
    from vault.sqlfiles import read

    text = read("reserved_pools", "pool_claim.sql")
    assert GUARD in text
    careless = text.replace(GUARD, "").replace("BEGIN\n", "BEGIN\n    PERFORM pg_sleep(0.05);\n", 1)
    install(careless, "ALTER TABLE reserved_pools_poolslot DROP CONSTRAINT pool_slot_never_oversold")
    yield
    install(text, "")


def install(function: str, then: str) -> None:
    """Replaces the function as the owner of the schema."""
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"]) as owner:
        owner.execute(function.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION").encode())
        if then:
            owner.execute(then.encode())


def told(played: list[tuple[int, list[Answer]]], planted: list[tuple[int, list[Answer]]]) -> Figure:
    """The sum: oversold places, whether every round was exact, and what the planted fault did."""
    answers = [answer for _, round_answers in played for answer in round_answers]
    booked = [held for held, _ in played]
    acknowledged = [sum(answer.status == 201 for answer in round_answers) for _, round_answers in played]
    oversold = sum(max(held - PLACES, 0) for held in booked)
    oversold_when_planted = sum(max(held - PLACES, 0) for held, _ in planted)
    statuses = Counter(f"{answer.status} {answer.code}".strip() for answer in answers)
    exact = all(held == PLACES == said for held, said in zip(booked, acknowledged, strict=True))
    clean = set(statuses) == {"201", "409 slot_not_available"}
    return Figure(
        NAME, oversold, "places oversold", f"0, and exactly {PLACES} of {PLACES} in every round",
        exact and clean and oversold_when_planted > 0, len(answers),
        {
            "rounds": len(played), "clients": CLIENTS, "places": PLACES, "booked_per_round": [min(booked), max(booked)],
            "answers": dict(statuses), "p50_ms": round(percentile([a.milliseconds for a in answers], 0.5), 1),
            "p99_ms": round(percentile([a.milliseconds for a in answers], 0.99), 1),
            "planted_fault": {"what": "claim without its guard", "rounds": len(planted), "oversold": oversold_when_planted},
        },
    )  # fmt: skip
