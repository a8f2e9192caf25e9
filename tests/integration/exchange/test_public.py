"""What everybody may read of what hospitals offer: numbers and times, no names, no cookie, kept for a minute."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from clinics.models import Institution, Practitioner
from clinics.register.public_answers import OFTEN
from tests.cast import sign_in
from tests.cast_clinics import a_plan, published
from tests.cast_referral import today
from tests.cast_stops import Scene, scene
from tests.integration.language.reading import words_of

pytestmark = pytest.mark.django_db
LATIN, CHINESE = re.compile(r"[A-Za-z]{2,}"), re.compile(r"[\u3400-\u9fff]")
PAGE, JSON = "/public/clinics/", "/api/v1/public/clinics"


@pytest.fixture
def cast() -> Iterator[Scene]:
    cache.clear()
    made = scene()
    doctor = Practitioner.objects.create(
        institution=made.world.hospital, department=made.heart.department, name="钱无名", staff_number="D1", title="chief"
    )
    made.session.__class__.objects.filter(pk=made.session.pk).update(practitioner=doctor)
    yield made
    cache.clear()


def test_everybody_reads_how_many_sit_when_and_nobody_who(cast: Scene) -> None:
    hospital = cast.world.hospital
    page = Client().get(PAGE)
    one = Client().get(f"{PAGE}?hospital={hospital.public_id}&lang=en")
    told = Client().get(f"{JSON}?hospital={hospital.public_id}").json()

    assert [answer.status_code for answer in (page, one)] == [200, 200]
    assert hospital.name in page.content.decode() and "心血管内科" in page.content.decode()
    assert "1 / 0" in one.content.decode() and "Cardi" in one.content.decode()
    (row,) = told["results"]
    assert {name: row[name] for name in ("standard_code", "slot_class", "title", "half_day", "doctors", "places")} == {
        "standard_code": "03.04", "slot_class": "general", "title": "attending", "half_day": "am", "doctors": 1, "places": 24,
    }  # fmt: skip
    assert row["date"] == cast.session.date.isoformat()
    for answer in (page, one, Client().get(f"{JSON}?hospital={hospital.public_id}")):
        body = answer.content.decode()
        assert not [word for word in ("钱无名", "郭主任", "remaining", "D1") if word in body]


def test_hospitals_that_do_not_take_part_and_stopped_clinics_are_not_told(cast: Scene) -> None:
    hospital = cast.world.hospital
    Institution.objects.filter(pk=hospital.pk).update(active_to=today())

    assert Client().get(JSON).json()["hospitals"] == []
    assert Client().get(f"{JSON}?hospital={hospital.public_id}").status_code == 404
    assert Client().get(f"{PAGE}?hospital={hospital.public_id}").status_code == 404


@pytest.mark.parametrize("path", [PAGE, JSON])
def test_no_cookie_is_set_or_read_and_anybody_may_keep_the_answer(cast: Scene, path: str) -> None:
    reader = Client()
    sign_in(reader, cast.coordinator.user, cast.coordinator.post)
    reader.cookies["language"] = reader.cookies["django_language"] = "en"

    stranger, somebody = Client().get(path), reader.get(path)

    assert somebody.content == stranger.content
    assert "许调度" not in somebody.content.decode()
    for answer in (stranger, somebody):
        assert (answer["Cache-Control"], answer.get("Vary"), len(answer.cookies)) == ("public, max-age=60", None, 0)


@pytest.mark.parametrize("path", [PAGE, JSON])
def test_who_holds_the_answer_already_costs_no_question(cast: Scene, path: str, django_assert_num_queries: Any) -> None:
    first = Client().get(path)

    with django_assert_num_queries(0):
        again = Client().get(path, headers={"If-None-Match": first["ETag"]})
        other = Client().get(path)

    assert (again.status_code, again.content, other.content) == (304, b"", first.content)
    cache.clear()
    assert Client().get(path, headers={"If-None-Match": f"W/{first['ETag']}"}).status_code == 304


@pytest.mark.parametrize("path", [PAGE, JSON, f"{PAGE}?hospital={{}}", f"{JSON}?hospital={{}}"])
def test_a_fresh_answer_asks_a_bounded_number_of_questions(cast: Scene, path: str, django_assert_max_num_queries: Any) -> None:
    published(*(a_plan(cast.heart, cast.session.date, afternoon=True) for _one in range(1)))

    with django_assert_max_num_queries(7):
        assert Client().get(path.format(cast.world.hospital.public_id)).status_code == 200


@pytest.mark.parametrize(
    "query",
    ["hospital=x", "subject=99.99", "subject=０３.04", "day=2026-02-30", "day=1999-01-01", "day=2099-01-01", "lang=fr", "page=0", "page=x",
     "page=1e9", "who=me", "day=2026-11-25&day=2026-11-26"],
)  # fmt: skip
def test_what_cannot_be_meant_is_a_fault_to_programs_and_left_out_by_the_page(cast: Scene, query: str) -> None:
    told = Client().get(f"{JSON}?{query}")

    assert told.status_code == 400 or "day=2026-11-25" in query
    assert told.headers.get("Set-Cookie") is None
    assert Client().get(f"{PAGE}?{query}").status_code == 200


def test_the_filters_find_by_subject_and_day(cast: Scene) -> None:
    day = cast.session.date.isoformat()

    assert len(Client().get(f"{JSON}?subject=03.04&day={day}").json()["results"]) == 1
    assert Client().get(f"{JSON}?subject=03.07").json()["hospitals"] == []
    assert Client().get(f"{JSON}?day={today().isoformat()}").json()["hospitals"] == []
    assert "没有" in Client().get(f"{PAGE}?subject=03.07").content.decode()


def test_one_address_that_asks_anew_again_and_again_is_told_to_wait(cast: Scene) -> None:
    for _time in range(OFTEN[0].count):
        cache.clear()
        assert Client().get(PAGE).status_code == 200
    cache.clear()

    answer = Client().get(PAGE)

    assert (answer.status_code, len(answer.cookies)) == (429, 0)


def test_each_language_is_spoken_alone(cast: Scene) -> None:
    Institution.objects.update(name_en="Hospital", introduction="")

    for query in ("", f"&hospital={cast.world.hospital.public_id}"):
        chinese = words_of(Client().get(f"{PAGE}?lang=zh{query}").content.decode())
        english = words_of(Client().get(f"{PAGE}?lang=en{query}").content.decode())
        assert LATIN.findall(chinese) == []
        assert CHINESE.findall(english) == []
