"""Takes a place and gives it back: the only doors to the SQL functions that move places."""

import random
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models.functions import Now

from clinics import policy
from reserved_pools import windows
from reserved_pools.models import PoolSlot
from reserved_pools.parameters import (
    COOL_DOWN_ENDS_BEFORE_CUTOFF,
    COOL_DOWN_MINUTES_LEAST,
    COOL_DOWN_MINUTES_MOST,
)
from vault.transactions import requires_transaction

COOLING = (COOL_DOWN_MINUTES_LEAST, COOL_DOWN_MINUTES_MOST, COOL_DOWN_ENDS_BEFORE_CUTOFF)
DICE = random.SystemRandom()


def claim(pool_slot_id: int, *, about: UUID, reason: str = "") -> bool:
    """Step: take one place if the slot is open by the database clock and one is left; False when not.

    One guarded UPDATE holds the slot's row until the caller commits; the CHECK on the row is the second wall.
    """
    requires_transaction()
    return bool(_call("SELECT pool_claim(%s, %s, %s)", [pool_slot_id, reason, about]))


def claim_of_residents(pool_slot_id: int, *, about: UUID, reason: str = "") -> bool:
    """Step: take one place kept for contracted residents, as the consulting room does (R120); False when none is left."""
    requires_transaction()
    return bool(_call("SELECT pool_claim_direct(%s, %s, %s)", [pool_slot_id, reason, about]))


def take_back(pool_slot_id: int, *, about: UUID) -> bool:
    """Step: have a place again that was given back by mistake and still rests; False when it is open to others by now."""
    requires_transaction()
    return bool(_call("SELECT pool_take_back(%s, %s)", [pool_slot_id, about]))


def give_back(pool_slot_id: int, *, about: UUID, dice: random.Random = DICE) -> bool:
    """Step: give one claimed place back; it opens again at a moment nobody can foresee (C34, C35).

    A place of a slot closed already goes to the hospital at once. False when no place was claimed.
    """
    requires_transaction()
    return bool(_call("SELECT pool_give_back(%s, %s, %s)", [pool_slot_id, about, cool_until(pool_slot_id, dice=dice)]))


def cool_until(pool_slot_id: int, *, dice: random.Random = DICE) -> datetime:
    """The moment a place given back now would open again, by the policy of its hospital and the database clock."""
    slot = PoolSlot.objects.select_related("institution", "department").annotate(now=Now()).get(pk=pool_slot_id)
    target = policy.Target.at(slot.institution, slot.department)
    held = policy.values(COOLING, target, slot.now.astimezone(windows.BEIJING).date())
    least, most, before = (int(held[parameter.key].value) for parameter in COOLING)  # type: ignore[arg-type]
    return windows.cools_until(slot.now, slot.closes_at, minutes=dice.randint(least, max(least, most)), latest_before_close=before)


def _call(statement: str, arguments: list[Any]) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(statement, arguments)
        row = cursor.fetchone()
    return row[0] if row else None
