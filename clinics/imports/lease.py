"""Who works on an import: one worker at a time, for as long as its pieces get finished."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from clinics.models import ImportJob
from vault.ids import uuid7
from vault.transactions import requires_transaction

# Longer than the reading, checking or applying of one piece may take; afterwards the sweep gives the import to another worker.
LEASE = timedelta(seconds=60)


class LeaseLost(Exception):
    """Another worker has the import now, or a person ended it."""


@transaction.atomic(durable=True)
def claim(import_id: UUID) -> ImportJob | None:
    """The import for this worker alone, or None when it needs no work or another is in hand.

    One import runs at a time, so that lists never take all the worker's threads. Two that are claimed in the same instant may
    both run: tolerated, there are threads enough for that.
    """
    others = ImportJob.objects.working().filter(lease_until__gt=Now()).exclude(public_id=import_id)
    if others.exists():
        return None
    mine = ImportJob.objects.working().unheld().filter(public_id=import_id)
    if not mine.update(lease=uuid7(), lease_until=Now() + LEASE, attempts=F("attempts") + 1):
        return None
    return ImportJob.objects.select_related("by_user").defer("content").get(public_id=import_id)


def renew(job: ImportJob, **fields: Any) -> None:
    """Step: write down what a piece changes and hold the import for another while; raises LeaseLost when it is not ours.

    The update locks the row, so that a second worker waits until this piece is committed and then finds that it has lost.
    """
    requires_transaction()
    written = {"attempts": 0} | fields
    mine = ImportJob.objects.filter(pk=job.pk, status=job.status, lease=job.lease)
    if not mine.update(lease_until=Now() + LEASE, **written):
        raise LeaseLost
    job.refresh_from_db(fields=[name for name in written if name != "content"])


def release(job: ImportJob) -> None:
    """Give the import back, if it is still ours."""
    ImportJob.objects.filter(pk=job.pk, lease=job.lease).update(lease=None, lease_until=None)
