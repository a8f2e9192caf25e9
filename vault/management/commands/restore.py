"""Puts a backup in place, behind the fence: no right comes back, nothing of the past is sent, what was lost is listed."""

import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from vault.backup import restoring, server
from vault.backup.programs import Trouble
from vault.backup.restoring import Wanted
from vault.fence.models import REASON_LENGTH


class Command(BaseCommand):
    help = "Restores the backup in FROM. The database is replaced only when it is named; it is kept under another name."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, metavar="FROM", help="one backup, a folder with a manifest.json")
        parser.add_argument("--reason", default="", help="why; the trail keeps it")
        parser.add_argument("--replace", default="", metavar="DATABASE", help="the name of the database that may be replaced")
        parser.add_argument("--without-journal", action="store_true", help="restore although nobody can say what was lost")
        parser.add_argument("--check", action="store_true", help="only say whether the backup is whole and our keys open it")
        parser.add_argument("--give-up", action="store_true", help="after an attempt that was cut off: let the old database serve on")

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        began = time.monotonic()
        try:
            if options["give_up"]:
                self._give_up()
                return
            if options["check"]:
                self._check(folder)
                return
            reason = options["reason"].strip()
            if not 0 < len(reason) <= REASON_LENGTH:
                raise Trouble(f"Say why, in at most {REASON_LENGTH} characters: --reason '…'")
            wanted = Wanted(folder, reason, options["replace"], options["without_journal"])
            restoration = restoring.restore(wanted, self.stdout.write)
        except Trouble as trouble:
            raise CommandError(str(trouble)) from None
        for name, count in restoration.counts.items():
            self.stdout.write(f"{name.replace('_', ' ')}: {count}")
        self.stdout.write(f"Restored in {time.monotonic() - began:.0f} s, the fence is passed. See what was lost: manage.py lost; "
                          "what is held back: manage.py held")  # fmt: skip

    def _check(self, folder: Path) -> None:
        copy = restoring.checked(folder)
        self.stdout.write(f"{folder} is whole: taken {copy.at}, {sum(copy.rows.values())} rows, trail sealed up to {copy.seal['seq']}")

    def _give_up(self) -> None:
        name = str(connection.settings_dict["NAME"])
        server.open_again(name)
        self.stdout.write(f"{name} may be connected to again. Nothing was restored.")
