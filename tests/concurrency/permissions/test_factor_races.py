"""The second factor in many hands at once: one use, five guesses, budgets exact, one authenticator."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.db.models.functions import Now

from permissions.factors import proving, totp, unlock
from permissions.models import Authenticator, CodeBudget, Proof, RecoveryCode, Rescue, Session, UnlockCode
from permissions.sessions import Opened
from permissions.visit import Visit
from tests import cast
from tests.cast_factors import a_paper, an_authenticator, shown_now, wrong_now
from tests.concurrency.permissions.test_login_races import HERE, outcomes, pool
from vault.crypto import keyed_hash
from vault.models import AuditEntry

__all__ = ["pool"]
pytestmark = pytest.mark.django_db(transaction=True)


def waiting_session(user: Any) -> Session:
    """A login whose SMS was right and whose second proof is due."""
    session, _key = cast.a_session(user, kind=Session.Kind.TOKEN, proofs=["sms"], proof_due=True)
    return session


@pytest.mark.parametrize("proof", [Proof.TOTP, Proof.RECOVERY, Proof.UNLOCK])
def test_one_right_code_in_fifty_hands_opens_one_session(pool: ThreadPoolExecutor, proof: Proof, settings: Any) -> None:
    settings.FACTOR_PER_HOUR = settings.FACTOR_PER_DAY = 1000
    settings.FACTOR_STRANGERS_MONTH = 1000
    doctor = cast.a_user(desks=2)
    secret = an_authenticator(doctor)
    codes = {Proof.TOTP: shown_now(secret), Proof.RECOVERY: a_paper(doctor)[0], Proof.UNLOCK: "0123456789"}
    an_unlock(doctor, codes[Proof.UNLOCK])

    def enter(_number: int) -> Opened:
        return proving.log_in_otherwise(doctor.phone, codes[proof], HERE, kind=Session.Kind.TOKEN)

    answers = outcomes(pool, enter, 50)

    assert [isinstance(answer, Opened) for answer in answers].count(True) == 1
    assert answers.count("wrong_code") == 49
    assert Session.objects.count() == 1


def test_of_two_hundred_wrong_guesses_in_one_session_five_are_evaluated(pool: ThreadPoolExecutor, settings: Any) -> None:
    settings.FACTOR_PER_HOUR = settings.FACTOR_PER_DAY = 1000
    doctor = cast.a_user()
    secret = an_authenticator(doctor)
    session, wrong = waiting_session(doctor), wrong_now(secret)

    answers = outcomes(pool, lambda _: proving.prove(session, wrong, HERE), 200)

    assert answers.count("wrong_code") == 5
    assert answers.count("too_many_requests") == 195
    assert Session.objects.get().guesses == 5
    assert AuditEntry.objects.filter(verb="wrong_factor").count() == 5


def test_strangers_at_once_get_exactly_their_part_of_the_guesses(pool: ThreadPoolExecutor) -> None:
    doctor = cast.a_user()
    wrong = wrong_now(an_authenticator(doctor))

    def guess(number: int) -> Opened:
        return proving.log_in_otherwise(doctor.phone, wrong, Visit(f"203.0.113.{number}"), kind=Session.Kind.TOKEN)

    answers = outcomes(pool, guess, 100)

    assert answers.count("wrong_code") == 6
    assert answers.count("too_many_requests") == 94
    assert CodeBudget.objects.get(scope="totp_stranger", seconds=3600).used == 6


def test_no_rollback_of_a_caller_gives_a_guess_back() -> None:
    doctor = cast.a_user()
    session = waiting_session(doctor)
    secret = an_authenticator(doctor)

    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        proving.prove(session, wrong_now(secret), HERE)

    assert Session.objects.get().guesses == 0


def test_one_authenticator_is_taken_into_use_however_often_its_first_code_arrives(pool: ThreadPoolExecutor, settings: Any) -> None:
    settings.FACTOR_PER_HOUR = settings.FACTOR_PER_DAY = 1000
    doctor = cast.a_user()
    session, _key = cast.a_session(doctor)
    totp.begin(doctor)
    code = shown_now(Authenticator.objects.get().secret)

    answers = outcomes(pool, lambda _: proving.set_up(session, code, HERE), 20)

    assert [isinstance(answer, totp.Enrolled) for answer in answers].count(True) == 1
    assert (Authenticator.objects.count(), RecoveryCode.objects.count()) == (1, 10)


def an_unlock(user: Any, code: str) -> None:
    """A one-time code of the district with known digits."""

    rescue = Rescue.objects.create(user=user, act="unlock", ground="letter", note="来函", entered_by=cast.an_admin(), done_at=Now())
    UnlockCode.objects.create(
        user=user, rescue=rescue, code_hash=keyed_hash(f"{user.pk}:{code}", unlock.PURPOSE), expires_at=Now() + timedelta(minutes=5)
    )
