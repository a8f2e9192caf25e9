"""The name a hospital's system may give a batch: the same name goes with one body only."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.db import IntegrityError, transaction

from permissions.acting import Acting
from vault import idempotency


@dataclass(frozen=True, slots=True)
class Attempt:
    """One named batch. Each row has a key of its own, so that a batch sent again answers by its rows: what was taken is unchanged."""

    name: str
    body: Mapping[str, Any]
    by: Acting

    def check(self) -> None:
        """Refuse with `idempotency_mismatch` when this name came with another body before."""
        if self.name:
            idempotency.find(self.by.user.public_id, self.name, self.body)

    def keep(self) -> None:
        """Remember the name; two of one name at once may both work, row by row the second changes nothing."""
        if not self.name or idempotency.find(self.by.user.public_id, self.name, self.body):
            return
        try:
            with transaction.atomic(durable=True):
                idempotency.store(self.by.user.public_id, self.name, self.body, uuid4())
        except IntegrityError:
            self.check()
