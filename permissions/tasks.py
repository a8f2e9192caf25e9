"""Background jobs of this app; the schedule stands in config/celery.py."""

from celery import shared_task

from permissions import housekeeping, rights, trail


@shared_task  # type: ignore[untyped-decorator]
def expire_rights() -> int:
    """Marks rights past their last moment."""
    return rights.expire_overdue()


@shared_task  # type: ignore[untyped-decorator]
def forget_old_logins() -> int:
    """Once a day: what logging in left behind."""
    return housekeeping.forget_old_logins()


@shared_task  # type: ignore[untyped-decorator]
def prove_trail() -> int:
    """Once a day and when the audit administrator asks: the whole trail read again."""
    return trail.prove()
