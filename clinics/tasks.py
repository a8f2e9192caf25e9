"""The worker's small wrappers of this app."""

from uuid import UUID

from celery import shared_task
from django.utils import timezone

from clinics import grants
from clinics.imports import housekeeping, work
from clinics.watch import attestation, reminders


@shared_task(ignore_result=True)
def compare_access() -> None:
    """Every night: guardian's rows follow the dates of grants and posts; a difference of any other kind is logged."""
    grants.compare_access()


@shared_task(name="clinics.tasks.work_on_import", ignore_result=True)
def work_on_import(import_id: str) -> None:
    """Soon after a list was handed in or agreed to: reads and checks it, or applies it."""
    work.work(UUID(import_id), today=timezone.localdate())


@shared_task(ignore_result=True)
def sweep_imports() -> None:
    """Every few seconds: lists whose call got lost or whose worker died."""
    work.sweep()


@shared_task(ignore_result=True)
def forget_imports() -> None:
    """Every night: what was read of lists older than a week."""
    housekeeping.forget(timezone.now())


@shared_task(ignore_result=True)
def remind_of_attestation() -> None:
    """Every hour: managers whose doctors wait for their word shortly before the deadline; once for each stage."""
    reminders.remind_managers(timezone.now())


@shared_task(ignore_result=True)
def suspend_unattested() -> None:
    """Every hour: rights that nobody attested before the deadline rest."""
    attestation.suspend_unattested(timezone.now())
