"""Staying logged in: how many, how long, the lock, and the end."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.db.models.functions import Now
from django.test import Client
from django.test.utils import CaptureQueriesContext

from permissions import otp, sessions
from permissions.models import Session, User
from permissions.recognition import recognise
from permissions.roles import Role
from permissions.visit import Visit
from tests import cast
from tests.letters import last_code
from vault.actor import SYSTEM

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


def test_a_doctor_keeps_two_sessions_and_the_quietest_gives_way() -> None:
    doctor = cast.a_user(desks=2)
    first, second = log_in(doctor), log_in(doctor)
    idle(first.session, 5)

    third = log_in(doctor)

    assert recognise(first.key) is None
    assert recognise(second.key) is not None
    assert recognise(third.key) is not None
    first.session.refresh_from_db()
    assert first.session.ending == Session.Ending.REPLACED


def test_everybody_else_keeps_one_session() -> None:
    clerk = cast.a_user("王静")
    first = log_in(clerk)

    second = log_in(clerk, Session.Kind.TOKEN)

    assert recognise(first.key) is None
    assert recognise(second.key) is not None


def test_session_person_and_roles_are_read_in_one_statement() -> None:
    admin = cast.an_admin()
    _, key = cast.a_session(admin)

    with CaptureQueriesContext(connection) as queries:
        recognised = recognise(key)

    assert len(queries) == 1
    assert recognised is not None
    assert recognised.acting.role == Role.DISTRICT_ADMIN
    with CaptureQueriesContext(connection) as none:
        assert recognised.acting.user.district.code == cast.XICHENG
        assert recognised.acting.district_id == admin.district_id
    assert len(none) == 0


def test_after_twelve_hours_the_session_is_over_even_when_in_use() -> None:
    session, key = cast.a_session(cast.a_user())
    Session.objects.filter(pk=session.pk).update(created_at=Now() - timedelta(hours=13), expires_at=Now())

    assert recognise(key) is None
    assert get("/me/sessions/", key)["Location"] == "/login/?next=%2Fme%2Fsessions%2F"


def test_a_closed_account_is_out_with_the_next_request() -> None:
    doctor = cast.a_user()
    _, key = cast.a_session(doctor)

    User.objects.filter(pk=doctor.pk).update(is_active=False)

    assert get("/api/v1/me", key).status_code == 401


def test_changed_rights_are_noticed_by_an_open_session_once() -> None:
    doctor = cast.a_user()
    _, key = cast.a_session(doctor)
    with transaction.atomic():
        sessions.bump_epoch(doctor.pk)

    first, second = get("/me/sessions/", key), get("/me/sessions/", key)

    assert "您在这里能做的事有了变化" in first.content.decode()
    assert "您在这里能做的事有了变化" not in second.content.decode()


def test_one_sees_ones_own_sessions_and_ends_one_of_them(client: Client) -> None:
    doctor = cast.a_user(desks=2)
    other, _ = cast.a_session(doctor)
    stranger, _ = cast.a_session(cast.a_user("沈佳"))
    headers = cast.bearer(doctor)

    seen = client.get("/api/v1/me/sessions", headers=headers).json()
    ended = client.delete(f"/api/v1/me/sessions/{other.public_id}", headers=headers)
    refused = client.delete(f"/api/v1/me/sessions/{stranger.public_id}", headers=headers)
    again = client.delete(f"/api/v1/me/sessions/{other.public_id}", headers=headers)

    assert {entry["id"] for entry in seen["results"]} >= {str(other.public_id)}
    assert [entry["current"] for entry in seen["results"]].count(True) == 1
    assert ended.status_code == 204
    assert refused.status_code == 404
    assert again.status_code == 404
    stranger.refresh_from_db()
    assert stranger.ended_at is None


def test_all_other_sessions_end_and_this_one_stays(client: Client) -> None:
    doctor = cast.a_user(desks=2)
    _, other = cast.a_session(doctor)
    cast.sign_in(client, doctor)

    answer = client.post("/me/sessions/", {"others": "1"}, follow=True)

    assert answer.status_code == 200
    assert recognise(other) is None
    assert "其他登录都已结束" in answer.content.decode()


def test_logging_out_ends_the_session_and_takes_the_cookie(client: Client) -> None:
    session = cast.sign_in(client, cast.a_user())

    answer = client.post("/logout/")

    session.refresh_from_db()
    assert session.ending == Session.Ending.LOGOUT
    assert answer.cookies[settings.SESSION_COOKIE_NAME].value == ""


def test_a_token_counts_alone_and_garbage_is_nobody(client: Client) -> None:
    cast.sign_in(client, cast.a_user())

    assert client.get("/api/v1/me", headers={"Authorization": "Bearer nonsense"}).status_code == 401
    assert client.get("/api/v1/me", headers={"Authorization": "Basic bm8="}).status_code == 401
    assert client.get("/api/v1/me", headers={"Authorization": "Bearer " + "x" * 9000}).status_code == 401
    assert client.get("/api/v1/me").status_code == 200


def test_ending_everything_of_a_person_makes_her_browsers_strangers() -> None:
    doctor = cast.a_user(desks=2)
    opened = [log_in(doctor), log_in(doctor)]

    with transaction.atomic():
        ended = sessions.end_sessions_of(doctor, Session.Ending.BY_REVOCATION, by=SYSTEM)

    assert ended == 2
    assert [recognise(login.key) for login in opened] == [None, None]
    assert doctor.known_browsers.count() == 0


def test_an_unsafe_request_by_cookie_needs_the_csrf_token_and_by_token_it_does_not() -> None:
    doctor = cast.a_user(desks=2)
    strict = Client(enforce_csrf_checks=True)
    session = cast.sign_in(strict, doctor)

    by_cookie = strict.delete(f"/api/v1/me/sessions/{session.public_id}")
    by_token = strict.delete(f"/api/v1/me/sessions/{session.public_id}", headers=cast.bearer(doctor))

    assert by_cookie.status_code == 403
    assert by_token.status_code == 204


def test_a_program_logs_out_and_its_token_is_worth_nothing(client: Client) -> None:
    headers = cast.bearer(cast.a_user())

    assert client.post("/api/v1/auth/logout", headers=headers).status_code == 204
    assert client.get("/api/v1/me", headers=headers).status_code == 401
    assert client.post("/api/v1/auth/logout", headers=headers).status_code == 401


def test_a_shared_computer_is_known_to_each_doctor_who_used_it() -> None:
    first, second = cast.a_user("周晓岚"), cast.a_user("沈佳")
    key = log_in(first).browser_key
    visit = Visit(HERE.address, key, HERE.client)

    asked = otp.ask(second.phone, visit)
    opened = sessions.log_in(asked.handle, last_code(second.phone), visit, kind=Session.Kind.BROWSER)

    assert opened.browser_key == key
    assert first.known_browsers.count() == second.known_browsers.count() == 1


def test_a_key_nobody_has_used_is_not_taken_for_a_known_browser() -> None:
    doctor, forged = cast.a_user(), Visit(HERE.address, "planted", HERE.client)

    asked = otp.ask(doctor.phone, forged)
    opened = sessions.log_in(asked.handle, last_code(doctor.phone), forged, kind=Session.Kind.BROWSER)

    assert opened.browser_key != "planted"


def test_the_language_a_person_chose_follows_her_to_another_browser(client: Client) -> None:
    doctor = cast.a_user(desks=2)
    cast.sign_in(client, doctor)
    client.post("/language/", {"language": "en", "next": "/me/sessions/"})

    elsewhere = Client()
    cast.sign_in(elsewhere, doctor)

    assert "My sessions" in elsewhere.get("/me/sessions/").content.decode()
