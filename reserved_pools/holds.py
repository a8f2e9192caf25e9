"""Holds a place for somebody who has not chosen yet, makes it hers, or lets it go: the only doors to these SQL functions."""

import random
from typing import Any
from uuid import UUID

from django.db import connection

from reserved_pools.claims import DICE, cool_until
from vault.transactions import requires_transaction


def hold(pool_slot_id: int, *, about: UUID, reason: str = "") -> bool:
    """Step: keep one place from everybody else if the slot is open by the database clock and one is left; False when not.

    One guarded UPDATE holds the slot's row until the caller commits. `about` is whoever may take it up.
    """
    return _moved("SELECT pool_hold(%s, %s, %s)", [pool_slot_id, reason, about])


def take_up(pool_slot_id: int, *, about: UUID, reason: str = "") -> bool:
    """Step: a held place becomes a claimed one, even after the cut-off; False when none is held, or the session does not take place.

    `about` is the booking that has it from now on.
    """
    return _moved("SELECT pool_take_up(%s, %s, %s)", [pool_slot_id, reason, about])


def let_go(pool_slot_id: int, *, about: UUID, reason: str = "", dice: random.Random = DICE) -> bool:
    """Step: a held place opens again at a moment nobody can foresee (C34, C35); False when none was held.

    That of a slot closed already goes to the hospital at once; that of a stopped session is withdrawn.
    """
    until = cool_until(pool_slot_id, dice=dice)
    return _moved("SELECT pool_let_go(%s, %s, %s, %s)", [pool_slot_id, reason, about, until])


def _moved(statement: str, arguments: list[Any]) -> bool:
    requires_transaction()
    with connection.cursor() as cursor:
        cursor.execute(statement, arguments)
        (done,) = cursor.fetchone()
    return bool(done)
