"""The worker's small wrappers around giving places back."""

from celery import shared_task

from reserved_pools import release


@shared_task(ignore_result=True)
def close_due() -> None:
    """Every minute: close what reached its cut-off."""
    release.close_due()


@shared_task(ignore_result=True)
def release_cooled() -> None:
    """Every minute: open what has cooled."""
    release.release_cooled()
