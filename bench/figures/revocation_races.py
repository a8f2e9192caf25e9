"""Revocation against booking: two threads on two connections start together; no booking may commit after the revocation did.

Two such pairs play at the same time, so that both processors are used. The server keeps the instant of each commit, so the
order of the two is read from the database, not from the threads' clocks.
"""

import os
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from queue import SimpleQueue
from threading import Barrier, Thread
from typing import Any
from uuid import uuid4

import psycopg

from bench.figure import Figure, percentile
from bench.stage import stage

NAME = "revocation-races"
DOCTORS = 250  # each races once a batch; what she did is undone before the next one
BATCHES = {"short": 16, "long": 400}
PAIRS = 2
MOST_PLANTED = 8  # batches without the lock, until one race is lost
JITTER = 0.008  # seconds by which one of the two starts later, at most

# Undone by the superuser with triggers off: no step of the product leads back from a revocation.
RESET = """
SET session_replication_role = replica;
DELETE FROM referral_booking;
UPDATE referral_referral SET status = 'draft', version = 1;
UPDATE reserved_pools_poolslot SET claimed = 0;
UPDATE permissions_referralright SET status = 'granted', reason_code = '', version = 1;
UPDATE clinics_targetgrant SET ended_at = NULL;
"""
# The row of the right was last written by the revocation, the row of the booking by the booking.
LATE = """
SELECT count(*), count(*) FILTER (WHERE pg_xact_commit_timestamp(b.xmin) > pg_xact_commit_timestamp(r.xmin))
  FROM referral_booking b JOIN permissions_referralright r ON r.id = b.right_id
"""

Race = Callable[..., tuple[Any, Any]]


@dataclass
class Played:
    """What the races showed."""

    races: int = 0
    late: int = 0
    booked: int = 0
    kept: int = 0  # bookings that stand after a batch; as many as were acknowledged
    answers: Counter[str] = field(default_factory=Counter)
    waits: list[float] = field(default_factory=list)

    def add(self, other: "Played") -> None:
        """One pair's races more."""
        self.races, self.booked = self.races + other.races, self.booked + other.booked
        self.answers += other.answers
        self.waits += other.waits


def measure(profile: str) -> Figure:
    """Batches on the product, then one with the lock taken out of `right_lock`, to show that the figure can fail."""
    with stage(track_commit_timestamp="on") as server:
        from bench.people import doctors, drafts
        from tests.cast_referral import world

        cast = world()
        team = [doctor for doctor, _header in doctors(cast, DOCTORS)]
        referrals, place = drafts(cast, DOCTORS), cast.place(places=DOCTORS)
        with ExitStack() as stack:
            pairs = [stack.enter_context(pair()) for _pair in range(PAIRS)]
            played, planted = Played(), Played()
            for _batch in range(BATCHES[profile]):
                play(cast, team, referrals, place, pairs, played)
                server.sql(RESET, "referral")
            with planted_fault():
                while not planted.late and planted.races < MOST_PLANTED * DOCTORS:
                    server.sql(RESET, "referral")
                    play(cast, team, referrals, place, pairs, planted)
        return told(played, planted, deadlocks())


def play(cast: Any, team: list[Any], referrals: list[Any], place: Any, pairs: list[Race], played: Played) -> None:
    """Each doctor books while the district revokes her right, the doctors shared out among the pairs."""
    with ThreadPoolExecutor(len(pairs)) as pool:
        shares = [(team[start :: len(pairs)], referrals[start :: len(pairs)]) for start in range(len(pairs))]
        for part in pool.map(lambda share, race: play_share(cast, share[0], share[1], place, race), shares, pairs):
            played.add(part)
    kept, late = asked(LATE)
    played.kept, played.late = played.kept + kept, played.late + late


def play_share(cast: Any, team: list[Any], referrals: list[Any], place: Any, race: Race) -> Played:
    """One pair's races, one after the other."""
    from clinics import rights
    from referral.booking.book import book

    played = Played()
    for doctor, referral in zip(team, referrals, strict=True):
        head_start = random.uniform(-JITTER, JITTER)
        (booked, _), (revoked, wait) = race(
            lambda doctor=doctor, referral=referral: book(
                referral=referral.public_id, pool_slot=place.public_id, version=1, key=str(uuid4()), by=doctor
            ),
            lambda doctor=doctor: rights.revoke(doctor.post.right, by=cast.district_admin, reason="own_request"),
            head_start,
        )
        played.races += 1
        played.booked += booked == "done"
        played.answers[f"booking {booked}, revocation {revoked}"] += 1
        played.waits.append(wait)
    return played


@contextmanager
def pair() -> Iterator[Race]:
    """Two threads with a connection each, which take two acts, start them together and say how each ended and how long it took."""
    barrier = Barrier(3)
    inboxes: tuple[SimpleQueue[Any], ...] = (SimpleQueue(), SimpleQueue())
    outboxes: tuple[SimpleQueue[Any], ...] = (SimpleQueue(), SimpleQueue())
    threads = [Thread(target=live, args=(barrier, *boxes), daemon=True) for boxes in zip(inboxes, outboxes, strict=True)]
    for thread in threads:
        thread.start()

    def race(first: Callable[[], Any], second: Callable[[], Any], head_start: float) -> tuple[Any, Any]:
        inboxes[0].put((first, max(-head_start, 0)))
        inboxes[1].put((second, max(head_start, 0)))
        barrier.wait(60)
        return outboxes[0].get(timeout=60), outboxes[1].get(timeout=60)

    yield race
    for inbox in inboxes:
        inbox.put(None)
    for thread in threads:
        thread.join(10)


def live(barrier: Barrier, inbox: "SimpleQueue[Any]", outbox: "SimpleQueue[Any]") -> None:
    """One thread's life: take an act, wait for the start, do it after the pause, say how it ended."""
    from django.db import connection

    from vault.refusal import Refusal

    while (task := inbox.get()) is not None:
        act, pause = task
        barrier.wait(60)
        time.sleep(pause)
        began = time.perf_counter()
        try:
            act()
            ended = "done"
        except Refusal as refusal:
            ended = refusal.code
        outbox.put((ended, (time.perf_counter() - began) * 1000))
    connection.close()


@contextmanager
def planted_fault() -> Iterator[None]:
    """The right read without its lock: a booking that saw it in force goes on while it is taken away."""
    from vault.sqlfiles import read

    text = read("permissions", "right_lock.sql")
    assert "FOR NO KEY UPDATE;" in text
    install(text.replace("FOR NO KEY UPDATE;", ";"))
    yield
    install(text)


def install(function: str) -> None:
    """Replaces the function as the owner of the schema."""
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"]) as owner:
        owner.execute(function.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION").encode())


def asked(query: str) -> Any:
    """One row of the database."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchone()


def deadlocks() -> int:
    """How many deadlocks the database has counted."""
    (count,) = asked("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
    return int(count)


def told(played: Played, planted: Played, deadlocked: int) -> Figure:
    """Bookings that committed after the revocation, the mix of outcomes and the revoker's time."""
    mixed = 0 < played.booked < played.races
    return Figure(
        NAME, played.late, "bookings committed after the revocation", "0, in races that end both ways, and more than 0 without the lock",
        played.late == 0 and played.kept == played.booked and mixed and deadlocked == 0 and planted.late > 0, played.races,
        {
            "answers": dict(played.answers), "bookings_acknowledged": played.booked, "bookings_kept": played.kept, "deadlocks": deadlocked,
            "revoker_ms": {str(share): round(percentile(played.waits, share), 1) for share in (0.5, 0.99, 1)},
            "planted_fault": {"what": "right_lock without FOR NO KEY UPDATE", "races": planted.races, "late": planted.late},
        },
    )  # fmt: skip
