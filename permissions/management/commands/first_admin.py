"""The very first step of a real installation: a district and the two persons who appoint everybody else."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import translation

from permissions.founding import Founder, found
from permissions.identity.phones import mask_phone
from vault.refusal import Refusal

OPTIONS = {
    "code": ("--code", "the district's administrative code, such as 110102"),
    "district": ("--district", "the district's name"),
    "first_name": ("--first-name", "the name of one administrator"),
    "first_phone": ("--first-phone", "the mobile number she logs in with"),
    "second_name": ("--second-name", "the name of the other administrator"),
    "second_phone": ("--second-phone", "the mobile number she logs in with"),
}


class Command(BaseCommand):
    help = "Founds a district in an empty database: two district administrators, each of whom confirms the other by page."

    def add_arguments(self, parser: CommandParser) -> None:
        for name, (option, words) in OPTIONS.items():
            parser.add_argument(option, dest=name, required=True, help=words)

    def handle(self, *args: Any, **options: Any) -> None:
        first = Founder(options["first_name"], options["first_phone"])
        second = Founder(options["second_name"], options["second_phone"])
        try:
            founding, is_new = found(options["code"], options["district"], first, second)
        except Refusal as refusal:
            with translation.override("en"):  # like every command
                raise CommandError("\n".join(_sentences(refusal))) from None
        people = [role.user for role in (founding.first, founding.second)]
        for person in people:
            self.stdout.write(f"{person.name}  {mask_phone(person.phone)}")
        if founding.is_complete:
            self.stdout.write("Both have confirmed each other. They appoint everybody else by page.")
        else:
            done = "These two are entered." if is_new else "These two were entered before; nothing has changed."
            self.stdout.write(f"{done} Each logs in with her phone and confirms the other; before that neither can do anything else.")


def _sentences(refusal: Refusal) -> list[str]:
    """Every reason, beside the option it is about."""
    if not refusal.violations:
        return [str(refusal.message)]
    return [f"{OPTIONS[one.field][0]}: {one.message} {one.remedy}".strip() for one in refusal.violations]
