"""Proves that every place counted as claimed has its booking, and every booking its place."""

import logging
from uuid import UUID

from django.db import connection, transaction

from referral.booking.models import BookingStatus
from reserved_pools.accounts import Wrong, wrong_pool_slots
from vault import audit
from vault.actor import SYSTEM
from vault.ids import uuid7

log = logging.getLogger(__name__)

# Who holds a place, or held it to the end; a booking that was cancelled or moved gave it back.
HOLDING = (BookingStatus.BOOKED, BookingStatus.ARRIVED, BookingStatus.FULFILLED, BookingStatus.NOSHOW, BookingStatus.ENTERED_IN_ERROR)
MOST_NAMED = 20
WRONG = """
SELECT place.public_id, place.claimed, coalesce(booked.number, 0)
  FROM reserved_pools_poolslot AS place
  LEFT JOIN (SELECT pool_slot_id, count(*) AS number
               FROM referral_booking WHERE status = ANY(%s) GROUP BY pool_slot_id) AS booked ON booked.pool_slot_id = place.id
 WHERE place.claimed <> coalesce(booked.number, 0)
 ORDER BY place.id
"""


def wrong_claims() -> list[Wrong]:
    """The pool slots whose claimed places are not as many as the bookings that hold them; empty when the books are right."""
    with connection.cursor() as cursor:
        cursor.execute(WRONG, [[str(status) for status in HOLDING]])
        return [Wrong(pool_slot, "bookings", claimed, booked) for pool_slot, claimed, booked in cursor.fetchall()]


@transaction.atomic(durable=True)
def prove_places() -> list[Wrong]:
    """Use case: compare every column with its moves and its bookings; what is wrong stands in the audit trail and the log."""
    wrong = [*wrong_pool_slots(), *wrong_claims()]
    if wrong:
        named: list[str] = [f"{one.pool_slot} {one.column} {one.held}/{one.moved}" for one in wrong[:MOST_NAMED]]
        run: UUID = uuid7()
        audit.record("find_wrong_places", "places", run, by=SYSTEM, details={"number": len(wrong), "places": named})
        log.error("places: %d columns differ from their moves or bookings, first %s", len(wrong), named[0])
    return wrong
