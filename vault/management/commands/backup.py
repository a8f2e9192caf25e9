"""Takes one whole, encrypted copy of the database; what is cut off is no backup."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from vault.backup import making
from vault.backup.programs import Trouble
from vault.journal import pages


class Command(BaseCommand):
    help = "Writes an encrypted copy of the database into a new folder of DIR; it needs the keys of VAULT_KEYS, which are not in it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--to", required=True, type=Path, metavar="DIR", help="the folder that holds the backups")
        parser.add_argument("--keep", type=int, metavar="N", help="afterwards remove all but the newest N backups there")

    def handle(self, *args: Any, to: Path, keep: int | None = None, **options: Any) -> None:
        if keep is not None and keep < 1:
            raise CommandError("--keep: at least one backup is kept.")
        try:
            made = making.make(to, now=timezone.now())
            gone = making.keep(to, keep) if keep else 0
        except Trouble as trouble:
            raise CommandError(str(trouble)) from None
        except OSError as problem:
            raise CommandError(f"No backup was made: {problem.strerror}: {problem.filename}") from None
        length = sum(one["bytes"] for one in made.files.values())
        self.stdout.write(f"{to / made.name}: {sum(made.rows.values())} rows of {len(made.rows)} tables in {length} bytes, key {made.key}")
        if not made.journal:
            self.stderr.write(f"There is no journal in {pages.folder()}: what happens from now on will be unknown after a restore.")
        if gone:
            self.stdout.write(f"{gone} older backups removed")
