"""Accounts: one phone, one person; roles of a district; and what a closed account loses."""

import pytest
from django.db import transaction

from permissions import accounts
from permissions.models import PhoneDevice, Session, User
from permissions.recognition import recognise
from permissions.roles import Role
from tests import cast
from vault.actor import SYSTEM
from vault.models import AuditEntry
from vault.refusal import Refusal

pytestmark = pytest.mark.django_db


def test_an_account_has_a_clean_name_and_phone_a_device_and_an_audit_row() -> None:
    user = accounts.open_account(name="古丽•买买提", phone="+86 138 0000 0001", district=cast.a_district(), by=SYSTEM, desks=2)

    user.refresh_from_db()
    assert (user.name, user.phone, user.phone_tail, user.desks) == ("古丽·买买提", "13800000001", "0001", 2)
    assert PhoneDevice.objects.filter(user=user).count() == 1
    assert AuditEntry.objects.get(object_id=user.public_id).verb == "enrol"


def test_one_phone_is_one_account_however_it_is_typed() -> None:
    accounts.open_account(name="张明", phone="13800000001", district=cast.a_district(), by=SYSTEM)

    with pytest.raises(Refusal) as refused:
        accounts.open_account(name="李明", phone="１３８ ００００ ０００１", district=cast.a_district(), by=SYSTEM)

    assert refused.value.code == "already_exists"
    assert User.objects.count() == 1


def test_a_changed_phone_ends_every_session_and_logs_in_alone() -> None:
    doctor = cast.a_user()
    old = doctor.phone
    _, key = cast.a_session(doctor)

    with transaction.atomic():
        accounts.change_phone(doctor, "13800000002", by=SYSTEM)

    assert recognise(key) is None
    assert list(User.objects.with_phone("13800000002")) == [doctor]
    assert list(User.objects.with_phone(old)) == []


def test_another_persons_phone_is_not_taken() -> None:
    doctor, other = cast.a_user(), cast.a_user("沈佳")

    with pytest.raises(Refusal), transaction.atomic():
        accounts.change_phone(doctor, other.phone, by=SYSTEM)


def test_a_closed_account_is_out_and_stays_out() -> None:
    doctor = cast.a_user()
    session, key = cast.a_session(doctor)

    with transaction.atomic():
        accounts.deactivate(doctor, by=SYSTEM, reason="left")

    session.refresh_from_db()
    assert session.ending == Session.Ending.BY_REVOCATION
    assert recognise(key) is None


def test_a_district_role_counts_from_the_next_request_and_until_it_ends() -> None:
    admin = cast.a_user("李敏")
    _, key = cast.a_session(admin)

    with transaction.atomic():
        assignment = accounts.assign_role(admin, Role.DISTRICT_ADMIN, admin.district, by=SYSTEM)
    held = recognise(key)
    with transaction.atomic():
        accounts.end_role(assignment, by=SYSTEM)
    ended = recognise(key)

    assert held is not None
    assert held.acting.role == Role.DISTRICT_ADMIN
    assert held.changed
    assert ended is not None
    assert ended.acting.role is None


def test_a_role_is_given_once_and_never_a_kind_of_post() -> None:
    admin = cast.an_admin()

    for role, code in ((Role.DISTRICT_ADMIN, "already_exists"), (Role.FAMILY_DOCTOR, "invalid_input")):
        with pytest.raises(Refusal) as refused, transaction.atomic():
            accounts.assign_role(admin, role, admin.district, by=SYSTEM)
        assert refused.value.code == code


def test_nobody_passes_every_check() -> None:
    admin = cast.an_admin()

    assert not admin.is_superuser
    assert not admin.has_perm("permissions.change_user")
