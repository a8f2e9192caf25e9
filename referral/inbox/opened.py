"""A person opens her notices, one or all; what she has read and is old goes."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from permissions.acting import Acting
from referral.inbox.models import Notice
from referral.inbox.queries import inbox_of, notice_of

# What nobody opened within a year is no news to anybody.
UNREAD_KEPT: Final = timedelta(days=366)
AT_ONCE: Final = 5000


@transaction.atomic(durable=True)
def read(public_id: UUID, *, by: Acting) -> Notice:
    """Use case: the notice counts as read from the first opening on; opening it again changes nothing. Refuses with `not_found`."""
    found = notice_of(by, public_id)
    Notice.objects.filter(pk=found.pk, read_at=None).update(read_at=Now())
    found.refresh_from_db(fields=["read_at"])
    return found


@transaction.atomic(durable=True)
def read_all(*, group: str = "", until: UUID | None = None, by: Acting) -> int:
    """Use case: every unread notice of this group (all without one) counts as read; says how many.

    `until` is the newest one she saw: what came after it stays unread.
    """
    rows = inbox_of(by, group=group, unread=True)
    if until is not None:
        rows = rows.filter(pk__lte=notice_of(by, until).pk)
    return Notice.objects.filter(pk__in=list(rows.values_list("pk", flat=True))).update(read_at=Now())


def forget_old(now: datetime) -> int:
    """Promise that notices read longer ago than the settings say are gone, some thousands a statement; says how many."""
    kept = now - timedelta(days=settings.NOTICES_KEPT_DAYS)
    old, gone = Q(read_at__lt=kept) | Q(read_at=None, created_at__lt=now - UNREAD_KEPT), 0
    while keys := list(Notice.objects.filter(old).values_list("pk", flat=True)[:AT_ONCE]):
        gone += Notice.objects.filter(pk__in=keys).delete()[0]
    return gone
