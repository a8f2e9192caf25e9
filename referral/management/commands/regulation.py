"""`manage.py regulation` writes docs/regulation.md, states.md and permissions.md; --check only says whether they are fresh."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from referral.management import pages, permission_page


class Command(BaseCommand):
    help = "Write docs/regulation.md, docs/states.md and docs/permissions.md."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="Write nothing; fail when a page is stale or an article has no place.")

    def handle(self, *args: Any, **options: Any) -> None:
        missing = pages.unplaced()
        if missing:
            raise CommandError(f"No place and no remark in docs/rules/remarks.tsv: {', '.join(missing)}")
        for name, text in {
            "regulation.md": pages.regulation(),
            "states.md": pages.states(),
            "permissions.md": permission_page.page(),
        }.items():
            path = settings.BASE_DIR / "docs" / name
            if not options["check"]:
                path.write_text(text, encoding="utf-8")
            elif not path.exists() or path.read_text(encoding="utf-8") != text:
                raise CommandError(f"docs/{name} is stale; run manage.py regulation.")
