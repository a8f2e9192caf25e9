"""The processes of a storm: each takes a copy of the arena, a length of time and a mix of acts, and answers with its journal."""

import multiprocessing
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from random import Random, random
from typing import Any

from bench.storm.arena import REFERRALS, RESIDENTS, Arena
from bench.storm.journal import Journal
from bench.storm.player import STALE
from bench.storm.recode import Recode, recoded

SPAWN = multiprocessing.get_context("spawn")
IDLE = 0.005  # seconds until somebody who found nothing to do looks again
PATIENCE = 120  # seconds a process may take beyond its time
LISTED = 0.02  # refusals for which the alternatives are read


@dataclass(frozen=True, slots=True)
class Bout:
    """What a process is asked to do."""

    database: str
    seconds: float
    threads: int
    mix: Mapping[str, float]
    seed: int
    residents: tuple[int, int] = (0, RESIDENTS)  # from which to which
    slots: int = 1000  # the first so many
    stale: float = STALE  # how often a caller saw another version than there is
    recodes: tuple[Recode, ...] = ()


class Troupe:
    """So many processes with the product loaded, waiting for a bout."""

    def __init__(self, size: int, arena: Arena) -> None:
        self.pipes: list[Connection] = []
        self.processes: list[Any] = []
        for _process in range(size):
            ours, theirs = SPAWN.Pipe()
            process = SPAWN.Process(target=live, args=(theirs, arena), daemon=True)
            process.start()
            theirs.close()
            self.pipes.append(ours)
            self.processes.append(process)

    def play(self, bout: Bout) -> Journal:
        """Everybody plays the bout; their journals in one."""
        for nth, pipe in enumerate(self.pipes):
            pipe.send((bout, nth))
        whole = Journal()
        for pipe in self.pipes:
            if not pipe.poll(bout.seconds + PATIENCE):
                raise SystemExit("A process of the storm did not come back.")
            whole.add(pipe.recv())
        return whole

    def go_home(self) -> None:
        """Everybody leaves."""
        for pipe in self.pipes:
            pipe.send(None)
        for process in self.processes:
            process.join(10)


@contextmanager
def troupe(size: int, arena: Arena) -> Iterator[Troupe]:
    """The processes, gone afterwards."""
    found = Troupe(size, arena)
    try:
        yield found
    finally:
        found.go_home()


def live(pipe: Connection, arena: Arena) -> None:
    """One process's life."""
    import django
    from celery import current_app

    django.setup()
    current_app.send_task = lambda *_given, **_more: None  # no worker runs: nobody is to be woken
    spare_alternatives()
    while (asked := pipe.recv()) is not None:
        bout, nth = asked
        pipe.send(played(bout, nth, arena))


def spare_alternatives() -> None:
    """The list of other times a refusal carries is read after its transaction has ended and costs ten times the attempt: one in fifty."""
    from referral.booking import book, move

    for module in (book, move):
        real: Any = module.with_alternatives
        module.with_alternatives = lambda refusal, *given, real=real, **named: (
            real(refusal, *given, **named) if random() < LISTED else refusal
        )


def played(bout: Bout, nth: int, arena: Arena) -> Journal:
    """The threads of one process for the length of a bout."""
    from bench.storm.ground import move_to
    from bench.storm.known import Known
    from bench.storm.player import Player

    move_to(bout.database)
    first, last = bout.residents
    known = Known(replace(arena, referrals=arena.referrals[first * REFERRALS : last * REFERRALS], slots=arena.slots[: bout.slots]))
    known.look()
    players = [Player(known, Random(bout.seed * 1000 + nth * 100 + one), bout.stale) for one in range(bout.threads)]
    with ExitStack() as stack:
        for change in bout.recodes:
            stack.enter_context(recoded(change))
        until = time.monotonic() + bout.seconds
        with ThreadPoolExecutor(bout.threads) as pool:
            list(pool.map(lambda player: act_until(player, until, bout.mix), players, timeout=bout.seconds + PATIENCE / 2))
    whole = Journal()
    for player in players:
        whole.add(player.journal)
    from django.db import connection

    connection.close()
    return whole


def act_until(player: Any, until: float, mix: Mapping[str, float]) -> None:
    """One thread: one act after the other, drawn from the mix, each written down with how it ended."""
    from django.db import connection

    from bench.storm.acts import ACTS

    names, weights = list(mix), list(mix.values())
    while time.monotonic() < until:
        player.known.look()
        name = player.dice.choices(names, weights)[0]
        began = time.perf_counter()
        ended = ended_as(ACTS[name], player)
        if not ended:
            time.sleep(IDLE)
        else:
            player.journal.outcomes[(name, ended)] += 1
            player.journal.seconds[name] += time.perf_counter() - began  # type: ignore[assignment]
    connection.close()


def ended_as(act: Callable[[Any], str], player: Any) -> str:
    """In which words an act ended; a database that gives up a wait is busy, what it or a query refuses by itself is broken.

    Any other exception ends the storm.
    """
    from django.core.exceptions import MultipleObjectsReturned, ObjectDoesNotExist
    from django.db import DatabaseError, OperationalError, connection

    from bench.storm.player import Idle
    from vault.refusal import Refusal

    try:
        return act(player)
    except Idle:
        return ""
    except Refusal as refusal:
        return refusal.code
    except (DatabaseError, MultipleObjectsReturned, ObjectDoesNotExist) as error:
        connection.close()
        state = getattr(error.__cause__, "sqlstate", "") or ""
        if isinstance(error, OperationalError) and state == "55P03":
            return "busy: waited too long for a lock"
        said = (str(error).splitlines() or [""])[0][:80]
        return f"broken: {type(error).__name__} {state} {said}"
