"""The frame of every page: sections by role, remembered choices, error pages with a request number, the development inbox."""

import pytest
from django.conf import settings
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone

from clinics.models import Post
from config import errors
from permissions.roles import Role
from tests.cast import a_role, a_user, sign_in
from tests.cast_referral import world

pytestmark = pytest.mark.django_db

SECTIONS = {
    Role.FAMILY_DOCTOR: ["home", "patients", "referrals", "availability", "returns"],
    Role.WINDOW_CLERK: ["arrivals"],
    Role.RECEIVING_DOCTOR: ["visits"],
    Role.MANAGER: ["returns", "rights", "attestation"],
    Role.COORDINATOR: ["availability", "rights"],
    Role.DISTRICT_ADMIN: ["district", "rights", "administrators"],
    Role.AUDIT_ADMIN: ["trail"],
}


def somebody(role: Role) -> Client:
    """A browser in which a person of this role is logged in."""
    held, user, client = world(), a_user("甲"), Client()
    if role in (Role.DISTRICT_ADMIN, Role.AUDIT_ADMIN):
        a_role(user, role)
        sign_in(client, user)
        return client
    place = held.centre if role in (Role.FAMILY_DOCTOR, Role.MANAGER) else held.hospital
    post = Post.objects.create(user=user, institution=place, kind=role, valid_from=timezone.now())
    sign_in(client, user, post)
    return client


@pytest.mark.parametrize("role", SECTIONS)
def test_each_role_sees_its_own_sections_and_can_open_them(role):
    client = somebody(role)

    page = client.get("/me/sessions/").content.decode()

    bar = page[page.index("<header") : page.index("</header")]
    for name in {name for names in SECTIONS.values() for name in names}:
        assert (f'href="{reverse(name)}"' in bar.replace('class="logo" href="/"', "")) == (name in SECTIONS[role]), name
    for name in SECTIONS[role]:
        assert client.get(reverse(name)).status_code == 200, name


def test_a_language_is_remembered_and_an_unknown_one_changes_nothing(client):
    chosen = client.post(reverse("language"), {"language": "en", "next": "/login/"})
    unknown = client.post(reverse("language"), {"language": "xx", "next": "/login/"})

    assert chosen["Location"] == "/login/"
    assert client.cookies[settings.LANGUAGE_COOKIE_NAME].value == "en"
    assert settings.LANGUAGE_COOKIE_NAME not in unknown.cookies
    assert 'lang="en"' in client.get("/login/").content.decode()


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", ""])
@pytest.mark.parametrize("door", ["language", "display"])
def test_a_choice_never_leads_away_from_here(client, door, elsewhere):
    answer = client.post(reverse(door), {"language": "en", "large": "1", "next": elsewhere})

    assert answer["Location"] == "/"


def test_large_type_is_remembered(client):
    client.post(reverse("display"), {"large": "1"})
    large = client.get("/login/").content.decode()
    client.post(reverse("display"), {"large": "0"})

    assert 'class="large"' in large
    assert 'class="large"' not in client.get("/login/").content.decode()


@override_settings(DEBUG=False)
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_an_address_that_does_not_exist_gets_a_page_with_a_request_number(client, language):
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language

    answer = client.get("/nothing/here/")

    assert answer.status_code == 404
    assert answer.headers["X-Request-Id"] in answer.content.decode()


def test_every_status_has_a_page_that_asks_nothing_of_the_database_when_we_failed(rf, django_assert_num_queries):
    for status in (400, 403, 404, 409, 422, 429, 500, 503):
        code = next(code for code, found in errors.STATUS.items() if found == status) if status != 422 else "limit_reached"
        request = rf.get("/anything/")
        request.request_id, request.resolver_match = "R-1122-000000-TEST", None

        with django_assert_num_queries(0):
            page = errors.answer(request, errors.Refusal(code, "为什么", retry_after=3 if status == 429 else None))

        assert page.status_code == status
        assert "R-1122-000000-TEST" in page.content.decode()
        assert "为什么" in page.content.decode()


@override_settings(DEMO=False, DEBUG=False)
def test_the_development_inbox_does_not_exist_in_production(client):
    assert client.get(reverse("inbox")).status_code == 404
    assert "/dev/inbox/" not in client.get("/login/").content.decode()


@override_settings(DEMO=True)
def test_the_development_inbox_shows_one_phone_or_all(client, tmp_path):
    file = tmp_path / "demo" / "sms.jsonl"
    file.parent.mkdir()
    line = '{{"at": "2026-11-22T08:00:00+08:00", "phone": "{}", "template": "otp", "text": "验证码 {}"}}\n'
    file.write_text(line.format("13800000001", "111111") + line.format("13800000002", "222222"), encoding="utf-8")

    with override_settings(STATE_DIR=tmp_path):
        everything = client.get(reverse("inbox")).content.decode()
        one = client.get(reverse("inbox"), {"phone": "13800000001"}).content.decode()

    assert everything.index("222222") < everything.index("111111")
    assert "111111" in one
    assert "222222" not in one
