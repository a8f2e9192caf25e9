"""Follows the trail into a file outside the database until told to stop; one supervised process."""

import logging
import signal
import threading
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.db import InterfaceError, OperationalError, connection

from vault.fence.models import Restoration
from vault.fence.passing import journal_of_this
from vault.journal import pages
from vault.journal.follow import DatabaseBehind, follow, is_behind
from vault.journal.pages import Round

EVERY_SECONDS = 1.0
logger = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Writes every act of the trail into STATE_DIR/journal, a second after it was committed, so that a restore knows what it lost."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="write what can be written now, and end")

    def handle(self, *args: Any, once: bool = False, **options: Any) -> None:
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT) if not once else ():
            signal.signal(number, lambda *_: stop.set())
        while not stop.is_set():
            self._hold(stop, once)
            if once:
                return
            stop.wait(EVERY_SECONDS)
        connection.close()

    def _hold(self, stop: threading.Event, once: bool) -> None:
        """Write as long as the database answers and is the journal's own; let go of the journal when it does not."""
        try:
            with pages.held_by_one():
                _leave_what_is_past()
                last: Round | None = None
                while not stop.is_set():
                    last = follow(last)
                    if once:
                        return
                    stop.wait(EVERY_SECONDS)
        except BlockingIOError:
            logger.warning("the journal is being written by another process")
        except (OperationalError, InterfaceError) as error:
            logger.warning("the journal waits for the database: %s", error)
            connection.close()
        except DatabaseBehind as behind:
            logger.error("%s. Nothing is sent until somebody runs: manage.py fence --reason '…'", behind)


def _leave_what_is_past() -> None:
    """The journal of a database that was replaced, or of a demonstration that was made anew, is put aside."""
    newest = Restoration.objects.order_by("-pk").first()
    if newest is not None and journal_of_this(newest):
        pages.put_aside(newest.created_at.strftime("%Y%m%dT%H%M%SZ"))
    elif settings.DEMO and pages.last_round() is not None and is_behind():
        pages.put_aside("another-demonstration")
