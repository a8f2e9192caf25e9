"""Reads every template for style or script inside the page, words outside translation, and missing includes."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from config.template_rules import faults_in


class Command(BaseCommand):
    help = "Checks every template against the rules of docs: nothing inline, every word translated, every include there."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        faults = faults_in(Path(settings.BASE_DIR) / "templates")
        for fault in faults:
            self.stderr.write(f"templates/{fault}")
        if faults:
            raise CommandError(f"{len(faults)} faults in templates.")
        self.stdout.write("Templates are clean.")
