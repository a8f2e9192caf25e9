"""Messages that wait behind a restore: the list, and the word that they go or that they are let go."""

from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone, translation

from permissions.identity.phones import mask_phone
from referral.lost.charge import person_in_charge
from vault.actor import Actor
from vault.fence.held import held, let_go, release
from vault.refusal import Refusal


class Command(BaseCommand):
    help = "Lists messages held behind a restore; --release sends them unless they left before, --let-go drops them."

    def add_arguments(self, parser: CommandParser) -> None:
        what = parser.add_mutually_exclusive_group()
        what.add_argument("--release", nargs="+", metavar="ID", help="these messages, or: all")
        what.add_argument("--let-go", nargs="+", metavar="ID", help="these messages, or: all")
        parser.add_argument("--by", default="", metavar="PHONE", help="the administrator of the district who decides")

    def handle(self, *args: Any, **options: Any) -> None:
        wanted = options["release"] or options["let_go"]
        if not wanted:
            return self._list()
        by = _in_charge(options["by"])
        with transaction.atomic(durable=True):
            ids = _ids(wanted)
            count = (release if options["release"] else let_go)(ids, by=by)
        self.stdout.write(f"{count} messages {'released' if options['release'] else 'let go'}")
        return None

    def _list(self) -> None:
        found = list(held())
        for message in found:
            written = f"{timezone.localtime(message.created_at):%Y-%m-%d %H:%M}"
            said = (str(message.public_id), written, message.template, mask_phone(message.phone), str(message.about))
            self.stdout.write("  ".join(said))
        self.stdout.write(f"{len(found)} messages held")


def _in_charge(phone: str) -> Actor:
    with translation.override("en"):  # like every command
        try:
            return person_in_charge(phone)
        except Refusal as refusal:
            raise CommandError(f"--by: {refusal.message}") from None


def _ids(wanted: list[str]) -> list[UUID]:
    if wanted == ["all"]:
        return list(held().values_list("public_id", flat=True))
    try:
        return [UUID(one) for one in wanted]
    except ValueError:
        raise CommandError("A message is named by its id, as the list shows it.") from None
