"""Waking the sender: no wish is lost, wishes meanwhile are one, and a broker that fails is asked again at the next wish."""

import threading
from collections.abc import Callable
from typing import Any

import pytest

from vault.outbox.waking import Nudger

SECONDS = 5


class Broker:
    """Takes nudges; holds each up until it may pass, or fails."""

    def __init__(self) -> None:
        self.taken, self.passed, self.count, self.fails = threading.Semaphore(0), threading.Semaphore(0), 0, False

    def send_task(self, name: str, **_more: Any) -> None:
        self.count += 1
        self.taken.release()
        assert self.passed.acquire(timeout=SECONDS)
        if self.fails:
            raise ConnectionRefusedError

    def was_asked(self, seconds: float = SECONDS) -> bool:
        return self.taken.acquire(timeout=seconds)


@pytest.fixture
def broker() -> Broker:
    return Broker()


def test_wishes_that_come_while_a_nudge_is_on_its_way_are_one_more_nudge(broker: Broker) -> None:
    nudger = Nudger()
    nudger.ask(broker)
    assert broker.was_asked()

    for _wish in range(50):
        nudger.ask(broker)
    broker.passed.release(2)

    assert broker.was_asked()
    assert not broker.was_asked(0.2)
    assert broker.count == 2


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_after_a_broker_failed_the_next_wish_is_sent_again(broker: Broker, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[Callable[..., Any]] = []
    monkeypatch.setattr(threading, "excepthook", lambda args: told.append(args.exc_type))
    nudger = Nudger()
    broker.fails = True
    nudger.ask(broker)
    broker.passed.release()
    assert nudger.thread is not None
    nudger.thread.join(SECONDS)

    broker.fails = False
    nudger.ask(broker)
    broker.passed.release()

    assert broker.was_asked()
    assert broker.was_asked()
    assert told == [ConnectionRefusedError]
