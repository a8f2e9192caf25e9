"""Starts many acts at the same moment, each in a thread with a connection of its own; and tells which tables an act locks."""

import re
import time
from collections.abc import Callable, Sequence
from functools import partial
from threading import Barrier, Thread
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from vault.refusal import Refusal

WAITS_FOR_ME = "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid)))"
LOCK = re.compile(r'FROM "(\w+)".*FOR NO KEY UPDATE', re.DOTALL)


def race(acts: Sequence[Callable[[], Any]]) -> list[Any]:
    """The answers in the order of the acts; a refusal is its code, any other error its text."""
    barrier, answers = Barrier(len(acts)), [None] * len(acts)

    def run(index: int, act: Callable[[], Any]) -> None:
        try:
            connection.ensure_connection()
            barrier.wait(timeout=20)
            answers[index] = act()
        except Refusal as refusal:
            answers[index] = refusal.code
        except Exception as error:  # noqa: BLE001  the assertion shows it
            answers[index] = f"{type(error).__name__}: {error}"
        finally:
            connection.close()

    threads = [Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def outcomes(deeds: Sequence[Callable[[], Any]]) -> list[str]:
    """What became of deeds that answer nothing of interest, in their order: "done", or the code of a refusal."""

    def through(deed: Callable[[], Any]) -> str:
        deed()
        return "done"

    return race([partial(through, deed) for deed in deeds])


def at_once(*deeds: Callable[[], Any]) -> list[str]:
    """The same, sorted."""
    return sorted(outcomes(deeds))


def until_somebody_waits_for_me(seconds: float = 10) -> None:
    """Return as soon as another connection waits for a lock of this one's transaction; a wall that is not there fails here."""
    end = time.monotonic() + seconds
    with connection.cursor() as cursor:
        while time.monotonic() < end:
            cursor.execute(WAITS_FOR_ME)
            if cursor.fetchone()[0]:
                return
            time.sleep(0.01)
    raise AssertionError("nobody waited")


def locks_of(act: Callable[[], Any]) -> list[str]:
    """The tables a use case locks, in its order."""
    with CaptureQueriesContext(connection) as queries:
        act()
    return [found[1] for query in queries if (found := LOCK.search(query["sql"]))]


def deadlocks() -> int:
    """How many deadlocks this database has counted so far."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return cursor.fetchone()[0]
