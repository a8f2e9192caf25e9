"""Nudges the sender once the transaction is safe; the sweeper finds whatever a lost nudge left behind.

The nudge goes from a thread of its own, so that no booking waits for a broker, and wishes that come while one is on its way are
one. A broker that fails ends the thread with its trace in the log; the next wish starts another.
"""

from threading import Event, Lock, Thread

from celery import Celery, current_app
from django.db import transaction


def wake() -> None:
    """Promise that the sender is asked to look soon after this transaction commits; never fails or holds up the caller."""
    transaction.on_commit(_nudge, robust=True)


def _nudge() -> None:
    _nudger.ask(current_app._get_current_object())


class Nudger:
    """Asks the sender at least once after each wish, and once for all the wishes that came meanwhile."""

    def __init__(self) -> None:
        self.wished = Event()
        self.lock = Lock()
        self.thread: Thread | None = None

    def ask(self, app: Celery) -> None:
        """A wish; the thread that serves it is started when there is none, in a forked process again."""
        self.wished.set()
        with self.lock:
            if self.thread is None or not self.thread.is_alive():
                self.thread = Thread(target=self._serve, args=(app,), name="nudger", daemon=True)
                self.thread.start()

    def _serve(self, app: Celery) -> None:
        while self.wished.wait():
            self.wished.clear()
            app.send_task("vault.tasks.send_due", retry=False, ignore_result=True)


_nudger = Nudger()
