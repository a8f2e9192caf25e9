"""Every section has its help in both languages, and the question mark of a page opens it."""

import pytest
from django.test import Client
from django.urls import reverse

from config.help_pages import OWN, page_texts, texts, topic_of, topics_of
from config.sections import SECTIONS
from tests.cast import acting_as, an_admin, sign_in
from tests.cast_referral import world

pytestmark = pytest.mark.django_db
LONGEST = 160


def test_every_section_and_every_page_of_ones_own_has_its_help_in_both_languages() -> None:
    wanted = {section.url for section in SECTIONS} | set(OWN)

    assert wanted - set(texts()) == set()
    assert set(texts()) - wanted == set()
    for key, table in texts().items():
        assert set(table) == {"zh", "en"}, key
        for help_text in table.values():
            for said in (help_text.purpose, help_text.then, help_text.fails, help_text.ask):
                assert 2 < len(said) <= LONGEST, (key, said)
        assert not any(letter.isascii() and letter.isalpha() for letter in table["zh"].purpose.replace("SMS", "")), key


def test_single_pages_have_a_text_of_their_own_in_both_languages_and_stand_in_a_section() -> None:
    pages = frozenset().union(*(section.pages for section in SECTIONS)) - set(texts())

    assert set(page_texts()) - pages == set()
    for key, table in page_texts().items():
        assert set(table) == {"zh", "en"}, key
        for title, said in table.values():
            for text in (title, said.purpose, said.then, said.fails, said.ask):
                assert 1 < len(text) <= LONGEST, (key, text)
        chinese = "".join(("".join((title, said.purpose, said.then, said.fails, said.ask))) for title, said in [table["zh"]])
        assert not any(letter.isascii() and letter.isalpha() for letter in chinese), key


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
    assert texts()["trail"]["zh"].purpose not in everything
    assert client.get(reverse("help_page", args=["trail"])).status_code == 404
    assert client.get("/help/nothing/").status_code == 404
    assert page_texts()["book"]["zh"][1].fails in client.get("/help/book/").content.decode()
    assert client.get("/help/stop_new/").status_code == 404
    client.post(reverse("language"), {"language": "en", "next": "/"})
    assert texts()["patients"]["en"].purpose in client.get("/help/patients/").content.decode()


def test_the_same_address_has_the_help_of_the_readers_own_section() -> None:
    held = world()
    admin = acting_as(an_admin("赵建国", district=held.district))

    assert topic_of(held.doctor, "referral") == "referrals"
    assert (topic_of(held.doctor, "book"), topic_of(admin, "book")) == ("book", "")
    assert topic_of(held.doctor, "trail") == ""
    assert topic_of(admin, "judgement") == "worklist"
    assert topic_of(None, "sessions") == "sessions"
    assert "messages" in topics_of(admin)
