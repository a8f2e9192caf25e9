"""A hospital's manager and coordinator keep its register, each their own only; the district alone says from when to when it takes part."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from clinics.models import ClinicSession, Department, Institution, Post
from permissions.roles import Role
from tests.cast import a_district, a_user, an_admin, bearer, sign_in
from tests.cast_clinics import a_department, a_hospital, a_plan, a_pool, a_post, a_service, in_days, published
from tests.integration.places.cast_places import Place, text_of
from vault.models import AuditEntry, Change
from vault.refusal import Refusal

pytestmark = pytest.mark.django_db
KEPT = {
    "help_desk": "门诊大厅东侧", "referral_window": "一层2号窗口，周一至周五", "pickup_by": "both", "shows_doctor_names": True,
    "responsible_department": "门诊部", "responsible_name": "刘主任", "responsible_phone": "010-83572211",
}  # fmt: skip


@pytest.fixture
def coordinator(place: Place) -> Post:
    return a_post(a_user("陆明远"), place.hospital, Role.COORDINATOR)


def patched(client: Client, place: Institution, post: Post, fields: dict[str, Any], version: int = 1) -> Any:
    headers = bearer(post.user, post) | {"If-Match": f'W/"{version}"'}
    return client.patch(f"/api/v1/institutions/{place.public_id}", fields, "application/json", headers=headers)


@pytest.mark.parametrize("kind", [Role.COORDINATOR, Role.MANAGER])
def test_whoever_keeps_a_hospital_changes_what_is_hers_with_before_and_after(place: Place, client: Client, kind: Role) -> None:
    post = a_post(a_user("陆明远"), place.hospital, kind)

    answer = patched(client, place.hospital, post, KEPT)

    assert answer.status_code == 200, answer.content.decode()
    assert {name: answer.json()[name] for name in KEPT} == KEPT
    changed = {one.field: (one.old, one.new) for one in Change.objects.filter(object_id=place.hospital.public_id)}
    assert set(changed) == set(KEPT)
    assert (changed["shows_doctor_names"], changed["help_desk"]) == (("no", "yes"), ("", "门诊大厅东侧"))
    assert AuditEntry.objects.filter(verb="correct", object_id=place.hospital.public_id).count() == 1


@pytest.mark.parametrize("field", ["name", "level", "active_from", "active_to"])
def test_a_coordinator_leaves_name_level_and_dates_to_the_district(place: Place, client: Client, coordinator: Post, field: str) -> None:
    value = {"name": "别的名", "level": "2"}.get(field, "2027-01-01")

    answer = patched(client, place.hospital, coordinator, {field: value})

    assert (answer.status_code, [one["field"] for one in answer.json()["violations"]]) == (400, [field])
    place.hospital.refresh_from_db()
    assert (place.hospital.version, place.hospital.active_from, place.hospital.active_to) == (1, None, None)


def test_another_hospital_and_another_district_are_not_there_for_a_coordinator(place: Place, client: Client, coordinator: Post) -> None:
    neighbour = a_department(a_hospital("宣武医院"))
    stranger = a_department(a_hospital("朝阳医院", district=a_district("110105", "朝阳区")))
    head: dict[str, Any] = {"content_type": "application/json", "headers": bearer(coordinator.user, coordinator)}
    browser = Client()
    sign_in(browser, coordinator.user, coordinator)

    for room in (neighbour, stranger):
        other = f"/api/v1/institutions/{room.institution.public_id}"
        answers = [
            patched(client, room.institution, coordinator, {"help_desk": "偷改"}),
            client.get(other, headers=head["headers"]),
            client.get(f"{other}/booking-rules", headers=head["headers"]),
            client.get(f"{other}/subject-map", headers=head["headers"]),
            client.post(f"{other}/booking-rules", {"text": "x", "valid_from": str(in_days(1))}, **head),
            client.post(f"{other}/departments", {"standard_code": "10", "name": "眼科"}, **head),
            client.patch(f"/api/v1/departments/{room.public_id}", {"local_code": "偷改"}, **head),
            *(browser.get(reverse(name, args=[room.institution.public_id])) for name in PAGES),
            browser.get(reverse("department", args=[room.public_id])),
            browser.post(reverse("subject_map_export", args=[room.institution.public_id])),
        ]
        assert [answer.status_code for answer in answers] == [404] * len(answers)
    assert Institution.objects.filter(version=2).count() == 0
    assert Department.objects.filter(local_code="偷改").count() == 0


PAGES = ("institution", "institution_edit", "booking_rules", "subject_map")


def test_a_coordinator_opens_every_page_of_her_hospital_and_a_clerk_none(place: Place, coordinator: Post) -> None:
    mine, clerks = Client(), Client()
    sign_in(mine, coordinator.user, coordinator)
    clerk = a_post(a_user("冯桂香"), place.hospital, Role.WINDOW_CLERK)
    sign_in(clerks, clerk.user, clerk)

    own = text_of(mine, "institution", place.hospital.public_id)
    form = text_of(mine, "institution_edit", place.hospital.public_id)

    assert [mine.get(reverse(name, args=[place.hospital.public_id])).status_code for name in PAGES] == [200] * len(PAGES)
    assert [clerks.get(reverse(name, args=[place.hospital.public_id])).status_code for name in PAGES] == [403] * len(PAGES)
    assert reverse("person_new") not in own
    assert reverse("suspension", args=[place.hospital.public_id]) not in own
    assert 'name="help_desk"' in form
    assert 'name="active_from"' not in form
    assert mine.get(reverse("institution_new")).status_code == 403
    assert mine.get(reverse("facts")).status_code == 403


def test_a_form_keeps_the_switch_and_the_desks_and_the_page_and_the_file_show_them(place: Place, admin: Client) -> None:
    held = text_of(admin, "institution_edit", place.hospital.public_id)
    assert 'type="date"' in held
    fields = {
        "version": "1", "name": place.hospital.name, "short_name": "北大医院", "level": "3", "category": "general",
        "active_from": "2026-10-01", "active_to": "2036-10-01", **KEPT, "shows_doctor_names": "yes",
    }  # fmt: skip

    answer = admin.post(reverse("institution_edit", args=[place.hospital.public_id]), fields)

    assert answer.status_code == 302
    place.hospital.refresh_from_db()
    assert (place.hospital.shows_doctor_names, str(place.hospital.active_from), place.hospital.pickup_by) == (True, "2026-10-01", "both")
    text = text_of(admin, "institution", place.hospital.public_id)
    assert all(word in text for word in ("门诊大厅东侧", "一层2号窗口", "门诊部", "2026-10-01"))
    sent = admin.post(reverse("institutions_export") + "?kind=hospital", {"as": "csv"})
    assert "门诊大厅东侧" in b"".join(sent.streaming_content).decode()  # type: ignore[arg-type]


def test_without_a_department_and_a_person_nothing_is_published_and_with_both_it_is(place: Place) -> None:
    service = a_service(place.heart)
    a_pool(service)

    with pytest.raises(Refusal) as refused:
        published(a_plan(service))

    assert [one.field for one in refused.value.violations] == ["responsible_department", "responsible_name"]
    assert ClinicSession.objects.count() == 0
    Institution.objects.filter(pk=place.hospital.pk).update(responsible_department="门诊部", responsible_name="刘主任")
    service.institution.refresh_from_db()
    assert published(a_plan(service))


def test_outside_its_dates_a_hospital_publishes_nothing() -> None:
    service = a_service(a_department(a_hospital(active_from=in_days(5), active_to=in_days(7))))
    a_pool(service)

    for day in (in_days(4), in_days(7)):
        with pytest.raises(Refusal) as refused:
            published(a_plan(service, day))
        assert [(one.field, one.rule) for one in refused.value.violations] == [("date", "R009")]
    assert ClinicSession.objects.count() == 0
    assert published(a_plan(service, in_days(5)), a_plan(service, in_days(6)))


def test_the_page_says_that_nothing_can_be_published_and_where_to_name_them(place: Place, admin: Client) -> None:
    before = text_of(admin, "institution", place.hospital.public_id)
    Institution.objects.filter(pk=place.hospital.pk).update(responsible_department="门诊部", responsible_name="刘主任")

    assert "暂不能发布号源" in before
    assert "暂不能发布号源" not in text_of(admin, "institution", place.hospital.public_id)


def test_a_department_has_its_category_introduction_and_history(place: Place, client: Client, coordinator: Post) -> None:
    headers = bearer(coordinator.user, coordinator)
    address = f"/api/v1/institutions/{place.hospital.public_id}/departments"
    sent = {
        "standard_code": "32.05 超声诊断专业",
        "name": "超声科",
        "local_code": "U1",
        "category": "diagnostic",
        "introduction": "含心脏超声",
    }

    made = client.post(address, sent, "application/json", headers=headers)
    wrong = client.post(address, sent | {"name": "体检科", "standard_code": "心血管内"}, "application/json", headers=headers)
    one = f"/api/v1/departments/{made.json()['id']}"
    client.patch(one, {"category": "clinical", "introduction": ""}, "application/json", headers=headers)

    assert made.status_code == 201
    assert (made.json()["standard_code"], made.json()["subject"], made.json()["category"]) == ("32.05", "超声诊断专业", "diagnostic")
    assert wrong.status_code == 400
    assert "03.04 心血管内科专业" in wrong.json()["violations"][0]["remedy"]
    assert not Department.objects.filter(name="体检科").exists()
    fields = Change.objects.filter(object_id=place.hospital.public_id).values_list("field", flat=True)
    assert sorted(fields) == ["department", "department.category", "department.introduction"]
    browser = Client()
    sign_in(browser, coordinator.user, coordinator)
    text = text_of(browser, "institution", place.hospital.public_id)
    assert "超声科，类别：医技科室 → 临床科室" in text
    assert "超声科，简介：含心脏超声 →" in text


def test_the_mapping_shows_what_lacks_its_own_code_first_and_is_exported(place: Place, client: Client, coordinator: Post) -> None:
    Department.objects.create(institution=place.hospital, standard_code="10", name="眼科", local_code="E1")
    browser = Client()
    sign_in(browser, coordinator.user, coordinator)
    head = {"headers": bearer(coordinator.user, coordinator)}

    text = text_of(browser, "subject_map", place.hospital.public_id)
    whole = text_of(browser, "subject_map", place.hospital.public_id, show="whole", q="眼")
    none = text_of(browser, "subject_map", place.hospital.public_id, q="没有这个")
    listed = client.get(f"/api/v1/institutions/{place.hospital.public_id}/subject-map", **head).json()["results"]
    subjects = client.get("/api/v1/subjects?q=心血管", **head).json()["results"]
    file = b"".join(browser.post(reverse("subject_map_export", args=[place.hospital.public_id]), {"as": "csv"}).streaming_content)  # type: ignore[arg-type]

    assert text.index(place.heart.name) < text.index("眼科")
    assert "眼科" in whole
    assert place.heart.name not in whole
    assert "没有符合条件的科目或科室" in none
    assert [(row["code"], row["is_whole"]) for row in listed] == [("03.04", False), ("10", True)]
    assert [one["code"] for one in subjects] == ["03.04"]
    assert [line.split(",")[0] for line in file.decode("utf-8-sig").splitlines()][1:] == ["03.04", "10"]
    assert AuditEntry.objects.get(verb="export").details["list"] == "subject_map"


def test_a_district_of_elsewhere_keeps_nothing_here(place: Place, client: Client) -> None:
    foreign = an_admin("外区", district=a_district("110105", "朝阳区"))
    headers = bearer(foreign) | {"If-Match": 'W/"1"'}

    answer = client.patch(f"/api/v1/institutions/{place.hospital.public_id}", {"help_desk": "偷改"}, "application/json", headers=headers)

    assert answer.status_code == 404
    place.hospital.refresh_from_db()
    assert place.hospital.help_desk == ""


def test_the_pages_of_a_hospital_cost_the_same_for_few_departments_and_many(
    place: Place, admin: Client, django_assert_max_num_queries: Any
) -> None:
    Department.objects.bulk_create(Department(institution=place.hospital, standard_code="10", name=f"眼科{n}") for n in range(30))

    for name, most in (("institution", 19), ("subject_map", 14), ("booking_rules", 14)):
        with django_assert_max_num_queries(most):
            text_of(admin, name, place.hospital.public_id)
