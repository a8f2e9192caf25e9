"""Counts the no-show ledger again from its events and says which rows differ."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from referral.credit.models import Breach
from referral.credit.verify import verify


class Command(BaseCommand):
    help = "Compares breaches, bans and restrictions with a re-count from what happened; fails when one differs."

    def handle(self, *args: Any, **options: Any) -> None:
        faults = list(verify())
        for fault in faults:
            self.stdout.write(str(fault))
        if faults:
            raise CommandError(f"{len(faults)} rows of the ledger differ from the re-count.")
        self.stdout.write(f"{Breach.objects.count()} breaches counted again: the ledger is right.")
