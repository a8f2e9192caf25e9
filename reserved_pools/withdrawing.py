"""Withdraws the places of sessions that do not take place and of bands that are blocked."""

from collections.abc import Sequence
from uuid import UUID

from django.db import connection

from clinics.models import ClinicSession, Slot
from vault.transactions import requires_transaction

# The subquery's order is the order in which the rows are locked; OFFSET keeps the planner from flattening it.
WITHDRAW = """
SELECT coalesce(sum(pool_withdraw(place.id, %s, %s)), 0)
  FROM (SELECT pool.id FROM reserved_pools_poolslot AS pool JOIN clinics_slot AS slot ON slot.id = pool.slot_id
         WHERE {column} = ANY(%s) ORDER BY pool.id OFFSET 0) AS place
"""
OF_SESSIONS = WITHDRAW.format(column="slot.session_id")
OF_SLOTS = WITHDRAW.format(column="slot.id")


def withdraw(of: Sequence[ClinicSession] | Sequence[Slot], *, reason: str, about: UUID) -> int:
    """Step: close every pool slot of these sessions, or of these bands, and answer how many places were withdrawn (R126).

    Places nobody has claimed or holds are withdrawn for good; claimed ones stay claimed until their bookings end. Locks the pool
    slots in key order, after the sessions' rows; those closed already stay as they are, so that a second call changes nothing. A
    booking that waits for one of these rows finds it closed.
    """
    requires_transaction()
    if not of:
        return 0
    statement = OF_SESSIONS if isinstance(of[0], ClinicSession) else OF_SLOTS
    with connection.cursor() as cursor:
        cursor.execute(statement, [reason, about, [one.pk for one in of]])
        (places,) = cursor.fetchone()
    return int(places)
