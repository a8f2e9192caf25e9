"""People and posts: who may appoint whom where, what a known phone means, and what a person's page tells to whom."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from clinics.models import InstitutionUserPermission, Post
from permissions.models import User
from permissions.roles import Role
from tests.cast import a_user, bearer
from tests.cast_clinics import a_centre, a_hospital, a_post
from tests.integration.places.cast_places import Place, text_of
from vault.crypto import keyed_hash
from vault.models import AuditEntry, Change

pytestmark = pytest.mark.django_db


def appointed(client: Client, institution: Any, kind: str = "family_doctor", **fields: str) -> Any:
    sound = {"institution": str(institution.public_id), "kind": kind, "name": "罗一鸣", "phone": "139 1234 2046", "title": ""}
    return client.post(reverse("person_new"), sound | fields)


def test_a_manager_appoints_a_doctor_who_can_do_what_her_post_allows(place: Place, manager: Client) -> None:
    answer = appointed(manager, place.station, title="attending")

    user = User.objects.with_phone("13912342046").get()
    post = Post.objects.get(user=user)
    assert (answer.status_code, answer.url) == (302, reverse("person", args=[user.public_id]))
    assert (post.kind, post.institution, post.title, post.right, user.desks) == ("family_doctor", place.station, "attending", None, 2)
    assert AuditEntry.objects.filter(object_id=post.public_id, verb="open_post", actor_id=place.manager.user.public_id).exists()


@pytest.mark.parametrize(
    ("kind", "where", "status"),
    [("manager", "centre", 403), ("coordinator", "centre", 400), ("window_clerk", "centre", 400), ("family_doctor", "elsewhere", 404)],
    ids=["a second manager", "a coordinator", "a clerk in a centre", "another centre"],
)
def test_a_manager_appoints_neither_managers_nor_what_a_centre_does_not_have_nor_elsewhere(
    place: Place, manager: Client, kind: str, where: str, status: int
) -> None:
    before = (User.objects.count(), Post.objects.count())
    institution = place.centre if where == "centre" else a_centre("月坛")

    answer = appointed(manager, institution, kind)

    assert answer.status_code == status
    assert (User.objects.count(), Post.objects.count()) == before


def test_every_fault_of_a_new_person_is_told_at_once_and_nothing_is_written(place: Place, admin: Client) -> None:
    before = User.objects.count()

    answer = appointed(admin, place.hospital, "receiving_doctor", name="罗1", phone="010-66123456", title="wizard")

    text = answer.content.decode()
    assert answer.status_code == 400
    assert all(f'href="#f-{field}"' in text for field in ("name", "phone", "department", "title"))
    assert 'value="罗1"' in text
    assert User.objects.count() == before


def test_a_department_of_another_hospital_is_refused(place: Place, admin: Client) -> None:
    answer = appointed(admin, a_hospital("宣武医院"), "receiving_doctor", department=str(place.heart.public_id))

    assert answer.status_code == 400
    assert Post.objects.count() == 2


def test_a_known_phone_with_the_same_name_leads_to_the_same_person(place: Place, admin: Client) -> None:
    known = a_user("罗一鸣", phone="13912342046")

    answer = appointed(admin, place.station)

    assert answer.status_code == 302
    assert Post.objects.get(user=known).institution == place.station
    assert User.objects.filter(name="罗一鸣").count() == 1


def test_a_known_phone_with_another_name_is_refused_without_saying_whose_it_is(place: Place, manager: Client) -> None:
    a_user("沈佳", phone="13912342046")

    answer = appointed(manager, place.station)

    assert answer.status_code == 400
    assert "沈佳" not in answer.content.decode()
    assert Post.objects.count() == 2


def test_the_same_post_is_not_given_twice(place: Place, client: Client) -> None:
    body = {"person": str(place.doctor.user.public_id), "institution": str(place.centre.public_id), "kind": "family_doctor"}

    answer = client.post("/api/v1/posts", body, "application/json", headers=bearer(place.admin))

    assert answer.status_code == 409
    assert Post.objects.filter(user=place.doctor.user).count() == 1


def test_a_program_says_either_who_or_name_and_phone(place: Place, client: Client) -> None:
    post = {"institution": str(place.centre.public_id), "kind": "family_doctor"}
    both = {"person": str(place.doctor.user.public_id), "name": "罗一鸣", "phone": "13912342046"}
    headers = bearer(place.admin)

    sent = [client.post("/api/v1/posts", post | more, "application/json", headers=headers) for more in ({}, {"name": "罗一鸣"}, both)]

    assert [[v["field"] for v in answer.json()["violations"]] for answer in sent] == [["name", "phone"], ["phone"], ["name", "phone"]]
    assert User.objects.filter(name="罗一鸣").count() == 0


def test_a_corrected_name_names_the_document_and_stays_in_the_history(place: Place, manager: Client) -> None:
    address = reverse("person_name", args=[place.doctor.user.public_id])

    silent = manager.post(address, {"name": "周晓兰", "name_en": "", "reason": ""})
    said = manager.post(address, {"name": "周晓兰", "name_en": "", "reason": "核对身份证"})

    assert (silent.status_code, said.status_code) == (400, 302)
    text = text_of(manager, "person", place.doctor.user.public_id)
    assert all(word in text for word in ("周晓岚 → 周晓兰", "核对身份证", "赵德生"))
    assert Change.objects.filter(object_id=place.doctor.user.public_id, field="name").count() == 1


def test_a_corrected_post_keeps_kind_and_place(place: Place, admin: Client) -> None:
    post = a_post(a_user("郑海"), place.hospital, Role.RECEIVING_DOCTOR, department=place.heart)
    address = reverse("post_edit", args=[post.public_id])

    missing = admin.post(address, {"title": "chief", "department": ""})
    done = admin.post(address, {"title": "chief", "department": str(place.heart.public_id), "kind": "manager"})

    post.refresh_from_db()
    assert (missing.status_code, done.status_code) == (400, 302)
    assert (post.title, post.kind) == ("chief", "receiving_doctor")
    assert "主任医师" in text_of(admin, "person", post.user.public_id)


def test_a_manager_neither_sees_nor_is_told_of_posts_elsewhere(place: Place, manager: Client, client: Client) -> None:
    other = a_centre("月坛")
    body = {"person": str(place.doctor.user.public_id), "institution": str(other.public_id), "kind": "family_doctor"}
    client.post("/api/v1/posts", body, "application/json", headers=bearer(place.admin))
    stranger = a_post(a_user("沈佳"), other)

    text = text_of(manager, "person", place.doctor.user.public_id)

    assert other.name not in text
    assert "上岗" not in text
    assert manager.get(reverse("person", args=[stranger.user.public_id])).status_code == 404
    assert manager.get(reverse("post_edit", args=[stranger.public_id])).status_code == 404
    assert "沈佳" not in text_of(manager, "people", state="all")


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({}, {"周晓岚", "赵德生"}),
        ({"kind": "manager"}, {"赵德生"}),
        ({"q": "晓"}, {"周晓岚"}),
        ({"q": "13912342046"}, set()),
        ({"q": "13987654321"}, {"周晓岚"}),
        ({"q": "4321"}, {"周晓岚"}),
        ({"state": "left"}, {"沈佳", "宋建华"}),
        ({"state": "all"}, {"周晓岚", "赵德生", "沈佳", "宋建华"}),
        ({"institution": "station"}, set()),
        ({"kind": "nonsense", "institution": "nonsense", "page": "x"}, {"周晓岚", "赵德生"}),
    ],
    ids=["with a post", "managers", "name", "another phone", "phone", "tail", "left", "everybody", "institution", "nonsense"],
)
def test_filters_choose_among_the_people(place: Place, admin: Client, query: dict[str, str], names: set[str]) -> None:
    User.objects.filter(pk=place.doctor.user_id).update(
        phone="13987654321", phone_hash=keyed_hash("13987654321", "phone"), phone_tail="4321"
    )
    left = a_post(a_user("沈佳"), place.centre)
    Post.objects.filter(pk=left.pk).update(valid_to=left.valid_from)
    chosen = {name: str(place.station.public_id) if value == "station" else value for name, value in query.items()}

    text = text_of(admin, "people", **chosen)

    assert {name for name in ("周晓岚", "赵德生", "沈佳", "宋建华") if f">{name}</a>" in text} == names


def test_the_page_shows_the_phone_masked_the_right_and_the_duties(place: Place, admin: Client) -> None:
    text = text_of(admin, "person", place.doctor.user.public_id)

    assert place.doctor.user.phone not in text
    assert reverse("right", args=[place.doctor.right.public_id]) in text  # type: ignore[union-attr]
    assert reverse("handover_post", args=[place.doctor.public_id]) in text
    assert "家庭医生" in text.split('id="h-duties"')[1]


def test_the_lists_cost_the_same_for_one_and_for_many(place: Place, admin: Client, django_assert_max_num_queries: Any) -> None:
    for number in range(10):
        post = a_post(a_user(f"医生{'甲乙丙丁戊己庚辛壬癸'[number]}"), place.centre)
        a_post(post.user, place.station)

    with django_assert_max_num_queries(16):
        text_of(admin, "people")
    with django_assert_max_num_queries(22):
        text_of(admin, "person", place.doctor.user.public_id)


def test_a_post_begun_by_page_opens_its_doors(place: Place, admin: Client) -> None:
    appointed(admin, place.hospital, "coordinator")
    post = Post.objects.get(kind="coordinator")
    held = InstitutionUserPermission.objects.filter(user=post.user)

    assert list(held.values_list("permission__codename", "content_object")) == [("manage_pools", place.hospital.pk)]
