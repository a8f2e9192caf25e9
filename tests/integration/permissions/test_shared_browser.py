"""A machine several people use: handing it over leaves nothing of the one before, and the next chooses her name."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now
from django.test import Client

from permissions.models import Challenge, KnownBrowser, Session
from permissions.sessions import hash_of
from permissions.visit import KNOWN_BROWSER_COOKIE
from tests.cast import a_user, sign_in

pytestmark = pytest.mark.django_db


def known(user: object, days: int = 90) -> None:
    KnownBrowser.objects.create(user=user, key_hash=hash_of("desk"), expires_at=Now() + timedelta(days=days))


def at_the_desk() -> Client:
    client = Client()
    client.cookies[KNOWN_BROWSER_COOKIE] = "desk"
    return client


def test_handing_over_ends_the_login_and_offers_those_who_logged_in_here_masked() -> None:
    zhou, shen = a_user("周晓岚"), a_user("沈佳")
    known(zhou, days=80)
    known(shen)
    client = at_the_desk()
    sign_in(client, zhou)

    answer = client.post("/change-person/")
    page = client.get("/login/").content.decode()

    assert (answer.status_code, answer["Location"]) == (302, "/login/")
    assert Session.objects.get(user=zhou).ending == "logout"
    assert client.get("/me/sessions/").status_code == 302
    assert page.index("沈*") < page.index("周*岚")
    assert ("周晓岚" in page, zhou.phone in page) == (False, False)


def test_one_click_sends_the_code_to_the_chosen_person() -> None:
    zhou = a_user("周晓岚")
    known(zhou)

    answer = at_the_desk().post("/login/", {"person": str(zhou.public_id)})

    assert (answer.status_code, answer["Location"]) == (302, "/login/code/")
    assert Challenge.objects.get().device.user == zhou


@pytest.mark.parametrize("days", [None, -1])
def test_who_did_not_log_in_here_is_neither_shown_nor_sent_a_code_by_choice(days: int | None) -> None:
    zhou = a_user("周晓岚")
    if days:
        KnownBrowser.objects.create(user=zhou, key_hash=hash_of("desk"), expires_at=Now() + timedelta(days=days))

    page, answer = at_the_desk().get("/login/").content.decode(), at_the_desk().post("/login/", {"person": str(zhou.public_id)})

    assert "周*岚" not in page
    assert (answer.status_code, "请输入手机号" in answer.content.decode()) == (422, True)
    assert not Challenge.objects.exists()
