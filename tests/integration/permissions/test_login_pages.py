"""The pages of logging in, in Chinese and in English, and the locked screen that keeps what was being sent."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db.models.functions import Now
from django.test import Client

from permissions.models import CodeBudget, Session
from permissions.visit import known_browser_cookie
from tests import cast
from tests.letters import last_code

pytestmark = pytest.mark.django_db


def text(answer: Any) -> str:
    return str(answer.content.decode())


def test_a_doctor_logs_in_by_the_pages_and_comes_where_she_wanted(client: Client) -> None:
    doctor = cast.a_user()

    first = client.get("/me/sessions/")
    asked = client.post("/login/", {"phone": doctor.phone, "next": "/me/sessions/"}, follow=True)
    entered = client.post("/login/code/", {"code": last_code(doctor.phone)})

    assert first["Location"] == "/login/?next=%2Fme%2Fsessions%2F"
    assert f"139****{doctor.phone[-4:]}" in text(asked)
    assert doctor.phone not in text(asked)
    assert entered["Location"] == "/me/sessions/"
    cookie = entered.cookies[settings.SESSION_COOKIE_NAME]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert entered.cookies[known_browser_cookie()].value
    assert "我的登录" in text(client.get("/me/sessions/"))


def test_the_login_page_is_chinese_and_takes_english_when_asked(client: Client) -> None:
    chinese = client.get("/login/", headers={"Accept-Language": "en-US,en"})
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    english = client.get("/login/")

    assert "手机号" in text(chinese)
    assert "Mobile number" not in text(chinese)
    assert "Mobile number" in text(english)
    assert chinese["Content-Language"] == "zh-hans"


def test_programs_are_answered_in_the_language_they_ask_for(client: Client) -> None:
    english = client.get("/api/v1/me", headers={"Accept-Language": "en"})
    chinese = client.get("/api/v1/me")

    assert english.json()["detail"] == "Please log in first."
    assert chinese.json()["detail"] == "请先登录。"


def test_a_wrong_code_says_how_often_it_may_still_be_tried(client: Client) -> None:
    doctor = cast.a_user()
    client.post("/login/", {"phone": doctor.phone})

    answer = client.post("/login/code/", {"code": f"{(int(last_code(doctor.phone)) + 1) % 1_000_000:06d}"})

    assert answer.status_code == 422
    assert "还可以再试 4 次" in text(answer)
    assert Session.objects.count() == 0


def test_send_again_voids_the_first_code(client: Client) -> None:
    doctor = cast.a_user()
    client.post("/login/", {"phone": doctor.phone})
    first = last_code(doctor.phone)
    CodeBudget.objects.all().delete()

    client.post("/login/code/", {"again": "1"})
    second = last_code(doctor.phone)
    late = client.post("/login/code/", {"code": first})
    right = client.post("/login/code/", {"code": second})

    assert late.status_code == 422 or first == second
    assert right.status_code == 302


def test_the_code_page_without_a_ticket_leads_to_the_login_page(client: Client) -> None:
    client.cookies["ticket"] = "forged"

    assert client.get("/login/code/")["Location"] == "/login/"
    assert client.post("/login/code/", {"code": "123456"})["Location"] == "/login/"


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "\\\\evil.example"])
def test_nobody_is_led_elsewhere_after_logging_in(client: Client, elsewhere: str) -> None:
    doctor = cast.a_user()
    client.post("/login/", {"phone": doctor.phone, "next": elsewhere})

    answer = client.post("/login/code/", {"code": last_code(doctor.phone)})

    assert answer["Location"] == "/"


def test_a_login_form_from_elsewhere_is_refused() -> None:
    strict = Client(enforce_csrf_checks=True)

    assert strict.post("/login/", {"phone": cast.a_user().phone}).status_code == 403
    assert strict.post("/login/code/", {"code": "123456"}).status_code == 403


def test_the_csrf_token_changes_with_the_login(client: Client) -> None:
    doctor = cast.a_user()
    client.get("/login/")
    before = client.cookies[settings.CSRF_COOKIE_NAME].value
    client.post("/login/", {"phone": doctor.phone})

    client.post("/login/code/", {"code": last_code(doctor.phone)})

    assert client.cookies[settings.CSRF_COOKIE_NAME].value != before


def test_every_answer_has_a_number_a_person_can_read_out(client: Client) -> None:
    answer = client.get("/login/")

    assert re.fullmatch(r"R-\d{4}-\d{6}-[2-9A-HJ-NP-Z]{4}", answer["X-Request-ID"])
    assert answer["X-Request-ID"] in text(answer)


def test_pages_are_not_stored_anywhere(client: Client) -> None:
    cast.sign_in(client, cast.a_user())

    assert client.get("/me/sessions/")["Cache-Control"] == "no-store"
    assert client.get("/api/v1/me")["Cache-Control"] == "no-store"
    assert "camera=()" in client.get("/login/")["Permissions-Policy"]


def lock(session: Session) -> None:
    Session.objects.filter(pk=session.pk).update(seen_at=Now() - timedelta(minutes=31))


def test_a_locked_screen_opens_with_a_code_and_leads_back(client: Client) -> None:
    doctor = cast.a_user()
    lock(cast.sign_in(client, doctor))

    page = client.get("/lock/?next=/me/sessions/")
    sent = client.post("/lock/", {"next": "/me/sessions/"})
    opened = client.post("/lock/", {"next": "/me/sessions/", "code": last_code(doctor.phone)})

    assert "屏幕已锁定" in text(page)
    assert "周晓岚" in text(page)
    assert "验证码已发送" in text(sent)
    assert opened["Location"] == "/me/sessions/"
    assert client.get("/me/sessions/").status_code == 200


def test_a_form_sent_to_a_locked_screen_waits_sealed_and_is_offered_again(client: Client) -> None:
    doctor = cast.a_user()
    lock(cast.sign_in(client, doctor))

    caught = client.post("/me/sessions/", {"session": "糖尿病足，需血管评估"})
    held = re.search(r'name="held" value="([^"]+)"', text(caught))
    assert held is not None
    client.post("/lock/", {"held": held[1]})
    resumed = client.post("/lock/", {"held": held[1], "code": last_code(doctor.phone)})

    assert caught.status_code == 401
    assert "糖尿病足" not in text(caught)
    assert "糖尿病足，需血管评估" in text(resumed)
    assert 'action="/me/sessions/"' in text(resumed)


def test_a_form_of_another_session_is_not_offered(client: Client) -> None:
    other, doctor = Client(), cast.a_user()
    lock(cast.sign_in(other, cast.a_user("沈佳")))
    held = re.search(r'name="held" value="([^"]+)"', text(other.post("/me/sessions/", {"session": "机密"})))
    assert held is not None
    lock(cast.sign_in(client, doctor))
    client.post("/lock/", {"held": held[1]})

    opened = client.post("/lock/", {"held": held[1], "code": last_code(doctor.phone)})

    assert opened.status_code == 302


def test_the_lock_page_of_an_open_screen_leads_on_and_of_a_stranger_to_the_login(client: Client) -> None:
    stranger = Client().get("/lock/")
    cast.sign_in(client, cast.a_user())

    assert stranger["Location"] == "/login/?next=%2Flock%2F"
    assert client.get("/lock/")["Location"] == "/"


def test_a_locked_person_can_log_out(client: Client) -> None:
    session = cast.sign_in(client, cast.a_user())
    lock(session)

    client.post("/logout/")

    session.refresh_from_db()
    assert session.ending == Session.Ending.LOGOUT
