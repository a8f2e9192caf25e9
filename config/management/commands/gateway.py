"""Writes the gateway's configuration and its own pages into a folder, from the settings: manage.py gateway --into /var/cache/…."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from config.gateway import HEADER, configuration, pages


class Command(BaseCommand):
    help = "Writes nginx.conf and the gateway's pages into a folder. Needs TLS_CERTIFICATE, TLS_KEY and TRUSTED_PROXY_HEADER."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--into", type=Path, required=True)
        parser.add_argument("--log", default="/dev/stdout", help="where nginx writes who came, as nginx names it")

    def handle(self, *args: Any, into: Path, log: str, **options: Any) -> None:
        refuse_what_is_missing()
        into = into.resolve()
        for name in ("pages/-", "acme", "more"):
            (into / name).mkdir(parents=True, exist_ok=True)
        for name, text in pages():
            (into / "pages" / "-" / name).write_text(text, encoding="utf-8")
        (into / "nginx.conf").write_text(configuration(into, log), encoding="utf-8")
        self.stdout.write(str(into / "nginx.conf"))


def refuse_what_is_missing() -> None:
    """One sentence instead of a gateway that starts and serves nobody, or lets callers name their own address."""
    if not (settings.TLS_CERTIFICATE and settings.TLS_KEY):
        raise CommandError("TLS_CERTIFICATE and TLS_KEY are not set. The gateway needs the files of a certificate and of its key.")
    if settings.TRUSTED_PROXY_HEADER != HEADER:
        raise CommandError(f"TRUSTED_PROXY_HEADER must be {HEADER}: the header in which the gateway names the caller.")
