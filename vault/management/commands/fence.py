"""Passes the fence on a database that was put in place by other means: a copy of its files, or recovery up to a moment."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from vault.backup.programs import Trouble
from vault.backup.restoring import fence_here
from vault.fence.models import REASON_LENGTH
from vault.journal.acts import JournalAltered


class Command(BaseCommand):
    help = "Takes away again what the journal says was taken away, ends every login, holds every message, lists what was lost."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--reason", required=True, help="why, and which copy it is; the trail keeps it")

    def handle(self, *args: Any, reason: str, **options: Any) -> None:
        if not 0 < len(reason.strip()) <= REASON_LENGTH:
            raise CommandError(f"Say why, in at most {REASON_LENGTH} characters.")
        try:
            restoration = fence_here("by other means", reason.strip())
        except (Trouble, JournalAltered) as trouble:
            raise CommandError(str(trouble)) from None
        for name, count in restoration.counts.items():
            self.stdout.write(f"{name.replace('_', ' ')}: {count}")
