"""Institutions are registered and corrected by whoever answers for them; every fault is told at once and the past stays readable."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from clinics.models import Department, Institution
from clinics.register.registry import correct_institution
from tests.cast import a_district, an_admin, bearer, sign_in
from tests.cast_clinics import a_centre, a_hospital, a_station
from tests.integration.places.cast_places import Place, text_of
from vault.models import AuditEntry, Change

pytestmark = pytest.mark.django_db
SOUND = {"kind": "centre", "name": "北京市西城区月坛社区卫生服务中心", "short_name": "月坛中心"}


def test_every_fault_of_a_new_institution_is_told_at_once_and_nothing_is_written(admin: Client) -> None:
    before = Institution.objects.count()
    wrong = {"kind": "hospital", "short_name": "x" * 31, "phone": "12345", "website": "somewhere", "responsible_title": "主任"}

    answer = admin.post(reverse("institution_new"), wrong)

    text = answer.content.decode()
    assert answer.status_code == 400
    for field in ("name", "short_name", "phone", "website", "level", "category", "responsible_name", "responsible_phone"):
        assert f'href="#f-{field}"' in text
    assert 'value="somewhere"' in text
    assert Institution.objects.count() == before


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"kind": "station"}, "parent"),
        ({"kind": "centre", "pickup_place": "门诊一层"}, "pickup_place"),
        ({"kind": "centre", "category": "general"}, "category"),
        ({"kind": "castle"}, "kind"),
        ({"responsible_name": "刘主任"}, "responsible_phone"),
        ({"responsible_phone": "010-83572211"}, "responsible_name"),
        ({"name": "  "}, "name"),
    ],
    ids=["a station without a centre", "a desk at a centre", "a centre as hospital", "no such kind", "no number", "no name", "blank name"],
)
def test_what_does_not_fit_the_kind_is_refused_at_its_field(place: Place, client: Client, change: dict[str, str], field: str) -> None:
    answer = client.post("/api/v1/institutions", SOUND | change, "application/json", headers=bearer(place.admin))

    assert answer.status_code == 400
    assert field in [violation["field"] for violation in answer.json()["violations"]]
    assert not Institution.objects.filter(name=SOUND["name"]).exists()


def test_a_name_is_registered_once(place: Place, client: Client) -> None:
    headers = bearer(place.admin)
    sent = [client.post("/api/v1/institutions", SOUND, "application/json", headers=headers) for _ in range(2)]

    assert [answer.status_code for answer in sent] == [201, 400]
    assert [violation["field"] for violation in sent[1].json()["violations"]] == ["name"]
    assert Institution.objects.filter(name=SOUND["name"]).count() == 1


def test_a_landline_answers_for_an_institution_and_is_stored_encrypted(place: Place, admin: Client) -> None:
    fields = SOUND | {"responsible_name": "刘主任", "responsible_title": "主任", "responsible_phone": "０１０－６６１２３４５６"}

    admin.post(reverse("institution_new"), fields)

    made = Institution.objects.get(name=SOUND["name"])
    assert (made.responsible_phone, made.level, made.category) == ("010-66123456", "1", "community")
    assert made.district == place.centre.district


def test_a_station_belongs_to_a_centre_of_the_same_district(place: Place, client: Client) -> None:
    elsewhere = a_centre("朝外", district=a_district("110105", "朝阳区"))
    fields = SOUND | {"kind": "station"}

    refused = [
        client.post("/api/v1/institutions", fields | {"parent": str(one.public_id)}, "application/json", headers=bearer(place.admin))
        for one in (elsewhere, place.hospital, place.station)
    ]

    assert [answer.status_code for answer in refused] == [400, 400, 400]
    assert {answer.json()["violations"][0]["field"] for answer in refused} == {"parent"}


def test_a_correction_keeps_before_and_after_with_who_did_it(place: Place, admin: Client) -> None:
    fields = {"version": "1", "name": place.centre.name, "short_name": "德胜", "phone": "010-62001234", "address": "德外大街1号"}

    admin.post(reverse("institution_edit", args=[place.centre.public_id]), fields)
    text = text_of(admin, "institution", place.centre.public_id)

    place.centre.refresh_from_db()
    assert (place.centre.phone, place.centre.address, place.centre.version) == ("010-62001234", "德外大街1号", 2)
    assert {(one.field, one.old, one.new) for one in Change.objects.filter(object_id=place.centre.public_id)} == {
        ("phone", "", "010-62001234"), ("address", "", "德外大街1号"),
    }  # fmt: skip
    assert all(word in text for word in ("宋建华", "德外大街1号"))
    assert AuditEntry.objects.filter(verb="correct", object_id=place.centre.public_id).count() == 1


def test_the_second_of_two_people_with_the_same_version_is_stale_and_changes_nothing(place: Place, client: Client) -> None:
    address = f"/api/v1/institutions/{place.centre.public_id}"
    headers = bearer(place.admin) | {"If-Match": 'W/"1"'}

    first = client.patch(address, {"phone": "010-62001234"}, "application/json", headers=headers)
    second = client.patch(address, {"phone": "010-62005678"}, "application/json", headers=headers)

    assert (first.status_code, first["ETag"], second.status_code) == (200, 'W/"2"', 409)
    assert second.json()["current"] == {"version": 2}
    place.centre.refresh_from_db()
    assert place.centre.phone == "010-62001234"


def test_a_stale_page_shows_again_what_was_typed_and_what_it_says_now(place: Place, admin: Client) -> None:
    correct_institution(place.centre, {"address": "新康街1号"}, by=place.by, expected_version=1)
    fields = {"version": "1", "name": place.centre.name, "short_name": "德胜", "address": "德外大街9号"}

    answer = admin.post(reverse("institution_edit", args=[place.centre.public_id]), fields)

    text = answer.content.decode()
    assert answer.status_code == 409
    assert 'value="德外大街9号"' in text
    assert "现已改为：新康街1号" in text
    assert text.count("现已改为") == 1


@pytest.mark.parametrize(
    ("fields", "status"),
    [({"responsible_name": "赵德生", "responsible_phone": "13900001111"}, 200), ({"address": "新址"}, 200), ({"name": "别的名"}, 400)],
    ids=["who answers", "where it is", "its name"],
)
def test_a_manager_keeps_her_own_institution_reachable_and_leaves_its_name_to_the_district(
    place: Place, client: Client, fields: dict[str, str], status: int
) -> None:
    headers = bearer(place.manager.user, place.manager) | {"If-Match": 'W/"1"'}

    for one in (place.centre, place.station):
        answer = client.patch(f"/api/v1/institutions/{one.public_id}", fields, "application/json", headers=headers)
        assert answer.status_code == status, answer.content.decode()

    assert Institution.objects.filter(version=2).count() == (2 if status == 200 else 0)


def test_nobody_finds_an_institution_she_does_not_answer_for(place: Place, manager: Client) -> None:
    other = a_centre("月坛")
    foreign = Client()
    sign_in(foreign, an_admin("外区", district=a_district("110105", "朝阳区")))
    addresses = [reverse("institution", args=[other.public_id]), reverse("institution_edit", args=[other.public_id])]

    assert [manager.get(address).status_code for address in addresses] == [404, 404]
    assert [foreign.get(address).status_code for address in addresses] == [404, 404]
    assert manager.post(reverse("institution_new"), SOUND).status_code == 403
    assert not Institution.objects.filter(name=SOUND["name"]).exists()


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({}, {"北大医院", "德胜", "德胜站"}),
        ({"kind": "hospital"}, {"北大医院"}),
        ({"kind": "nonsense", "page": "99"}, {"北大医院", "德胜", "德胜站"}),
        ({"q": "德胜社区 西城"}, {"德胜"}),
        ({"standing": "without_manager"}, {"北大医院"}),
        ({"standing": "not_taking_part"}, set()),
        ({"standing": "working"}, {"北大医院", "德胜", "德胜站"}),
        ({"standing": "without_responsible"}, {"北大医院", "德胜", "德胜站"}),
    ],
    ids=["all", "hospitals", "nonsense", "words", "without a manager", "not taking part", "working", "no responsible person"],
)
def test_filters_choose_among_the_register(place: Place, admin: Client, query: dict[str, str], names: set[str]) -> None:
    known = {one.name: one.short_name for one in Institution.objects.all()}

    text = text_of(admin, "institutions", **query)

    assert {short for name, short in known.items() if f">{name}</a>" in text} == names


def test_the_list_and_the_page_cost_the_same_for_one_and_for_many(place: Place, admin: Client, django_assert_max_num_queries: Any) -> None:
    for number in range(8):
        a_station(place.centre)
        a_hospital(f"医院{number}")
        Department.objects.create(institution=place.centre, standard_code="03", name=f"科{number}")

    with django_assert_max_num_queries(14):
        text_of(admin, "institutions")
    with django_assert_max_num_queries(19):
        text_of(admin, "institution", place.centre.public_id)


def test_a_department_is_added_and_corrected_in_a_dialog_that_opens_again_when_it_is_wrong(place: Place, manager: Client) -> None:
    address = reverse("department_new", args=[place.centre.public_id])

    wrong = manager.post(address, {"standard_code": "3", "name": "全科医疗科"})
    right = manager.post(address, {"standard_code": "02", "name": "全科医疗科"})
    twice = manager.post(address, {"standard_code": "02", "name": "全科医疗科"})

    assert (wrong.status_code, right.status_code, twice.status_code) == (400, 302, 400)
    assert 'class="modal open" id="department-new"' in wrong.content.decode()
    assert "全科医疗科" in wrong.content.decode()
    made = Department.objects.get(institution=place.centre)
    manager.post(reverse("department", args=[made.public_id]), {"standard_code": "03.10", "name": "全科"})
    made.refresh_from_db()
    assert (made.standard_code, made.name) == ("03.10", "全科")
    assert manager.get(reverse("department", args=[place.heart.public_id])).status_code == 404


def test_a_program_lists_and_corrects_the_departments_of_an_institution_it_answers_for(place: Place, client: Client) -> None:
    head = {"content_type": "application/json", "headers": bearer(place.admin)}
    of_hospital, of_heart = f"/api/v1/institutions/{place.hospital.public_id}/departments", f"/api/v1/departments/{place.heart.public_id}"

    corrected = client.patch(of_heart, {"local_code": "XN"}, **head)
    wrong = client.patch(of_heart, {"standard_code": "3"}, **head)
    listed = client.get(of_hospital, headers=bearer(place.admin)).json()["results"]
    abroad = [
        client.get(of_hospital, headers=bearer(place.manager.user, place.manager)).status_code,
        client.patch(of_heart, {"name": "偷改"}, "application/json", headers=bearer(place.manager.user, place.manager)).status_code,
    ]

    assert (corrected.status_code, wrong.status_code, abroad) == (200, 400, [404, 404])
    assert [(one["name"], one["local_code"]) for one in listed] == [(place.heart.name, "XN")]
    assert Change.objects.filter(object_id=place.hospital.public_id, field="department").count() == 1


def test_a_program_searches_the_register_and_the_contacts(place: Place, client: Client) -> None:
    def names(path: str) -> list[str]:
        return [one["name"] for one in client.get(f"/api/v1/{path}", headers=bearer(place.admin)).json()["results"]]

    correct_institution(place.centre, {"responsible_name": "赵德生", "responsible_phone": "13900001111"}, by=place.by, expected_version=1)

    assert names("register?kind=hospital") == [place.hospital.name]
    assert names("register?q=德胜&standing=without_responsible") == [place.station.name]
    assert names("contacts?q=赵德") == [place.centre.name]
