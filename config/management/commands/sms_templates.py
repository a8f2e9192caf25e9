"""Lists every text the platform sends, as the provider reviews it, with the code the provider gave it; ends with 1 when one has none."""

import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from vault.outbox.templates import declared


class Command(BaseCommand):
    help = "The texts to hand in for review, and which of them have no code in SMS_TEMPLATE_CODES yet."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        lacking = 0
        for template in declared():
            code = settings.SMS_TEMPLATE_CODES.get(template.key, "")
            lacking += not code
            self.stdout.write(f"{template.key}\t{template.cls}\t{code or 'NO CODE'}\t{template.text}")
        self.stdout.write(f"{lacking} of them have no code." if lacking else "Each of them has a code.")
        sys.exit(1 if lacking else 0)
