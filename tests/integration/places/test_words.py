"""The pages of the register read as Chinese and as English, whichever the reader chose."""

import re
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.db.models import F, TextField, Value
from django.db.models.functions import Cast, Concat
from django.test import Client
from django.urls import reverse

from clinics.models import Alliance, Department, Institution
from permissions.models import District, User
from tests.cast import sign_in
from tests.database import as_owner
from tests.integration.language.reading import words_of
from tests.integration.places.cast_places import Place
from vault.models import Change

pytestmark = pytest.mark.django_db(transaction=True)
LATIN, CHINESE = re.compile(r"[A-Za-z]{2,}"), re.compile(r"[\u3400-\u9fff]")
OWN_WORDS = {"PDF", "SMS", "QR", "CT"}  # CT stands in a listed subject


def pages(place: Place) -> Iterator[str]:
    """Every page, some of them with a dialog open, some of them empty."""
    for name in ("institutions", "institution_new", "alliances", "contacts", "people", "person_new"):
        yield reverse(name)
        yield f"{reverse(name)}?q=zzz&kind=station&institution={place.hospital.public_id}"
    yield from (
        reverse(name, args=[place.hospital.public_id]) for name in ("institution", "institution_edit", "booking_rules", "subject_map")
    )
    yield reverse("facts")
    yield from (reverse(name, args=[place.centre.public_id]) for name in ("institution", "institution_edit"))
    yield reverse("department", args=[place.heart.public_id])
    yield reverse("alliance", args=[place.alliance.public_id])
    yield reverse("alliance_leave", args=[place.alliance.public_id, place.centre.public_id])
    yield from (reverse(name, args=[place.doctor.user.public_id]) for name in ("person", "person_name", "person_post"))
    yield reverse("post_edit", args=[place.doctor.public_id])


def read(place: Place, language: str) -> dict[str, str]:
    """Address → words, as the district's administrator reads them; forms sent empty say what is wrong."""
    client = Client()
    sign_in(client, place.admin)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    found = {}
    for address in pages(place):
        found[address] = words_of(client.get(address).content.decode())
        answer = client.post(address, {"version": "1"})
        found[f"POST {address}"] = words_of(answer.content.decode()) if answer.status_code == 400 else ""
    return found


def test_a_chinese_page_shows_no_latin_word(place: Place) -> None:
    foreign = {(word, page) for page, words in read(place, "zh-hans").items() for word in LATIN.findall(words) if word not in OWN_WORDS}

    assert foreign == set()


def test_an_english_page_shows_no_chinese_but_names(place: Place) -> None:
    with as_owner():
        for model, fields in {
            District: ("name",), Institution: ("name", "short_name"), Department: ("name",), Alliance: ("name",), User: ("name",),
        }.items():  # fmt: skip
            model.objects.update(**{field: Concat(Value("Data "), Cast(F("pk"), TextField())) for field in fields})
        Institution.objects.update(grade="")
        Change.objects.all().delete()

    foreign = {(line, page) for page, words in read(place, "en").items() for line in words.split("\n") if CHINESE.search(line)}

    assert foreign == set()
