"""Many at once on real PostgreSQL: guesses are counted, a code opens one session, nobody slips through an ending."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client

from permissions import accounts, otp, rights, sessions
from permissions.models import Challenge, CodeBudget, ReferralRight, Session
from permissions.recognition import recognise
from permissions.visit import Visit
from tests import cast
from tests.letters import last_code
from vault.actor import SYSTEM
from vault.models import AuditEntry, Message
from vault.refusal import Refusal

pytestmark = pytest.mark.django_db(transaction=True)
HERE = Visit("203.0.113.7", "", "test")
WORKERS = 24


@pytest.fixture(autouse=True)
def pool() -> Iterator[ThreadPoolExecutor]:
    """Threads with connections of their own, closed at the end."""
    with ThreadPoolExecutor(WORKERS) as threads:
        yield threads
        barrier = threading.Barrier(WORKERS)
        list(threads.map(lambda _: (barrier.wait(30), connection.close()), range(WORKERS)))


def outcomes(pool: ThreadPoolExecutor, call: Callable[[int], Any], times: int) -> list[Any]:
    """The result of each call, or the code of its refusal."""

    def run(number: int) -> Any:
        try:
            return call(number)
        except Refusal as refusal:
            return refusal.code

    return list(pool.map(run, range(times)))


def another(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


def test_of_two_hundred_wrong_codes_at_once_exactly_five_are_evaluated(pool: ThreadPoolExecutor) -> None:
    doctor = cast.a_user()
    asked = otp.ask(doctor.phone, HERE)
    wrong = another(last_code(doctor.phone))

    answers = outcomes(pool, lambda _: otp.evaluate(asked.handle, wrong), 200)

    evaluated = [answer for answer in answers if isinstance(answer, otp.Guess)]
    assert sorted(guess.left for guess in evaluated) == [0, 1, 2, 3, 4]
    assert answers.count("wrong_code") == 195
    assert Challenge.objects.get().guesses == 5
    assert AuditEntry.objects.filter(verb="wrong_code").count() == 5


def test_two_hundred_wrong_codes_through_the_interface_leave_five_guesses_and_no_session(pool: ThreadPoolExecutor) -> None:
    doctor = cast.a_user()
    body = {"challenge": otp.ask(doctor.phone, HERE).handle, "code": another(last_code(doctor.phone))}

    answers = outcomes(pool, lambda _: Client().post("/api/v1/auth/verify", body, content_type="application/json").status_code, 200)

    assert set(answers) == {403}
    assert Challenge.objects.get().guesses == 5
    assert Session.objects.count() == 0


def test_no_callers_rollback_gives_a_guess_back() -> None:
    doctor = cast.a_user()
    asked = otp.ask(doctor.phone, HERE)

    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        otp.evaluate(asked.handle, "000000")

    assert Challenge.objects.get().guesses == 0


@pytest.mark.parametrize("attempt", range(5))
def test_one_right_code_in_many_hands_opens_one_session(pool: ThreadPoolExecutor, attempt: int) -> None:
    doctor = cast.a_user(desks=2)
    asked = otp.ask(doctor.phone, HERE)
    code = last_code(doctor.phone)

    answers = outcomes(pool, lambda _: sessions.log_in(asked.handle, code, HERE, kind=Session.Kind.TOKEN), 50)

    assert [isinstance(answer, sessions.Opened) for answer in answers].count(True) == 1
    assert answers.count("wrong_code") == 49
    assert Session.objects.count() == 1


def test_two_logins_at_one_desk_at_once_leave_one_live_session(pool: ThreadPoolExecutor, settings: Any) -> None:
    settings.OTP_COOLDOWN_SECONDS = 0
    clerk = cast.a_user("王静")
    guesses = [otp.evaluate(otp.ask(clerk.phone, HERE).handle, last_code(clerk.phone)) for _ in range(2)]
    Challenge.objects.update(voided_at=None)

    outcomes(pool, lambda number: sessions._open(guesses[number], HERE, Session.Kind.TOKEN), 2)

    assert Session.objects.count() == 2
    assert Session.objects.live().count() == 1


def test_of_many_requests_for_one_number_at_once_one_code_is_sent(pool: ThreadPoolExecutor) -> None:
    doctor = cast.a_user()

    answers = outcomes(pool, lambda _: otp.ask(doctor.phone, HERE), 40)

    assert answers.count("too_many_requests") == 39
    assert Challenge.objects.count() == Message.objects.count() == 1
    assert CodeBudget.objects.get(scope="platform").used == 1


def test_an_address_gets_exactly_its_share_under_pressure_and_nothing_deadlocks(pool: ThreadPoolExecutor, settings: Any) -> None:
    settings.OTP_PER_ADDRESS_HOUR = 10
    phones = [cast.a_phone() for _ in range(40)]

    answers = outcomes(pool, lambda number: otp.ask(phones[number], HERE), 40)

    assert answers.count("too_many_requests") == 30
    assert CodeBudget.objects.get(scope="address").used == 10
    assert CodeBudget.objects.filter(scope="cooldown").count() == 10


def test_no_request_begun_after_an_account_was_closed_is_let_in(pool: ThreadPoolExecutor) -> None:
    doctor = cast.a_user()
    key = cast.a_session(doctor)[1]
    closed_at: list[float] = []
    until = time.monotonic() + 3

    def knock(_number: int) -> list[float]:
        let_in = []
        while time.monotonic() < until and (not closed_at or time.monotonic() < closed_at[0] + 0.5):
            begun = time.monotonic()
            if recognise(key) is not None:
                let_in.append(begun)
        return let_in

    knocking = [pool.submit(knock, number) for number in range(8)]
    time.sleep(0.3)
    with transaction.atomic():
        accounts.deactivate(doctor, by=SYSTEM, reason="left")
    closed_at.append(time.monotonic())

    let_in = [begun for each in knocking for begun in each.result(10)]
    assert let_in
    assert [begun for begun in let_in if begun > closed_at[0]] == []


def test_a_booking_that_waits_for_a_revocation_sees_it(pool: ThreadPoolExecutor) -> None:
    right, by = cast.a_right(), cast.acting_as(cast.an_admin())

    with transaction.atomic():
        rights.revoke(right, by=by, reason="moved")
        waiting = pool.submit(in_force_under_lock, right)
        time.sleep(0.3)
        assert not waiting.done()

    assert waiting.result(5) is False


def test_a_revocation_waits_for_a_booking_that_holds_the_right(pool: ThreadPoolExecutor) -> None:
    right, by = cast.a_right(), cast.acting_as(cast.an_admin())

    def revoke() -> str:
        with transaction.atomic():
            return rights.revoke(right, by=by, reason="moved").status

    with transaction.atomic():
        assert lock_right(right) is True
        waiting = pool.submit(revoke)
        time.sleep(0.3)
        assert not waiting.done()

    assert waiting.result(5) == "revoked"


def in_force_under_lock(right: ReferralRight) -> bool:
    with transaction.atomic():
        return lock_right(right)


def lock_right(right: ReferralRight) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT in_force FROM right_lock(%s)", [right.pk])
        return bool(cursor.fetchone()[0])


def test_of_two_decisions_about_one_right_at_once_one_is_stale(pool: ThreadPoolExecutor) -> None:
    right, by = cast.a_right(), cast.acting_as(cast.an_admin())

    def revoke(_number: int) -> str:
        with transaction.atomic():
            return rights.revoke(right, by=by, reason="moved", expected_version=1).status

    assert sorted(outcomes(pool, revoke, 2)) == ["revoked", "stale_state"]
    assert AuditEntry.objects.filter(object_id=right.public_id).count() == 1
