"""The worker's small wrappers around giving places back."""

from celery import shared_task
from django.utils import timezone

from reserved_pools import release
from reserved_pools.balance import outcomes
from reserved_pools.rewindow import rewindow


@shared_task(ignore_result=True)
def close_due() -> None:
    """Every minute: close what reached its cut-off."""
    release.close_due()


@shared_task(ignore_result=True)
def release_cooled() -> None:
    """Every minute: open what has cooled."""
    release.release_cooled()


@shared_task(name="reserved_pools.tasks.move_windows", ignore_result=True)
def move_windows(institutions: list[int] | None = None) -> None:
    """After a value of the regulation was approved or ended, and every night: published places open and close by it."""
    rewindow(timezone.localdate(), institutions)


@shared_task(ignore_result=True)
def write_outcomes() -> None:
    """Every few minutes: what became of the half-days whose reserved places have closed."""
    outcomes.write_outcomes(timezone.localdate())
