"""Accounts: who may log in with which phone, until when."""

from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from permissions.acting import Acting
from permissions.identity.names import clean_name
from permissions.identity.phones import clean_mobile
from permissions.models import District, PhoneDevice, RoleAssignment, Session, User
from permissions.reasons import clean_reason
from permissions.roles import Capability
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

    Refuses with `invalid_input` also for the number that is on file, or `already_exists` when the new phone belongs to another
    account; of two who get one number at the same moment one does.
    """
    requires_transaction()
    number = clean_mobile(phone)
    if number == user.phone:
        raise invalid("phone", _("This number is on file already."))
    if User.objects.filter(phone_hash__in=keyed_hashes(number, "phone")).exclude(pk=user.pk).exists():
        raise _taken()
    fields = {"phone": number, "phone_hash": keyed_hash(number, "phone"), "phone_tail": number[-4:]}
    try:
        with transaction.atomic():
            User.objects.filter(pk=user.pk).update(**fields)
    except IntegrityError as error:
        raise _taken() from error
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
def close_account(public_id: UUID, reason: str, *, by: Acting) -> User:
    """The system administrator's decision: nobody logs in with this account until it is opened again; see `deactivate`.

    Refuses with `not_found`, `invalid_input` without a reason, `stale_state` when it is closed, `not_allowed` for one's own, and
    `holds_office` for whoever has an office of the district: two district administrators give it and take it.
    """
    user, why = _account_of(public_id, by), clean_reason(reason)
    if user.pk == by.user.pk:
        raise Refusal("not_allowed", _("Nobody closes her own account."))
    if not user.is_active:
        raise Refusal("stale_state", _("This account is closed already."))
    if RoleAssignment.objects.filter(user=user, valid_to=None).exists():
        raise Refusal("holds_office", _("This person has an office of the district. A district administrator ends the office first."))
    deactivate(user, by=by.actor, reason=why)
    return user


@transaction.atomic(durable=True)
def reopen_account(public_id: UUID, reason: str, *, by: Acting) -> User:
    """A closed account logs in again; refusals are those of `close_account`."""
    user, why = _account_of(public_id, by), clean_reason(reason)
    if not User.objects.filter(pk=user.pk, is_active=False).update(is_active=True):
        raise Refusal("stale_state", _("This account is open already."))
    bump_epoch(user.pk)
    audit.record("reactivate", "user", user.public_id, by=by.actor, reason=why)
    return user


def accounts_of(by: Acting) -> "QuerySet[User]":
    """The accounts of the acting person's district."""
    return User.objects.filter(district_id=by.district_id).select_related("district")


def _account_of(public_id: UUID, by: Acting) -> User:
    if not by.can(Capability.MANAGE_ACCOUNTS):
        raise Refusal("not_allowed", _("Your role does not include this."))
    user = accounts_of(by).filter(public_id=public_id).first()
    if user is None:
        raise Refusal("not_found", _("There is nothing here that you may see."))
    return user


@transaction.atomic(durable=True)
def prefer_language(user: User, language: str) -> None:
    """The language a person reads wherever she logs in; one of `settings.LANGUAGES`, checked by the caller."""
    User.objects.filter(pk=user.pk).update(language=language)


def seat_at(user: User, desks: int) -> None:
    """Step: how many sessions a person may have at once; called when a doctor's post begins (2) or the last one ends (1)."""
    requires_transaction()
    User.objects.filter(pk=user.pk).update(desks=desks)


def _taken() -> Refusal:
    return Refusal("already_exists", _("This phone belongs to another account."))
