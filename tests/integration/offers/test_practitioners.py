"""A hospital's doctors: nine fields, numbers encrypted and masked, left and brought back, kept by their own hospital and district only."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from clinics.models import FactLabel, Practitioner
from tests.cast import a_district
from tests.cast_clinics import a_department, a_hospital, in_days, today
from tests.integration.offers.cast_offers import LICENCE, NAME, House, a_doctor, a_house, browser, program
from vault.changes import changes_of
from vault.models import AuditEntry

pytestmark = pytest.mark.django_db
NINE = {
    "name": "司徒明远", "staff_number": "Ｄ002", "title": "associate_chief", "licence": "110110102000456", "phone": "138 0000 5678",
    "skills": "冠心病介入", "introduction": "从事心血管内科二十年\n带教",
}  # fmt: skip


@pytest.fixture
def house() -> House:
    return a_house()


def test_the_nine_fields_are_entered_on_the_page_and_found_again(house: House) -> None:
    client = browser(house.coordinator)

    answer = client.post(reverse("practitioner_new"), NINE | {"department": str(house.heart.public_id)})

    one = Practitioner.objects.get(staff_number="D002")
    page = client.get(answer["Location"]).content.decode()
    assert (one.name, one.institution, one.department, one.title) == ("司徒明远", house.hospital, house.heart, "associate_chief")
    assert (one.licence, one.phone, one.skills, one.introduction) == ("110110102000456", "13800005678", "冠心病介入", NINE["introduction"])
    assert "110110102000456" not in page and "13800005678" not in page
    assert "110**********56" in page and "138****5678" in page
    for text in ("明远", "stmy", "D002", "司徒"):
        assert "司徒明远" in client.get(reverse("practitioners"), {"q": text}).content.decode(), text
    assert "司徒明远" not in client.get(reverse("practitioners"), {"q": "无此人"}).content.decode()


def test_licence_and_phone_lie_encrypted_in_the_database(house: House) -> None:
    one = a_doctor(house)

    with connection.cursor() as cursor:
        cursor.execute("SELECT licence::text || phone::text || licence_hash FROM clinics_practitioner WHERE id = %s", [one.pk])
        raw = cursor.fetchone()[0]

    assert LICENCE not in raw and "13900001234" not in raw and LICENCE.encode().hex() not in raw


def test_a_correction_keeps_what_was_there_and_an_empty_number_says_nothing(house: House) -> None:
    one, client = a_doctor(house), browser(house.manager)
    form = {"version": "1", "name": NAME, "staff_number": "D001", "department": str(house.heart.public_id), "title": "chief"}
    form |= {"skills": "心衰", "licence": "", "phone": ""}

    sent = [client.post(reverse("practitioner_edit", args=[one.public_id]), form).status_code for _ in "ab"]

    after = Practitioner.objects.get(pk=one.pk)
    history = client.get(reverse("practitioner", args=[one.public_id])).content.decode()
    assert sent == [302, 409]
    assert (after.skills, after.licence, after.version) == ("心衰", LICENCE, 2)
    assert [(change.field, change.old, change.new) for change in changes_of(one.public_id)][1:] == [("skills", "", "心衰")]
    assert "心衰" in history


def test_who_left_is_marked_and_brought_back(house: House) -> None:
    one, client = a_doctor(house), browser(house.coordinator)
    listed = lambda **query: NAME in client.get(reverse("practitioners"), query).content.decode()  # noqa: E731

    client.post(reverse("practitioner_leave", args=[one.public_id]), {"version": "1", "left_on": today().isoformat()})
    gone = listed(), listed(presence="left"), listed(presence="all")
    client.post(reverse("practitioner_back", args=[one.public_id]), {"version": "2"})

    assert gone == (False, True, True)
    assert (listed(), Practitioner.objects.get(pk=one.pk).left_on) == (True, None)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"), ({"staff_number": "D001"}, "staff_number"), ({"staff_number": "1" * 21}, "staff_number"),
        ({"licence": "12345"}, "licence"), ({"phone": "12"}, "phone"), ({"title": "nurse"}, "title"),
        ({"department": "elsewhere"}, "department"), ({"left_on": "2099-01-01"}, "left_on"), ({"skills": "长" * 201}, "skills"),
        ({"facts": {"01990000-0000-7000-8000-00000000dead": "x"}}, "facts"),
    ],
)  # fmt: skip
def test_a_field_that_cannot_be_is_named_and_nothing_is_written(house: House, client: Client, change: dict[str, Any], field: str) -> None:
    a_doctor(house)
    elsewhere = a_department(a_hospital("宣武医院"))
    given = NINE | {"department": str(house.heart.public_id)} | change
    given |= {"department": str(elsewhere.public_id)} if change.get("department") else {}

    answer = client.post("/api/v1/practitioners", given, "application/json", headers=program(house.coordinator))

    assert answer.status_code == 400
    assert field in {one["field"] for one in answer.json()["violations"]}
    assert Practitioner.objects.count() == 1


def test_the_interface_masks_numbers_and_asks_for_the_version(house: House, client: Client) -> None:
    one, mine = a_doctor(house), program(house.coordinator)
    path = f"/api/v1/practitioners/{one.public_id}"

    read = client.get(path, headers=mine)
    without = client.patch(path, {"skills": "房颤"}, "application/json", headers=mine)
    stale = client.patch(path, {"skills": "房颤"}, "application/json", headers=mine | {"If-Match": 'W/"7"'})
    done = client.patch(path, {"left_on": in_days(3).isoformat()}, "application/json", headers=mine | {"If-Match": read["ETag"]})

    assert (read.json()["licence"], read.json()["phone"], read.json()["name"]) == ("110**********23", "139****1234", NAME)
    assert (without.status_code, stale.status_code, done.status_code) == (428, 409, 200)
    assert (done.json()["left_on"], done["ETag"]) == (in_days(3).isoformat(), 'W/"2"')


def test_the_own_hospital_and_the_district_keep_a_doctor_and_nobody_else_finds_her(house: House, client: Client) -> None:
    one = a_doctor(house)
    path, page = f"/api/v1/practitioners/{one.public_id}", reverse("practitioner", args=[one.public_id])

    found = {
        who: (client.get(path, headers=program(acting)).status_code, browser(acting).get(page).status_code)
        for who, acting in vars(house).items()
        if who in ("coordinator", "manager", "district", "neighbour", "stranger")
    }
    changed = client.patch(path, {"skills": "x"}, "application/json", headers=program(house.neighbour) | {"If-Match": 'W/"1"'})

    assert found == dict.fromkeys(("coordinator", "manager", "district"), (200, 200)) | dict.fromkeys(("neighbour", "stranger"), (404, 404))
    assert changed.status_code == 404
    assert NAME not in browser(house.neighbour).get(reverse("practitioners")).content.decode()
    assert Practitioner.objects.get(pk=one.pk).version == 1


def test_further_facts_of_the_district_are_asked_for_and_kept(house: House) -> None:
    label = FactLabel.objects.create(district=house.hospital.district, of="practitioner", name="外语")
    FactLabel.objects.create(district=a_district("110105", "朝阳区"), of="practitioner", name="别区事项")
    one, client = a_doctor(house), browser(house.coordinator)
    form = {"version": "1", "name": NAME, "staff_number": "D001", "department": str(house.heart.public_id), "title": "chief"}

    asked = client.get(reverse("practitioner_edit", args=[one.public_id])).content.decode()
    client.post(reverse("practitioner_edit", args=[one.public_id]), form | {f"fact-{label.public_id}": "英语"})

    page = client.get(reverse("practitioner", args=[one.public_id])).content.decode()
    assert "外语" in asked and "别区事项" not in asked
    assert Practitioner.objects.get(pk=one.pk).facts == {str(label.public_id): "英语"}
    assert "英语" in page


def test_the_export_is_masked_and_leaves_its_trace(house: House) -> None:
    a_doctor(house)

    answer = browser(house.manager).post(reverse("practitioners_export"), {"as": "csv"})

    text = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    assert NAME in text and "110**********23" in text
    assert LICENCE not in text
    assert AuditEntry.objects.filter(verb="export").count() == 1


def test_the_list_costs_the_same_for_one_and_for_many(house: House, django_assert_max_num_queries: Any) -> None:
    for number in range(12):
        a_doctor(house, staff_number=f"N{number}", name=f"甲{'一二三四五六七八九十百千'[number]}")
    client = browser(house.coordinator)

    with django_assert_max_num_queries(14):
        client.get(reverse("practitioners"))
