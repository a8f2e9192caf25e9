"""The locked screen: when it closes, that knocking does not keep it open, and who opens it."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.db.models.functions import Now
from django.test import Client
from django.test.utils import CaptureQueriesContext

from permissions import otp, sessions
from permissions.models import Session, User
from permissions.recognition import recognise
from permissions.visit import Visit
from tests import cast
from tests.letters import last_code
from vault.refusal import Refusal

pytestmark = pytest.mark.django_db
HERE = Visit("203.0.113.7", "", "Edge, Windows")


@pytest.fixture(autouse=True)
def wide_budgets(settings: Any) -> None:
    settings.OTP_PER_HOUR = settings.OTP_PER_DAY = 1000
    settings.OTP_COOLDOWN_SECONDS = 0


def log_in(user: User, kind: str = Session.Kind.BROWSER) -> sessions.Opened:
    asked = otp.ask(user.phone, HERE)
    return sessions.log_in(asked.handle, last_code(user.phone), HERE, kind=kind)


def get(path: str, key: str) -> Any:
    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = key
    return client.get(path)


def idle(session: Session, minutes: int) -> None:
    Session.objects.filter(pk=session.pk).update(seen_at=Now() - timedelta(minutes=minutes))


def test_after_thirty_idle_minutes_the_screen_is_locked_and_pages_lead_to_the_lock() -> None:
    session, key = cast.a_session(cast.a_user())
    idle(session, 30)

    answer = get("/me/sessions/", key)

    assert answer.status_code == 302
    assert answer["Location"] == "/lock/?next=%2Fme%2Fsessions%2F"


def test_just_before_thirty_minutes_it_is_open_and_the_use_is_noted() -> None:
    session, key = cast.a_session(cast.a_user())
    idle(session, 29)

    assert get("/me/sessions/", key).status_code == 200

    recognised = recognise(key)
    assert recognised is not None
    assert not recognised.unnoted


def test_use_is_noted_at_most_once_a_minute() -> None:
    session, key = cast.a_session(cast.a_user())
    idle(session, 0)

    with CaptureQueriesContext(connection) as queries:
        get("/me/sessions/", key)

    assert not [query for query in queries.captured_queries if query["sql"].startswith('UPDATE "permissions_session"')]


def test_a_locked_screen_is_not_kept_awake_by_knocking() -> None:
    session, key = cast.a_session(cast.a_user())
    idle(session, 31)

    get("/me/sessions/", key)
    get("/api/v1/me", key)

    recognised = recognise(key)
    assert recognised is not None
    assert recognised.locked


def test_the_interface_says_that_the_screen_is_locked() -> None:
    session, key = cast.a_session(cast.a_user())
    idle(session, 31)

    answer = get("/api/v1/me", key)

    assert answer.status_code == 401
    assert answer.json()["code"] == "session_locked"


def test_a_code_unlocks_the_same_session_under_a_new_key() -> None:
    doctor = cast.a_user()
    opened = log_in(doctor)
    idle(opened.session, 45)
    asked = otp.ask(doctor.phone, HERE, purpose=otp.UNLOCK)

    key = sessions.unlock(opened.session, asked.handle, last_code(doctor.phone)).key

    assert recognise(opened.key) is None
    recognised = recognise(key)
    assert recognised is not None
    assert not recognised.locked
    assert recognised.session.pk == opened.session.pk


def test_another_persons_code_does_not_unlock() -> None:
    hers, other = log_in(cast.a_user("周晓岚")), cast.a_user("沈佳")
    asked = otp.ask(other.phone, HERE, purpose=otp.UNLOCK)

    with pytest.raises(Refusal) as refused:
        sessions.unlock(hers.session, asked.handle, last_code(other.phone))

    assert refused.value.code == "wrong_code"


def test_a_login_code_does_not_unlock() -> None:
    doctor = cast.a_user()
    opened = log_in(doctor)
    asked = otp.ask(doctor.phone, HERE)

    with pytest.raises(Refusal):
        sessions.unlock(opened.session, asked.handle, last_code(doctor.phone))
