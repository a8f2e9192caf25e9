"""The offices of a district: entered by one district administrator, confirmed by another, ended by either."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from permissions.accounts import enrol
from permissions.acting import Acting
from permissions.identity.names import clean_name
from permissions.identity.phones import clean_mobile
from permissions.models import RoleAssignment, User
from permissions.reasons import clean_reason
from permissions.roles import DISTRICT_ROLES, OFFICES_APART, Capability, Role
from permissions.sessions import bump_epoch
from vault import audit
from vault.faults import Faults
from vault.refusal import Refusal, Violation, invalid
from vault.transactions import requires_transaction

# With fewer there is nobody left to confirm what the other enters.
FEWEST_DISTRICT_ADMINS = 2


@dataclass(frozen=True, slots=True)
class NewOffice:
    """Who shall get which office, as typed; a phone that has an account stays that account."""

    name: str
    phone: str
    role: str
    name_en: str = ""


@transaction.atomic(durable=True)
def appoint(office: NewOffice, *, by: Acting) -> RoleAssignment:
    """An office entered; it counts once another district administrator confirms it (R034, R098).

    Refuses with `not_allowed`, `invalid_input` for every bad field at once, `already_exists`, and `offices_apart` when the
    person has one of the three offices that stay in three hands.
    """
    require_appointer(by)
    faults = Faults()
    role = faults.of(_role, office.role)
    name, phone = faults.of(clean_name, office.name), faults.of(clean_mobile, office.phone)
    if role is None or name is None or phone is None:
        faults.tell()
        raise AssertionError("a fault was not told")
    return enter_role(_person(name, phone, office.name_en, by), role, by=by)


def enter_role(user: User, role: Role, *, by: Acting) -> RoleAssignment:
    """Step: an office that waits for its second person. Refusals are those of `appoint`."""
    requires_transaction()
    require_appointer(by)
    _check_apart(role, RoleAssignment.objects.filter(user=user, valid_to=None))
    try:
        with transaction.atomic():
            entered = RoleAssignment.objects.create(user=user, role=role, district_id=by.district_id, entered_by=by.user)
    except IntegrityError as error:  # somebody entered one for this person at the same moment
        raise _held() from error
    audit.record("enter_role", "user", user.public_id, by=by.actor, details={"role": role.value, "assignment": str(entered.public_id)})
    return entered


@transaction.atomic(durable=True)
def confirm(public_id: UUID, *, by: Acting) -> RoleAssignment:
    """The second person's word: the office counts from the holder's next request on.

    Refuses with `not_found`, with `not_allowed` for whoever entered it or would hold it, and with `stale_state` when it was
    decided meanwhile. One guarded UPDATE: of two who confirm at once one does.
    """
    require_appointer(by)
    held = _of_district(public_id, by)
    if by.user.pk in (held.entered_by_id, held.user_id):
        raise Refusal("not_allowed", _("Another district administrator has to confirm this: neither who entered it nor who gets it."))
    waiting = RoleAssignment.objects.waiting().filter(pk=held.pk)
    if not waiting.update(confirmed_by=by.user, confirmed_at=Now(), valid_from=Now()):
        raise _decided()
    _settle(held, "confirm_role", by)
    return held


@transaction.atomic(durable=True)
def withdraw(public_id: UUID, *, by: Acting) -> None:
    """An entered office is taken back or declined before it counted. Refuses with `not_found` and `stale_state`."""
    require_appointer(by)
    held = _of_district(public_id, by)
    if not RoleAssignment.objects.waiting().filter(pk=held.pk).update(valid_to=Now()):
        raise _decided()
    _settle(held, "withdraw_role", by)


@transaction.atomic(durable=True)
def end(public_id: UUID, reason: str, *, by: Acting) -> None:
    """An office is over, from its holder's next request on.

    Refuses with `not_found`, `invalid_input` without a reason, `stale_state` when it is over already, and `last_two` while the
    district would be left with fewer than two district administrators; those are locked while they are counted.
    """
    require_appointer(by)
    held, why = _of_district(public_id, by), clean_reason(reason)
    if held.role == Role.DISTRICT_ADMIN:
        _check_enough_stay(held)
    if not RoleAssignment.objects.live().filter(pk=held.pk, valid_to=None).update(valid_to=Now()):
        raise _decided()
    _settle(held, "end_role", by, why)


def require_appointer(by: Acting) -> None:
    """Refuse with `not_allowed` whoever does not appoint in her district."""
    if not by.can(Capability.MANAGE_ROLES):
        raise Refusal("not_allowed", _("Your role does not include this."))


def _role(text: str) -> Role:
    if text not in DISTRICT_ROLES:
        raise invalid("role", _("Choose one of the offices of the district."))
    return Role(text)


def _person(name: str, phone: str, name_en: str, by: Acting) -> User:
    """The account of this phone, when it is this person's, else a new one."""
    known = User.objects.with_phone(phone).first()
    if known is None:
        return enrol(name=name, phone=phone, district=by.district or by.user.district, by=by.actor, name_en=name_en)
    if known.district_id != by.district_id:
        raise Refusal("already_exists", _("This phone belongs to another account."))
    if known.name != name:
        raise invalid("name", _("This phone belongs to an account with another name."), remedy=_("Check the name and the phone."))
    return known


def _check_apart(role: Role, open_ones: Iterable[RoleAssignment]) -> None:
    """System, security and audit administration stay in three hands (GB/T 22239-2019, 8.1.4)."""
    held = {Role(one.role) for one in open_ones}
    if role in held:
        raise _held()
    if role in OFFICES_APART and held & OFFICES_APART:
        sentence = _("System, security and audit administrator are three different people; this person holds one of these offices.")
        remedy = _("Choose another person, or end the other office first.")
        raise Refusal("offices_apart", sentence, (Violation("offices_apart", sentence, field="role", remedy=remedy, rule="R098"),))


def _check_enough_stay(held: RoleAssignment) -> None:
    """Asks for open ends, not for the clock: after a wait this statement's clock is older than an end that was committed meanwhile."""
    chiefs = RoleAssignment.objects.filter(district=held.district_id, role=Role.DISTRICT_ADMIN, confirmed_at__isnull=False, valid_to=None)
    if len(chiefs.locked()) <= FEWEST_DISTRICT_ADMINS:
        raise Refusal("last_two", _("A district keeps two district administrators. Appoint another one first, then end this office."))


def _of_district(public_id: UUID, by: Acting) -> RoleAssignment:
    held = RoleAssignment.objects.select_related("user").filter(district_id=by.district_id, public_id=public_id).first()
    if held is None:
        raise Refusal("not_found", _("There is nothing here that you may see."))
    return held


def _settle(held: RoleAssignment, verb: str, by: Acting, reason: str = "") -> None:
    """What follows every decision: the holder's sessions look again, the trail knows."""
    bump_epoch(held.user_id)
    details = {"role": held.role, "assignment": str(held.public_id)}
    audit.record(verb, "user", held.user.public_id, by=by.actor, reason=reason, details=details)


def _held() -> Refusal:
    return Refusal("already_exists", _("This person has this office already, or it waits to be confirmed."))


def _decided() -> Refusal:
    return Refusal("stale_state", _("Somebody else decided this meanwhile. Please look at the list again."))
