"""Accounts: one phone, one person; closed and opened again by the system administrator; what a closed account loses."""

import pytest
from django.db import transaction

from permissions import accounts
from permissions.acting import Acting
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


def test_nobody_passes_every_check() -> None:
    admin = cast.an_admin()

    assert not admin.is_superuser
    assert not admin.has_perm("permissions.change_user")


def test_the_system_administrator_closes_an_account_and_opens_it_again() -> None:
    keeper, doctor = a_keeper(), cast.a_user()
    _, key = cast.a_session(doctor)

    accounts.close_account(doctor.public_id, "离职", by=keeper)
    closed = recognise(key)
    accounts.reopen_account(doctor.public_id, "返岗", by=keeper)

    doctor.refresh_from_db()
    assert closed is None
    assert recognise(key) is None  # the session stays over; she logs in anew
    assert doctor.is_active
    rows = AuditEntry.objects.filter(object_id=doctor.public_id).order_by("pk").values_list("verb", "reason")
    assert list(rows) == [("deactivate", "离职"), ("reactivate", "返岗")]


def test_what_the_system_administrator_may_not_close_stays_open() -> None:
    keeper, admin, stranger = a_keeper(), cast.an_admin(), cast.a_user(district=cast.a_district("110105", "朝阳区"))
    clerk, doctor = cast.acting_as(cast.a_user("何静"), role=Role.WINDOW_CLERK), cast.a_user()
    attempts = (
        (admin, "离职", keeper, "holds_office"),
        (keeper.user, "离职", keeper, "not_allowed"),
        (stranger, "离职", keeper, "not_found"),
        (doctor, "  ", keeper, "invalid_input"),
        (doctor, "长" * 201, keeper, "invalid_input"),
        (doctor, "离职\u202e", keeper, "invalid_input"),
        (doctor, "离职", clerk, "not_allowed"),
    )

    for user, reason, by, code in attempts:
        with pytest.raises(Refusal) as refused:
            accounts.close_account(user.public_id, reason, by=by)
        assert refused.value.code == code

    assert not User.objects.filter(is_active=False).exists()
    assert not AuditEntry.objects.filter(verb="deactivate").exists()


def a_keeper() -> Acting:
    user = cast.a_user("邱志文")
    cast.a_role(user, Role.SYSTEM_ADMIN)
    return cast.acting_as(user)
