"""Plays the whole main job against a running demonstration, prints every step, and ends with 1 when one does not hold."""

import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser

from referral.walkthrough.cast import cast_from
from referral.walkthrough.line import Broken, Line
from referral.walkthrough.people import Post, accounts_in
from referral.walkthrough.stage import Stage
from referral.walkthrough.story import tell


class Command(BaseCommand):
    help = "Plays the main job through real HTTP against a running demonstration: from login to the patient taken over again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--url", default=settings.PUBLIC_URL, help="where the product answers")
        parser.add_argument("--state", default=str(settings.STATE_DIR), help="its state directory: demo/accounts.json, demo/sms.jsonl")

    def handle(self, *args: Any, **options: Any) -> None:
        state, line = Path(options["state"]), Line(options["url"], self.stdout.write)
        try:
            tell(Stage(line, Post(state), cast_from(accounts_in(state))))
            line.title("The audit trail")
            call_command("audit_verify", stdout=self.stdout)
        except Broken as broken:
            self.stderr.write(self.style.ERROR(f"\nBROKEN after {line.steps} steps: {broken}"))
            sys.exit(1)
        self.stdout.write(self.style.SUCCESS(f"\nAll {line.steps} steps hold; {line.seconds:.1f} s were spent waiting for answers."))
