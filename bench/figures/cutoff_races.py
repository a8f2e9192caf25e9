"""Races at the cut-off: booking, release, resizing, giving back, cooling and stopping meet on one pool slot while its moment passes.

In every tenth race the real `book` takes the place for a referral, and the real `cancel_by_referrer` may take it back; in the
others `claim` takes it for an owner who is written down. Release is `close_due` and `release_cooled`, resizing `resize`, stopping
the session's step with `withdraw`. The cut-off is the data's: each race moves it to a few milliseconds ahead.
"""

import os
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from threading import Event, Thread
from typing import Any
from uuid import uuid4

import psycopg

from bench.figure import Figure, percentile
from bench.hands import Act, Ended, Meet, crew
from bench.places import Ledger, faults
from bench.slots import Race, arranged, asked
from bench.stage import stage

NAME = "cutoff-races"
RACES = {"short": 5_000, "long": 100_000}
PLANTED_RACES = 400  # at most; until the fault is seen
CREWS = 3  # play at the same time, each on slots of its own
HANDS = 4
AHEAD, JITTER, SLOWER = 0.008, 0.012, 4  # seconds to the cut-off, and by which a hand comes later, at most; times so many
SAMPLE = 0.05
NEGATIVE = """
SELECT count(*) FROM reserved_pools_poolslot
 WHERE published < claimed + held + cooling + returned OR least(published, claimed, held, cooling, returned) < 0
"""
MOVE_CUTOFF = "UPDATE reserved_pools_poolslot SET closes_at = clock_timestamp() + %s * interval '1 second' WHERE id = %s"


@dataclass
class Played:
    """What the races showed."""

    races: int = 0
    answers: Counter[str] = field(default_factory=Counter)
    ledger: Ledger = field(default_factory=Ledger)
    waits: list[float] = field(default_factory=list)
    faults: Counter[str] = field(default_factory=Counter)
    negative: int = 0
    samples: int = 0


def measure(profile: str) -> Figure:
    """The races on the product, then some with each fault planted, to show that the figure can fail."""
    with stage():
        from tests.cast_referral import world

        cast = world()
        played = raced(cast, RACES[profile])
        counted = deadlocks()
        planted = {}
        for name in PLANTED:
            with planted_fault(name):
                planted[name] = raced(cast, PLANTED_RACES, bookings=False)
        return told(played, planted, counted)


def raced(cast: Any, number: int, *, bookings: bool = True) -> Played:
    """So many races, shared out among the crews, watched while they run and judged when every cut-off has passed."""
    from reserved_pools.release import close_due

    races, played = arranged(cast, number, bookings), Played(races=number)
    played.ledger.holders |= {(race.slot.pk, race.holder) for race in races}
    with ExitStack() as stack:
        crews = [stack.enter_context(crew(HANDS)) for _crew in range(CREWS)]
        stack.enter_context(watched(played))
        with ThreadPoolExecutor(CREWS) as pool:
            ended = pool.map(lambda nth: run(cast, races[nth::CREWS], crews[nth], played.ledger), range(CREWS))
            for answer, wait in (one for share in ended for one in share):
                played.answers[answer] += 1
                played.waits.append(wait)
    time.sleep(AHEAD * SLOWER)
    close_due()
    played.faults += faults([race.slot.pk for race in races], played.ledger)
    played.faults.update({answer: times for answer, times in played.answers.items() if answer.startswith("broken")})
    return played


def run(cast: Any, races: list[Race], meet: Meet, ledger: Ledger) -> list[Ended]:
    """One crew's races, one after the other: how each act ended."""
    from django.db import connection

    ended: list[Ended] = []
    for race in races:
        slower = SLOWER if race.referral else 1  # a booking in earnest takes longer than a claim
        with connection.cursor() as cursor:
            cursor.execute(MOVE_CUTOFF, [AHEAD * slower, race.slot.pk])
        ended += meet(acts(cast, race, ledger), JITTER * slower)
    connection.close()
    return ended


def acts(cast: Any, race: Race, ledger: Ledger) -> list[Act]:
    """What the four hands do in one race, in no order."""
    found = [lambda: taking(cast, race, ledger), releasing, lambda: resizing(race, ledger)]
    found.append((lambda: stopping(race)) if race.is_stopped else (lambda: giving_back(race, ledger)))
    return found


def taking(cast: Any, race: Race, ledger: Ledger) -> str:
    """Somebody wants a place: a referral by the use case, perhaps taken back at once, or an owner who is written down."""
    if race.referral is not None:
        return booking(cast, race)
    from django.db import transaction

    from reserved_pools.claims import claim

    owner = uuid4()
    with transaction.atomic(durable=True):
        took = claim(race.slot.pk, about=owner)
    if took:
        ledger.holders.add((race.slot.pk, owner))
    return f"claim {'took a place' if took else 'found none'}"


def booking(cast: Any, race: Race) -> str:
    """The use case, and for every second referral its cancellation while the release goes on."""
    from referral.booking.book import book
    from referral.booking.cancel import cancel_by_referrer

    made = book(referral=race.referral.public_id, pool_slot=race.slot.public_id, version=1, key=str(uuid4()), by=cast.doctor)
    if race.referral.pk % 2:
        cancel_by_referrer(made, expected_version=1, reason="test", by=cast.doctor)
        return "book and cancel done"
    return "book done"


def releasing() -> str:
    """The worker at its minute: what has cooled opens, what is due closes."""
    from reserved_pools.release import close_due, release_cooled

    opened, (closed, _places) = release_cooled(), close_due()
    return "release " + ("did something" if opened or closed else "found nothing due")


def resizing(race: Race, ledger: Ledger) -> str:
    """The coordinator gives the slot a place more or takes one away."""
    from django.db import transaction

    from reserved_pools.resizing import resize

    change = 1 if race.slot.pk % 3 else -1
    with transaction.atomic(durable=True):
        done = resize(race.slot.pk, change, reason="race")
    if done:
        ledger.resized[race.slot.pk] += change
    return f"resize {'done' if done else 'refused'}"


def giving_back(race: Race, ledger: Ledger) -> str:
    """Who held a place before gives it back; it cools for a few milliseconds, so that cooling ends in the race too."""
    from django.utils import timezone

    until = timezone.now() + timedelta(seconds=AHEAD / 4)
    done = asked("SELECT pool_give_back(%s, %s, %s)", race.slot.pk, race.holder, until)
    if done:
        ledger.holders.discard((race.slot.pk, race.holder))
    return f"give back {'done' if done else 'refused'}"


def stopping(race: Race) -> str:
    """The session does not take place: its state and its places in one transaction."""
    from django.db import transaction

    from clinics.models import ClinicSession
    from reserved_pools.withdrawing import withdraw
    from vault.actor import SYSTEM
    from vault.states import advance

    with transaction.atomic(durable=True):
        session = ClinicSession.objects.get(pk=race.slot.slot.session_id)
        advance(session, "stopped", by=SYSTEM, reason="race")
        places = withdraw([session], reason="stopped", about=session.public_id)
    return "stop " + ("withdrew places" if places else "found none")


@contextmanager
def watched(played: Played) -> Iterator[None]:
    """Looks for a negative number while the races run."""
    over = Event()

    def watch() -> None:
        from django.db import connection

        while not over.wait(SAMPLE):
            played.samples += 1
            played.negative += asked(NEGATIVE)
        connection.close()

    thread = Thread(target=watch, daemon=True)
    thread.start()
    yield
    over.set()
    thread.join(10)


OPEN = """       AND place.closed_at IS NULL
       AND place.closes_at > clock_timestamp()
"""
# Each: the file, the words taken out, and what stands there instead.
PLANTED: dict[str, tuple[str, str, str]] = {
    "release without its lock": ("pool_close.sql", "       FOR NO KEY UPDATE;", ";\n    PERFORM pg_sleep(0.003);"),
    "giving back forgets its event": ("pool_give_back.sql", "ARRAY['given_back']", "ARRAY[]::text[]"),
    "resizing asks no longer whether the slot is open": ("pool_resize.sql", OPEN, ""),
}


@contextmanager
def planted_fault(name: str) -> Iterator[None]:
    """One of the functions with one of its walls taken out."""
    from vault.sqlfiles import read

    file, wall, instead = PLANTED[name]
    text = read("reserved_pools", file)
    assert wall in text, name
    install(text.replace(wall, instead))
    yield
    install(text)


def install(function: str) -> None:
    """Replaces the function as the owner of the schema."""
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"]) as owner:
        owner.execute(function.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION").encode())


def deadlocks() -> int:
    """How many deadlocks the database has counted."""
    return int(asked("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"))


def told(played: Played, planted: dict[str, Played], deadlocked: int) -> Figure:
    """The faults found, the mix of outcomes, and what each planted fault did."""
    wrong = sum(played.faults.values()) + played.negative
    mixed = all(
        0 < played.answers[one] < played.races for one in ("claim took a place", "claim found none", "resize done", "resize refused")
    )
    seen = {name: sum(one.faults.values()) + one.negative for name, one in planted.items()}
    return Figure(
        NAME, wrong, "slots or moves that do not add up",
        "0 and no deadlock, in races that end both ways; more than 0 with each planted fault",
        wrong == 0 and deadlocked == 0 and mixed and all(seen.values()), played.races,
        {
            "hands": HANDS, "acts": len(played.waits), "answers": dict(sorted(played.answers.items())), "faults": dict(played.faults),
            "negative_samples": played.negative, "samples": played.samples, "deadlocks": deadlocked,
            "act_ms": {str(share): round(percentile(played.waits, share), 1) for share in (0.5, 0.99, 1)},
            "planted_faults": {
                name: {"races": one.races, "found": seen[name], "faults": dict(one.faults)} for name, one in planted.items()
            },
        },
    )  # fmt: skip
