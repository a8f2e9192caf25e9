"""A filed phone in many hands at once: one number goes to one person, and a code of the old number never opens afterwards."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest

from permissions import otp, sessions
from permissions.factors import phone_change
from permissions.models import Session, User
from permissions.visit import Visit
from tests import cast
from tests.concurrency.permissions.test_login_races import outcomes, pool
from tests.letters import last_code
from vault.models import AuditEntry

__all__ = ["pool"]
pytestmark = pytest.mark.django_db(transaction=True)
GROUND = {"ground": "in_person", "note": "出示身份证，本人到场，李敏核对"}
ROUNDS = 12


def test_of_many_people_who_get_one_number_at_once_one_does(pool: ThreadPoolExecutor) -> None:
    admin, number = cast.acting_as(cast.an_admin("李敏")), cast.a_phone()
    people = [cast.a_user() for _ in range(8)]

    answers = outcomes(pool, lambda n: phone_change.change(people[n].public_id, phone=number, **GROUND, by=admin), 8)

    assert answers.count("already_exists") == 7
    assert User.objects.with_phone(number).count() == 1  # type: ignore[attr-defined]
    assert AuditEntry.objects.filter(verb="change_phone").count() == 1


def test_a_code_of_the_old_number_opens_before_the_change_or_not_at_all(pool: ThreadPoolExecutor, settings: Any) -> None:
    settings.OTP_COOLDOWN_SECONDS = 0
    admin = cast.acting_as(cast.an_admin("李敏"))

    for _round in range(ROUNDS):
        doctor, start = cast.a_user(), Barrier(2)
        asked = otp.ask(doctor.phone, Visit())
        code = last_code(doctor.phone)

        def either(number: int, doctor: User = doctor, handle: str = asked.handle, code: str = code, start: Barrier = start) -> object:
            start.wait()
            if number:
                return phone_change.change(doctor.public_id, phone=cast.a_phone(), **GROUND, by=admin)
            return sessions.log_in(handle, code, Visit(), kind=Session.Kind.TOKEN)

        login, change = outcomes(pool, either, 2)

        assert getattr(change, "done_at", None), change
        assert login == "wrong_code" or login.session.user_id == doctor.pk
        assert Session.objects.live().filter(user=doctor).count() == 0
