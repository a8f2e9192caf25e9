"""Proves the books: every column of a pool slot is the sum of its moves."""

from dataclasses import dataclass
from uuid import UUID

from django.db import connection

WRONG = """
SELECT place.public_id, counted.name, counted.held, counted.moved
  FROM reserved_pools_poolslot AS place
  LEFT JOIN (SELECT pool_slot_id,
                    coalesce(sum(places) FILTER (WHERE move = 'published'), 0) AS was_published,
                    coalesce(sum(places) FILTER (WHERE move = 'added'), 0) AS was_added,
                    coalesce(sum(places) FILTER (WHERE move = 'taken_back'), 0) AS was_taken_back,
                    coalesce(sum(places) FILTER (WHERE move = 'withdrawn'), 0) AS was_withdrawn,
                    coalesce(sum(places) FILTER (WHERE move = 'claimed'), 0) AS was_claimed,
                    coalesce(sum(places) FILTER (WHERE move = 'given_back'), 0) AS was_given_back,
                    coalesce(sum(places) FILTER (WHERE move = 'cooled'), 0) AS was_cooled,
                    coalesce(sum(places) FILTER (WHERE move = 'returned'), 0) AS was_returned,
                    coalesce(sum(places) FILTER (WHERE move = 'returned_late'), 0) AS was_returned_late,
                    coalesce(sum(places) FILTER (WHERE move = 'held'), 0) AS was_held,
                    coalesce(sum(places) FILTER (WHERE move = 'taken_up'), 0) AS was_taken_up,
                    coalesce(sum(places) FILTER (WHERE move = 'let_go'), 0) AS was_let_go
               FROM reserved_pools_placeevent GROUP BY pool_slot_id) AS moves ON moves.pool_slot_id = place.id
  CROSS JOIN LATERAL (VALUES
        ('published', place.published, coalesce(was_published + was_added - was_taken_back - was_withdrawn, 0)),
        ('claimed', place.claimed, coalesce(was_claimed + was_taken_up - was_given_back - was_returned_late, 0)),
        ('held', place.held, coalesce(was_held - was_taken_up - was_let_go, 0)),
        ('cooling', place.cooling, coalesce(was_given_back + was_let_go - was_cooled, 0)),
        ('returned', place.returned, coalesce(was_returned + was_returned_late, 0))
       ) AS counted (name, held, moved)
 WHERE counted.held <> counted.moved
 ORDER BY place.id, counted.name
"""


@dataclass(frozen=True, slots=True)
class Wrong:
    """A column of a pool slot that differs from what its moves add up to."""

    pool_slot: UUID
    column: str
    held: int
    moved: int


def wrong_pool_slots() -> list[Wrong]:
    """Every column that is not the sum of its moves (see PlaceEvent); empty when the books are right. One statement, one snapshot."""
    with connection.cursor() as cursor:
        cursor.execute(WRONG)
        return [Wrong(*row) for row in cursor.fetchall()]
