"""Judges what became of places: every column of a pool slot against its moves, its live bookings and the hands that hold a place."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

# Each column of each slot beside the sum of its moves; what was closed keeps no place in between.
COLUMNS = """
WITH moves AS (
    SELECT pool_slot_id AS id,
           coalesce(sum(places) FILTER (WHERE move IN ('published', 'added')), 0)
           - coalesce(sum(places) FILTER (WHERE move IN ('taken_back', 'withdrawn')), 0) AS published,
           coalesce(sum(places) FILTER (WHERE move IN ('claimed', 'taken_up')), 0)
           - coalesce(sum(places) FILTER (WHERE move IN ('given_back', 'returned_late')), 0) AS claimed,
           coalesce(sum(places) FILTER (WHERE move IN ('given_back', 'let_go')), 0)
           - coalesce(sum(places) FILTER (WHERE move = 'cooled'), 0) AS cooling,
           coalesce(sum(places) FILTER (WHERE move IN ('returned', 'returned_late')), 0) AS returned,
           coalesce(sum(places) FILTER (WHERE move = 'added'), 0) - coalesce(sum(places) FILTER (WHERE move = 'taken_back'), 0) AS resized,
           max(at) FILTER (WHERE move = 'claimed') AS claimed_last
      FROM reserved_pools_placeevent GROUP BY pool_slot_id
), waiting AS (
    SELECT pool_slot_id AS id, count(*) AS places FROM reserved_pools_coolingplace GROUP BY pool_slot_id
), live AS (
    SELECT pool_slot_id AS id, count(*) AS places FROM referral_booking
     WHERE status IN ('held', 'booked', 'arrived', 'fulfilled', 'noshow') GROUP BY pool_slot_id
)
SELECT slot.id, slot.published <> moves.published, slot.claimed <> moves.claimed, slot.cooling <> moves.cooling,
       slot.returned <> moves.returned, slot.cooling <> coalesce(waiting.places, 0),
       slot.published < slot.claimed + slot.held + slot.cooling + slot.returned,
       slot.closed_at IS NOT NULL AND slot.published <> slot.claimed + slot.held + slot.returned,
       slot.closed_at IS NULL, coalesce(moves.claimed_last > slot.closed_at, false), slot.claimed, coalesce(live.places, 0), moves.resized
  FROM reserved_pools_poolslot AS slot
  LEFT JOIN moves ON moves.id = slot.id LEFT JOIN waiting ON waiting.id = slot.id LEFT JOIN live ON live.id = slot.id
 WHERE slot.id = ANY (%s)
"""
FAULTS = (
    "published is not the sum of its moves",
    "claimed is not the sum of its moves",
    "cooling is not the sum of its moves",
    "returned is not the sum of its moves",
    "cooling is not the places that cool",
    "more places given than there are",
    "a place stranded in a closed slot",
    "a slot still open after its cut-off",
    "a place claimed after the slot was closed",
)
# One claim of one owner is given back at most once.
OWNERS = """
SELECT pool_slot_id, about, sum(CASE WHEN move IN ('claimed', 'taken_up') THEN places ELSE 0 END),
       sum(CASE WHEN move IN ('given_back', 'returned_late') THEN places ELSE 0 END)
  FROM reserved_pools_placeevent
 WHERE pool_slot_id = ANY (%s) AND move IN ('claimed', 'taken_up', 'given_back', 'returned_late') GROUP BY pool_slot_id, about
"""


@dataclass
class Ledger:
    """What the hands were told: who holds a place of which slot, and by how many places each slot was resized."""

    holders: set[tuple[int, UUID]] = field(default_factory=set)
    resized: Counter[int] = field(default_factory=Counter)


def faults(slots: list[int], ledger: Ledger, *, at_the_end: bool = True) -> Counter[str]:
    """Everything wrong with these slots, each fault as often as it was found; `at_the_end` every one is past its cut-off and closed.

    `claimed` is recounted: the live bookings, and beside them the owners who were told that they hold a place. What the hands
    were told of resizing is the sum of those moves.
    """
    from django.db import connection

    found: Counter[str] = Counter()
    with connection.cursor() as cursor:
        cursor.execute(OWNERS, [slots])
        owners = cursor.fetchall()
        cursor.execute("SELECT pool_slot_id, public_id FROM referral_booking WHERE pool_slot_id = ANY (%s)", [slots])
        bookings = set(cursor.fetchall())
        cursor.execute(COLUMNS, [slots])
        rows = cursor.fetchall()
    held = {(slot, about) for slot, about, claimed, given in owners if claimed == 1 and given == 0}
    found["a place claimed or given back twice"] = sum(claimed > 1 or given > claimed for _slot, _about, claimed, given in owners)
    found["an owner without a place, or a place without its owner"] = len((held - bookings) ^ ledger.holders)
    outside = Counter(slot for slot, _about in ledger.holders)
    for slot, *judged, claimed, live, resized in rows:
        found.update(_faults_of(judged, at_the_end))
        found["claimed is not the live bookings and owners"] += claimed != live + outside[slot]
        found["resized otherwise than was told"] += resized != ledger.resized[slot]
    return +found


def _faults_of(judged: list[Any], at_the_end: bool) -> list[str]:
    said = [fault for fault, stands in zip(FAULTS, judged, strict=True) if stands]
    return said if at_the_end else [fault for fault in said if fault != "a slot still open after its cut-off"]
