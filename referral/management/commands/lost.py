"""What a restored copy lost: the list, as a table for whoever mends it, and the word that something is mended."""

from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone, translation

from referral.lost.charge import person_in_charge
from referral.lost.listing import Line, ToDo, lines, settle, write
from vault.refusal import Refusal


class Command(BaseCommand):
    help = "Lists the acts a restored copy does not know: bookings to enter again first. --csv writes the whole list."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--csv", type=Path, metavar="FILE", help="write the list to this new file")
        parser.add_argument("--language", default="zh-hans", choices=[code for code, _name in settings.LANGUAGES], help="of the list")
        parser.add_argument("--done", nargs="+", type=UUID, metavar="ID", help="these acts of the list are looked after")
        parser.add_argument("--by", default="", metavar="PHONE", help="the administrator of the district who says so")
        parser.add_argument("--note", default="", help="what was done")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["done"]:
            self._settle(options["done"], options["by"], options["note"].strip())
            return
        found = lines(timezone.now())
        bookings = [line for line in found if line.is_lost_booking]
        for line in bookings:
            self.stdout.write(_said(line))
        changed = sum(line.kind == "booking" and line.to_do == ToDo.REPEAT for line in found)
        self.stdout.write(f"{len(bookings)} bookings to enter again, {changed} bookings that changed, "
                          f"{len(found)} objects in all with something lost")  # fmt: skip
        if options["csv"]:
            self._write(options["csv"], found, options["language"])

    def _settle(self, ids: list[UUID], phone: str, note: str) -> None:
        if not 0 < len(note) <= 200:
            raise CommandError("Say in at most 200 characters what was done: --note '…'")
        with translation.override("en"):  # like every command
            try:
                by = person_in_charge(phone)
            except Refusal as refusal:
                raise CommandError(f"--by: {refusal.message}") from None
        with transaction.atomic(durable=True):
            count = settle(ids, note, by=by)
        self.stdout.write(f"{count} of {len(ids)} settled")

    def _write(self, path: Path, found: list[Line], language: str) -> None:
        try:
            path.touch(0o600, exist_ok=False)
            with path.open("w", encoding="utf-8", newline="") as target, translation.override(language):
                write(target, found)
        except OSError as problem:
            raise CommandError(f"{path} was not written: {problem.strerror}") from None
        self.stdout.write(f"The whole list is in {path}")


def _said(line: Line) -> str:
    visit = timezone.localtime(datetime.fromisoformat(line.told["starts_at"]))
    words = (line.told["number"], line.told["patient"], line.told["hospital"], line.told["department"], f"{visit:%Y-%m-%d %H:%M}")
    return "  ".join((*words, line.to_do))
