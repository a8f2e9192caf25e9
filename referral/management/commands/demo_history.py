"""Writes ninety days of invented outcomes, so that the demonstration's forecast has a past to stand on."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from referral.demo.history import DAYS, holds_history, load_history
from referral.demo.marks import reasons_against


class Command(BaseCommand):
    help = f"Enters {DAYS} days of invented outcomes of reserved places for the forecast; once, and in the demonstration only."

    def handle(self, *args: Any, **options: Any) -> None:
        reasons = reasons_against()
        if holds_history():
            reasons.append("A history was entered here already.")
        if reasons:
            raise CommandError("\n".join(reasons))
        self.stdout.write(f"{load_history(timezone.localdate())} outcomes entered")
