"""The district's one-time unlock: ten digits read out to one person, for fifteen minutes and one login."""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now

from permissions.acting import Acting
from permissions.factors import rescue
from permissions.models import Rescue, UnlockCode
from vault.crypto import keyed_hash, keyed_hashes
from vault.transactions import requires_transaction

CODES = 10**10
LIFE = timedelta(minutes=15)
PURPOSE = "unlock"


@dataclass(frozen=True, slots=True)
class Issued:
    """What was entered, and the code to read out; '' while a second person is waited for."""

    rescue: Rescue
    code: str


@transaction.atomic(durable=True)
def issue(person: UUID, *, ground: str, note: str, by: Acting) -> Issued:
    """A code that stands for the SMS of this person once within fifteen minutes; an older one no longer counts.

    Refuses as `rescue.enter` does. The code exists in clear text here and with whoever asked only.
    """
    entered = rescue.enter(person, Rescue.Act.UNLOCK, ground=ground, note=note, by=by)
    if entered.done_at is None:
        return Issued(entered, "")
    code = f"{secrets.randbelow(CODES):010d}"
    UnlockCode.objects.filter(user=entered.user, used_at=None, voided_at=None).update(voided_at=Now())
    UnlockCode.objects.create(
        user=entered.user,
        rescue=entered,
        code_hash=keyed_hash(_bound(entered.user_id, code), PURPOSE),
        expires_at=Now() + LIFE,
    )
    return Issued(entered, f"{code[:5]} {code[5:]}")


def matching(user_id: int, code: str) -> int:
    """The key of this person's code while it counts, or 0."""
    open_codes = UnlockCode.objects.filter(user_id=user_id, used_at=None, voided_at=None, expires_at__gt=Now())
    found = open_codes.filter(code_hash__in=keyed_hashes(_bound(user_id, code), PURPOSE))
    return found.values_list("pk", flat=True).first() or 0


def use(row: int) -> bool:
    """Step: whether this call used the code up."""
    requires_transaction()
    open_codes = UnlockCode.objects.filter(pk=row, used_at=None, voided_at=None, expires_at__gt=Now())
    return bool(open_codes.update(used_at=Now()))


def _bound(user_id: int, code: str) -> str:
    return f"{user_id}:{code}"
