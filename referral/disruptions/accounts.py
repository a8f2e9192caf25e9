"""Proves that every held place is held for somebody, and every hold has its place."""

import logging

from django.db import connection, transaction

from reserved_pools.accounts import Wrong
from vault import audit
from vault.actor import SYSTEM
from vault.ids import uuid7

log = logging.getLogger(__name__)

MOST_NAMED = 20
WRONG = """
SELECT place.public_id, place.held, coalesce(waiting.number, 0)
  FROM reserved_pools_poolslot AS place
  LEFT JOIN (SELECT pool_slot_id, count(*) AS number
               FROM referral_disruption WHERE status = 'open' AND pool_slot_id IS NOT NULL GROUP BY pool_slot_id
            ) AS waiting ON waiting.pool_slot_id = place.id
 WHERE place.held <> coalesce(waiting.number, 0)
 ORDER BY place.id
"""


def wrong_holds() -> list[Wrong]:
    """The pool slots that hold other numbers of places than there are patients they are held for; empty when the books are right."""
    with connection.cursor() as cursor:
        cursor.execute(WRONG)
        return [Wrong(pool_slot, "held", held, waiting) for pool_slot, held, waiting in cursor.fetchall()]


@transaction.atomic(durable=True)
def prove_holds() -> list[Wrong]:
    """Use case: compare held places with those they are held for; what is wrong stands in the audit trail and the log."""
    wrong = wrong_holds()
    if wrong:
        named = [f"{one.pool_slot} {one.column} {one.held}/{one.moved}" for one in wrong[:MOST_NAMED]]
        audit.record("find_wrong_places", "places", uuid7(), by=SYSTEM, details={"number": len(wrong), "places": named})
        log.error("places: %d held places differ from those they are held for, first %s", len(wrong), named[0])
    return wrong
