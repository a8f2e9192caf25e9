"""Accounts: who may log in with which phone, and which district-wide roles she has."""

from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from permissions.identity.names import clean_name
from permissions.identity.phones import clean_mobile
from permissions.models import District, PhoneDevice, RoleAssignment, Session, User
from permissions.roles import DISTRICT_ROLES, Role
from permissions.sessions import bump_epoch, end_sessions_of
from vault import audit
from vault.actor import Actor
from vault.crypto import keyed_hash, keyed_hashes
from vault.refusal import Refusal, invalid
from vault.transactions import requires_transaction


@transaction.atomic(durable=True)
def open_account(*, name: str, phone: str, district: District, by: Actor, name_en: str = "", desks: int = 1) -> User:
    """A new account, as a use case of its own; see `enrol`."""
    return enrol(name=name, phone=phone, district=district, by=by, name_en=name_en, desks=desks)


def enrol(*, name: str, phone: str, district: District, by: Actor, name_en: str = "", desks: int = 1) -> User:
    """Step: a new account whose login is this phone (R047: the mobile number on file). One phone is one account.

    Refuses with `invalid_input` for name or phone, `already_exists` when the phone has an account. Doctors get two desks.
    """
    requires_transaction()
    number = clean_mobile(phone)
    if User.objects.filter(phone_hash__in=keyed_hashes(number, "phone")).exists():
        raise _taken()
    try:
        with transaction.atomic():
            user = User.objects.create(
                name=clean_name(name), name_en=name_en, phone=number, phone_hash=keyed_hash(number, "phone"),
                phone_tail=number[-4:], district=district, desks=desks,
            )  # fmt: skip
    except IntegrityError as error:
        raise _taken() from error
    PhoneDevice.objects.create(user=user, name="phone")
    audit.record("enrol", "user", user.public_id, by=by)
    return user


def change_phone(user: User, phone: str, *, by: Actor) -> None:
    """Step: another phone on file, by the district's decision; every session of the old one ends.

    Refuses with `invalid_input`, or `already_exists` when the new phone belongs to another account.
    """
    requires_transaction()
    number = clean_mobile(phone)
    if User.objects.filter(phone_hash__in=keyed_hashes(number, "phone")).exclude(pk=user.pk).exists():
        raise _taken()
    fields = {"phone": number, "phone_hash": keyed_hash(number, "phone"), "phone_tail": number[-4:]}
    User.objects.filter(pk=user.pk).update(**fields)
    end_sessions_of(user, Session.Ending.BY_REVOCATION, by=by)
    audit.record("change_phone", "user", user.public_id, by=by)


def deactivate(user: User, *, by: Actor, reason: str) -> None:
    """Step: nobody logs in with this account any more and every session ends; rights and posts are ended by `clinics`."""
    requires_transaction()
    User.objects.filter(pk=user.pk).update(is_active=False)
    end_sessions_of(user, Session.Ending.BY_REVOCATION, by=by)
    bump_epoch(user.pk)
    audit.record("deactivate", "user", user.public_id, by=by, reason=reason)


@transaction.atomic(durable=True)
def prefer_language(user: User, language: str) -> None:
    """The language a person reads wherever she logs in; one of `settings.LANGUAGES`, checked by the caller."""
    User.objects.filter(pk=user.pk).update(language=language)


def seat_at(user: User, desks: int) -> None:
    """Step: how many sessions a person may have at once; called when a doctor's post begins (2) or the last one ends (1)."""
    requires_transaction()
    User.objects.filter(pk=user.pk).update(desks=desks)


def assign_role(user: User, role: Role, district: District, *, by: Actor) -> RoleAssignment:
    """Step: a district-wide role from now on. Refuses with `invalid_input` for kinds of posts, `already_exists` when held."""
    requires_transaction()
    if role not in DISTRICT_ROLES:
        raise invalid("role", _("This role belongs to a post, not to a district."))
    if RoleAssignment.objects.live().filter(user=user, role=role, district=district).exists():
        raise Refusal("already_exists", _("This person has this role already."))
    assignment = RoleAssignment.objects.create(user=user, role=role, district=district)
    bump_epoch(user.pk)
    audit.record("assign_role", "user", user.public_id, by=by, details={"role": role.value, "district": district.code})
    return assignment


def end_role(assignment: RoleAssignment, *, by: Actor) -> None:
    """Step: a district-wide role is over, from the next request on."""
    requires_transaction()
    if not RoleAssignment.objects.live().filter(pk=assignment.pk).update(valid_to=Now()):
        return
    bump_epoch(assignment.user_id)
    audit.record("end_role", "user", assignment.user.public_id, by=by, details={"role": assignment.role})


def _taken() -> Refusal:
    return Refusal("already_exists", _("This phone belongs to another account."))
