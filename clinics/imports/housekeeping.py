"""Forgets what was read of lists after a week; a list nobody decided about by then is thrown away."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models.functions import Now

from clinics.imports.jobs import wipe
from clinics.imports.states import ImportStatus
from clinics.models import ImportJob
from vault.actor import SYSTEM
from vault.refusal import Refusal
from vault.states import advance

KEPT = timedelta(days=7)
UNDECIDED = (ImportStatus.RECEIVED, ImportStatus.CHECKING, ImportStatus.CHECKED)


def forget(now: datetime) -> int:
    """Use case: how many lists older than a week were wiped; one somebody decides about in this instant waits for tomorrow."""
    old = ImportJob.objects.filter(is_wiped=False, created_at__lt=now - KEPT).exclude(status=ImportStatus.APPLYING)
    return sum(_forget(key) for key in list(old.order_by("pk").values_list("pk", flat=True)))


def _forget(key: int) -> bool:
    try:
        with transaction.atomic(durable=True):
            job = ImportJob.objects.select_for_update(of=("self",), no_key=True).defer("content").get(pk=key)
            if job.status in UNDECIDED:
                advance(job, ImportStatus.DISCARDED, by=SYSTEM, reason="week", ended_at=Now())
            wipe(job)
    except Refusal:
        return False
    return True
