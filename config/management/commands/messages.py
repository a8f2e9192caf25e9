"""Collects every msgid, merges the Chinese of all pieces and compiles it; a missing translation stops the command."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from config import language


class Command(BaseCommand):
    help = "Merges and compiles the Chinese catalogue; --check only says whether it is complete and fresh."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="write nothing; fail when the catalogue is stale or incomplete")
        parser.add_argument("--lenient", action="store_true", help="compile what is there and only print what is missing")

    def handle(self, *args: Any, check: bool = False, lenient: bool = False, **options: Any) -> None:
        root = Path(settings.BASE_DIR)
        folder = root / "locale" / language.LOCALE
        found = language.found_in(root)
        catalog, faults = language.merged(folder / "parts")
        faults += language.faults_of(found, catalog)
        for fault in faults:
            self.stderr.write(fault)
        if faults and not lenient:
            raise CommandError(f"{len(faults)} translations are missing or wrong.")
        po = language.as_po(language.written(found, catalog))
        self.compare(folder, po) if check else self.write(folder, po)
        self.stdout.write(f"{len(found)} messages in Chinese and English.")

    def write(self, folder: Path, po: bytes) -> None:
        target = folder / "LC_MESSAGES"
        target.mkdir(parents=True, exist_ok=True)
        (target / "django.po").write_bytes(po)
        (target / "django.mo").write_bytes(language.as_mo(po))

    def compare(self, folder: Path, po: bytes) -> None:
        target = folder / "LC_MESSAGES"
        fresh = (target / "django.po").is_file() and (target / "django.po").read_bytes() == po
        if not fresh or (target / "django.mo").read_bytes() != language.as_mo(po):
            raise CommandError("locale/zh_Hans/LC_MESSAGES is stale. Run: make messages")
