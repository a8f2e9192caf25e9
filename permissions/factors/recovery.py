"""Recovery codes: ten on paper, shown once, each opens once; only their keyed hashes are kept."""

import secrets

from django.db.models.functions import Now

from permissions.models import RecoveryCode, User
from vault import audit
from vault.actor import Actor
from vault.crypto import keyed_hash, keyed_hashes
from vault.transactions import requires_transaction

LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # without look-alikes; 31 to the twelfth is 59 bits
LENGTH = 12
HOW_MANY = 10
PURPOSE = "recovery"


def renew(user: User, *, by: Actor) -> list[str]:
    """Step: ten new codes, and none of the old ones counts any more; they exist in clear text here and on the person's paper only."""
    requires_transaction()
    codes = [_fresh() for _ in range(HOW_MANY)]
    RecoveryCode.objects.filter(user=user).delete()
    RecoveryCode.objects.bulk_create(RecoveryCode(user=user, code_hash=keyed_hash(_bound(user.pk, code), PURPOSE)) for code in codes)
    audit.record("renew_recovery_codes", "user", user.public_id, by=by)
    return [in_fours(code) for code in codes]


def left_to(user: User) -> int:
    """How many of a person's codes still open."""
    return RecoveryCode.objects.filter(user=user, used_at=None).count()


def matching(user_id: int, code: str) -> int:
    """The key of this person's unused code, or 0."""
    hashes = keyed_hashes(_bound(user_id, code), PURPOSE)
    unused = RecoveryCode.objects.filter(user_id=user_id, code_hash__in=hashes, used_at=None)
    return unused.values_list("pk", flat=True).first() or 0


def use(row: int) -> bool:
    """Step: whether this call used the code up."""
    requires_transaction()
    return bool(RecoveryCode.objects.filter(pk=row, used_at=None).update(used_at=Now()))


def in_fours(code: str) -> str:
    """ABCD-EFGH-JKMN, as it stands on paper."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def _fresh() -> str:
    return "".join(secrets.choice(LETTERS) for _ in range(LENGTH))


def _bound(user_id: int, code: str) -> str:
    """A code of one person is no code of another."""
    return f"{user_id}:{code}"
