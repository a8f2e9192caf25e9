"""Fills an empty database with the demonstration, or tops it up; never touches real data."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from referral.demo.history import holds_history, load_history
from referral.demo.load import load
from referral.demo.load_beds import load_requests
from referral.demo.load_cases import load_cases
from referral.demo.load_ledger import load_ledger
from referral.demo.load_stops import load_stops
from referral.demo.load_ways_out import load_ways_out
from referral.demo.marks import reasons_against


class Command(BaseCommand):
    help = "Loads the Xicheng demonstration with invented people and cases, and keeps its sessions two weeks ahead."

    def handle(self, *args: Any, **options: Any) -> None:
        reasons = reasons_against()
        if reasons:
            raise CommandError("\n".join(reasons))
        began = timezone.now()
        load(timezone.localdate(), settings.STATE_DIR / "demo", self.stdout.write)
        self.stdout.write(f"{load_cases(began)} cases begun")
        self.stdout.write(f"{load_requests(began)} hospitals asked for a bed or day surgery")
        self.stdout.write(f"{load_ways_out()} bookings moved or booked from a consulting room")
        self.stdout.write(f"{load_stops(began)} patients of a stopped clinic asked")
        self.stdout.write(f"{load_ledger(began)} visits nobody came to")
        if not holds_history():
            self.stdout.write(f"{load_history(timezone.localdate())} outcomes of the last weeks entered")
        self.stdout.write(f"The demonstration is ready ({(timezone.now() - began).total_seconds():.0f} s).")
