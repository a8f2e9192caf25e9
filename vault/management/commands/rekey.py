"""Re-encrypts everything under the first key and renews the keyed hashes; stop and start it at will."""

from typing import Any

from django.core.management.base import BaseCommand

from vault.rekeying import columns, rekey


class Command(BaseCommand):
    help = "Carries every encrypted value and keyed hash over to the first key of VAULT_KEYS and VAULT_HASH_KEYS."

    def handle(self, *args: Any, **options: Any) -> None:
        total = 0
        for column in columns():
            done = sum(rekey(column))
            total += done
            self.stdout.write(f"{column.label}: {done} renewed")
        self.stdout.write(f"{total} values renewed; the other keys may be removed once every process has restarted.")
