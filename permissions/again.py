"""What a restored older copy may not bring back: rights, offices, accounts, phones, second factors and logins, told again."""

from collections.abc import Iterable
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F
from django.db.models.functions import Now

from permissions.identity.phones import clean_mobile
from permissions.models import (
    Authenticator,
    Challenge,
    KnownBrowser,
    RecoveryCode,
    ReferralRight,
    RoleAssignment,
    Session,
    UnlockCode,
    User,
)
from permissions.right_states import RightStatus
from permissions.roles import Role
from permissions.sessions import bump_epoch
from vault import journal
from vault.actor import SYSTEM
from vault.crypto import keyed_hash
from vault.journal.acts import Act
from vault.journal.repeated import record_again
from vault.states import advance
from vault.transactions import requires_transaction

TAKEN_AWAY = {"right.suspend": RightStatus.SUSPENDED, "right.revoke": RightStatus.REVOKED, "right.end": RightStatus.ENDED}
FEWEST_DISTRICT_ADMINS = 2


def declare() -> None:
    """Called once, when the app is ready."""
    journal.told("user", phones_of)
    journal.passing("session", "challenge", "trail", "export")
    for verb in TAKEN_AWAY:
        journal.again(verb, take_right)
    journal.again("end_role", end_office)
    journal.again("withdraw_role", end_office)
    journal.again("deactivate", close_account)
    journal.again("change_phone", change_phone)
    journal.again("set_up_authenticator", take_factors)
    journal.again("take_away_authenticator", take_factors)
    journal.again("renew_recovery_codes", take_codes)
    for verb in ("log_in", "unlock", "give_proof"):
        journal.again(verb, take_codes_used)
    journal.at_every_fence(end_every_login)


def phones_of(users: Iterable[UUID]) -> dict[UUID, dict[str, str]]:
    """The number on file goes into the journal, encrypted as all of it is: a phone given up within the hour may not log in again."""
    return {one.public_id: {"phone": one.phone} for one in User.objects.filter(public_id__in=list(users)).only("public_id", "phone")}


def take_right(act: Act) -> bool:
    """Step: the right is suspended, revoked or ended as it was, with the same reason (R052); no when it is not in force here."""
    requires_transaction()
    right = ReferralRight.objects.locked().filter(public_id=act.object_id).first()
    target = TAKEN_AWAY[act.verb]
    if right is None or right.STATES.find(right.status, target) is None:
        return False
    note, code = str(act.details.get("note", "")), act.reason
    advance(right, target, by=SYSTEM, reason=code, reason_code=code, note=note, reinstatement_asked_by=None)
    bump_epoch(right.user_id)
    record_again(act, {"status": right.status, "version": right.version})
    return True


def end_office(act: Act) -> bool:
    """Step: an office of the district is over. The last two administrators stay: a district without them could not appoint anybody."""
    held = RoleAssignment.objects.filter(public_id=act.details.get("assignment", ""), valid_to=None).first()
    if held is None or (held.role == Role.DISTRICT_ADMIN and held.confirmed_at and _administrators(held) <= FEWEST_DISTRICT_ADMINS):
        return False
    RoleAssignment.objects.filter(pk=held.pk).update(valid_to=Now())
    bump_epoch(held.user_id)
    record_again(act, {"role": held.role, "assignment": str(held.public_id)})
    return True


def close_account(act: Act) -> bool:
    """Step: nobody logs in with this account until it is opened again."""
    if not User.objects.filter(public_id=act.object_id, is_active=True).update(is_active=False):
        return False
    record_again(act)
    return True


def change_phone(act: Act) -> bool:
    """Step: the number that was put on file counts, the one it replaced no more; where it cannot be, nobody logs in at all."""
    user = User.objects.filter(public_id=act.object_id).first()
    if user is None or not act.told.get("phone") or user.phone == act.told["phone"]:
        return False
    number = clean_mobile(act.told["phone"])
    fields = {"phone": number, "phone_hash": keyed_hash(number, "phone"), "phone_tail": number[-4:]}
    try:
        with transaction.atomic():
            User.objects.filter(pk=user.pk).update(**fields)
    except IntegrityError:
        User.objects.filter(pk=user.pk).update(is_active=False)
    record_again(act)
    return True


def take_factors(act: Act) -> bool:
    """Step: an authenticator that was replaced or given up opens nothing; its holder sets one up again."""
    gone = Authenticator.objects.filter(user__public_id=act.object_id).delete()[0]
    return take_codes(act) or gone > 0


def take_codes(act: Act) -> bool:
    """Step: recovery codes that were renewed open nothing."""
    return RecoveryCode.objects.filter(user__public_id=act.object_id).delete()[0] > 0


def take_codes_used(act: Act) -> bool:
    """Step: whoever got in with a recovery code would have it a second time, so her paper counts no more."""
    proofs = act.details.get("proofs", [act.details.get("proof")])
    if "recovery" not in proofs or act.actor_id is None:
        return False
    return RecoveryCode.objects.filter(user__public_id=act.actor_id).delete()[0] > 0


def end_every_login() -> dict[str, int]:
    """Step: every session, key of a program, code and waiting challenge of the copy is over; browsers are strangers again."""
    requires_transaction()
    live = Session.objects.filter(ended_at=None)
    keys = live.filter(kind=Session.Kind.KEY).count()
    ended = live.update(ended_at=Now(), ending=Session.Ending.BY_REVOCATION)
    codes = Challenge.objects.filter(consumed_at=None, voided_at=None).update(voided_at=Now())
    codes += UnlockCode.objects.filter(used_at=None, voided_at=None).update(voided_at=Now())
    KnownBrowser.objects.all().delete()
    User.objects.update(epoch=F("epoch") + 1)
    return {"logins_over": ended - keys, "program_keys_over": keys, "challenges_over": codes}


def _administrators(held: RoleAssignment) -> int:
    chiefs = RoleAssignment.objects.filter(district=held.district_id, role=Role.DISTRICT_ADMIN, confirmed_at__isnull=False, valid_to=None)
    return len(chiefs.locked())
