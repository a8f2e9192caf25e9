"""Seals the audit trail each second until told to stop; one supervised process with its own database role."""

import logging
import signal
import threading
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import InterfaceError, OperationalError, connection

from vault.audit.anchor import drop_anchor
from vault.audit.seal import NotQuiet, SeriesBroken, restart, seal

EVERY_SECONDS = 1.0
ANCHOR_EVERY_SECONDS = 60.0
logger = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Seals the audit trail each second and anchors its head each minute."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="seal what can be sealed now, anchor it, and end")
        parser.add_argument("--restart", metavar="REASON", help="begin a new series after a logical restore, and end")

    def handle(self, *args: Any, once: bool = False, **options: Any) -> None:
        try:
            if options["restart"]:
                self._restart(options["restart"])
            elif once:
                self._once()
            else:
                self._until_stopped()
        except SeriesBroken as broken:
            raise CommandError(
                f"This database was restored from a dump ({broken}). Check it, then run: manage.py seal --restart 'the reason'"
            ) from None

    def _once(self) -> None:
        fresh = seal()
        drop_anchor()
        self.stdout.write(f"sealed {fresh.rows} rows in seal {fresh.seq}" if fresh else "nothing to seal")

    def _restart(self, reason: str) -> None:
        try:
            fresh = restart(reason)
        except NotQuiet:
            raise CommandError("Other transactions are running. Stop the product first, then begin the new series.") from None
        self.stdout.write(f"series {fresh.series} begins above row {fresh.floor} with seal {fresh.seq}")

    def _until_stopped(self) -> None:
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        anchored = -ANCHOR_EVERY_SECONDS
        while not stop.is_set():
            if _sealed_safely() and time.monotonic() - anchored >= ANCHOR_EVERY_SECONDS:
                drop_anchor()
                anchored = time.monotonic()
            stop.wait(EVERY_SECONDS)
        connection.close()


def _sealed_safely() -> bool:
    """One round; a database that is away for a while is waited for, not mourned."""
    try:
        seal()
    except (OperationalError, InterfaceError) as error:
        logger.warning("sealing waits for the database: %s", error)
        connection.close()
        return False
    return True
