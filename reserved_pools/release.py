"""Gives places back in time: cooled ones to the referrers, unused ones to the hospital at the cut-off."""

from django.db import connection, transaction
from django.db.models.functions import Now

from reserved_pools.models import CoolingPlace, PoolSlot


def close_due() -> tuple[int, int]:
    """Use case: close the slots whose cut-off has passed and return what nobody booked (R107).

    Answers how many slots were closed and how many places went back. Each slot is closed in its own transaction by
    one guarded UPDATE, so that two workers, or a worker and a booking, never count the same place twice.
    """
    due = PoolSlot.objects.filter(closed_at__isnull=True, closes_at__lte=Now()).order_by("closes_at", "pk")
    answers = [_each("SELECT pool_close(%s)", pk) for pk in due.values_list("pk", flat=True)]
    closed = [places for places in answers if places is not None]
    return len(closed), sum(closed)


def release_cooled() -> int:
    """Use case: open again the places whose cooling is over (C35); answers how many."""
    due = CoolingPlace.objects.filter(until__lte=Now(), pool_slot__closed_at__isnull=True, pool_slot__closes_at__gt=Now())
    slots = due.order_by("pool_slot").values_list("pool_slot", flat=True).distinct()
    return sum(_each("SELECT pool_release_cooled(%s)", pk) or 0 for pk in slots)


def _each(statement: str, pool_slot_id: int) -> int | None:
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute(statement, [pool_slot_id])
        (places,) = cursor.fetchone()
    return places
