"""Starts many acts at the same moment, each in a thread with a connection of its own."""

from collections.abc import Callable, Sequence
from functools import partial
from threading import Barrier, Thread
from typing import Any

from django.db import connection

from vault.refusal import Refusal


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


def at_once(*deeds: Callable[[], Any]) -> list[str]:
    """What became of deeds that answer nothing of interest, sorted: "done", or the code of a refusal."""

    def through(deed: Callable[[], Any]) -> str:
        deed()
        return "done"

    return sorted(race([partial(through, deed) for deed in deeds]))


def deadlocks() -> int:
    """How many deadlocks this database has counted so far."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return cursor.fetchone()[0]
