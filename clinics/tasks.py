"""The worker's small wrappers of this app."""

from celery import shared_task

from clinics import grants


@shared_task(ignore_result=True)
def compare_access() -> None:
    """Every night: guardian's rows follow the dates of grants and posts; a difference of any other kind is logged."""
    grants.compare_access()
