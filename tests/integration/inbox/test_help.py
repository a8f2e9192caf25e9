"""The question mark of a page opens its help, in the reader's language; who cannot open a page finds none of its help."""

import pytest
from django.test import Client
from django.urls import reverse

from config.help_pages import policies, topics_of
from config.help_texts import page_texts, texts
from permissions.doors import Needs
from permissions.roles import Role, role_can
from tests.cast import a_role, a_user, acting_as, an_admin, sign_in
from tests.cast_clinics import a_coordinator, a_post
from tests.cast_referral import world

pytestmark = pytest.mark.django_db


def test_the_question_mark_opens_the_help_of_the_page_without_script() -> None:
    held = world()
    client = Client()
    sign_in(client, held.zhou.user, held.zhou)

    page = client.get("/patients/").content.decode()
    one = client.get(reverse("help_page", args=["patients"]))
    everything = client.get("/help/").content.decode()

    assert f'href="{reverse("help_page", args=["patients"])}"' in page
    assert texts()["patients"]["zh"].purpose in one.content.decode()
    assert texts()["referrals"]["zh"].fails in everything
    assert reverse("help_page", args=["book"]) in everything
    assert texts()["trail"]["zh"].purpose not in everything
    assert page_texts()["book"]["zh"][1].fails in client.get("/help/book/").content.decode()
    client.post(reverse("language"), {"language": "en", "next": "/"})
    assert texts()["patients"]["en"].purpose in client.get("/help/patients/").content.decode()


@pytest.mark.parametrize("role", [Role.FAMILY_DOCTOR, Role.WINDOW_CLERK, Role.DISTRICT_ADMIN])
def test_the_help_of_a_page_which_the_readers_role_cannot_open_does_not_exist_for_her(role: Role) -> None:
    held, client, user = world(), Client(), a_user("甲")
    if role == Role.DISTRICT_ADMIN:
        a_role(user, role)
        sign_in(client, user)
    else:
        place = held.hospital if role == Role.WINDOW_CLERK else held.centre
        sign_in(client, user, a_post(user, place, role))
    needing = {name: policy for name in (*texts(), *page_texts()) if isinstance(policy := policies()[name], Needs)}

    answers = {name: client.get(reverse("help_page", args=[name])).status_code for name in [*sorted(needing)[::4], "patient", "right"]}

    assert answers == {
        name: 200 if any(role_can(role, capability) for capability in needing[name].capabilities) else 404 for name in answers
    }
    assert set(answers.values()) == {200, 404}
    assert client.get("/help/nothing/").status_code == 404


def test_a_stranger_finds_help_on_the_page_itself_and_no_other() -> None:
    client = Client()

    pages = {name: client.get(reverse(name)).content.decode() for name in ("login", "login_other", "resident", "public_clinics")}

    assert [name for name, page in pages.items() if page_texts()[name]["zh"][1].fails not in page] == []
    assert all('<details class="page-help">' in page for page in pages.values())
    assert client.get("/help/login/").headers["Location"].startswith("/login/")


def test_the_self_service_page_says_in_two_sentences_how_it_works() -> None:
    held, client, clerk = world(), Client(), a_user("甲")
    sign_in(client, clerk, a_post(clerk, held.hospital, Role.WINDOW_CLERK))

    page = client.post(reverse("kiosk"), {"step": "open"}, follow=True).content.decode()

    assert page_texts()["kiosk"]["zh"][1].purpose in page
    assert page_texts()["kiosk"]["zh"][1].then in page


def test_many_sections_stand_in_menus_that_open_without_script_and_say_where_one_is() -> None:
    held, client = world(), Client()
    coordinator = a_coordinator(held.hospital)
    sign_in(client, coordinator.user, coordinator.post)

    page = client.get(reverse("services")).content.decode()
    bar = page[page.index("<nav") : page.index("</nav>")]

    assert bar.count('<details class="kin" name="kin">') >= 3
    assert '<summary aria-current="true">机构与人员' in bar
    assert f'<a href="{reverse("services")}" aria-current="page">项目与医生' in bar
    assert f'href="{reverse("week")}"' in bar[: bar.index("<details")]


def test_her_own_pages_and_her_sections_are_the_topics_of_a_reader() -> None:
    held = world()
    admin = acting_as(an_admin("赵建国", district=held.district))

    assert "messages" in topics_of(admin)
    assert "messages" not in topics_of(held.doctor)
    assert "sessions" in topics_of(held.doctor)
