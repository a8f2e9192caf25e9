"""Says whether the audit trail is what it was, naming every row and seal that is not."""

import sys
from typing import Any

from django.core.management.base import BaseCommand

from vault.audit.anchor import place
from vault.audit.verify import verify


class Command(BaseCommand):
    help = "Recomputes every digest, seal and anchor of the audit trail; ends with 1 when something was tampered with."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        seen = verify()
        for restart in seen.restarts:
            self.stdout.write(f"seal {restart.seq}: series {restart.series} began on {restart.at:%Y-%m-%d}: {restart.reason}")
        for finding in seen.findings:
            self.stdout.write(self.style.ERROR(str(finding)))
        self.stdout.write(
            f"{seen.rows} rows under {seen.seals} seals, {seen.waiting} rows waiting for a seal, "
            f"{seen.anchored} anchors in {place()}: " + (f"{len(seen.findings)} FOUND" if seen.findings else "all genuine")
        )
        if seen.findings:
            sys.exit(1)
