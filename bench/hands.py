"""Hands that do something to the same thing at nearly the same moment: threads with a connection of their own."""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from queue import SimpleQueue
from threading import Thread
from typing import Any

Act = Callable[[], str]
Ended = tuple[str, float]  # in which words, after how many milliseconds
Meet = Callable[[list[Act], float], list[Ended]]


@contextmanager
def crew(hands: int) -> Iterator[Meet]:
    """So many hands that take an act each, begin within `jitter` seconds, and say how it ended and how long it took."""
    inboxes: list[SimpleQueue[Any]] = [SimpleQueue() for _hand in range(hands)]
    answers: SimpleQueue[Ended] = SimpleQueue()
    threads = [Thread(target=live, args=(inbox, answers), daemon=True) for inbox in inboxes]
    for thread in threads:
        thread.start()

    def meet(wanted: list[Act], jitter: float) -> list[Ended]:
        start = time.perf_counter()
        for inbox, act in zip(inboxes, wanted, strict=True):
            inbox.put((act, start + random.uniform(0, jitter)))
        return [answers.get(timeout=60) for _act in wanted]

    yield meet
    for inbox in inboxes:
        inbox.put(None)
    for thread in threads:
        thread.join(10)


def live(inbox: "SimpleQueue[Any]", answers: "SimpleQueue[Ended]") -> None:
    """One hand's life: take an act, wait for its moment, do it, say how it ended; what the database refuses is broken."""
    from django.db import DatabaseError, connection

    from vault.refusal import Refusal

    while (task := inbox.get()) is not None:
        act, moment = task
        time.sleep(max(moment - time.perf_counter(), 0))
        began = time.perf_counter()
        try:
            ended = act()
        except Refusal as refusal:
            ended = f"refused: {refusal.code}"
        except DatabaseError as error:
            ended = f"broken: {type(error).__name__} {str(error).splitlines()[0][:90]}"
        answers.put((ended, (time.perf_counter() - began) * 1000))
    connection.close()
