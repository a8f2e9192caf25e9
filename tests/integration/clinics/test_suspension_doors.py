"""Suspending a whole institution by page and by program: who is affected stands there first, and a second person undoes it."""

from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from clinics.models import Institution, InstitutionSanction, Post
from permissions.models import ReferralRight
from permissions.roles import Role
from tests.cast import a_district, a_right, a_user, an_admin, bearer, sign_in
from tests.cast_clinics import a_centre, a_post, a_station

pytestmark = pytest.mark.django_db
EVIDENCE = "区卫生健康委通报 2026-11-20"


def a_doctor(place: Institution, name: str = "周晓岚") -> Post:
    right = a_right(a_user(name))
    return a_post(right.user, place, right=right)


def status_of(post: Post) -> str:
    return ReferralRight.objects.get(pk=post.right_id).status


@pytest.fixture
def admin(client: Client) -> Client:
    sign_in(client, an_admin("宋建华"))
    return client


def test_the_page_names_everybody_affected_before_and_gives_them_back_after(admin: Client, django_assert_max_num_queries: object) -> None:
    centre = a_centre()
    posts = [a_doctor(centre), a_doctor(a_station(centre), "沈佳"), *(a_doctor(centre, f"医生{number}") for number in range(8))]
    address = reverse("suspension", args=[centre.public_id])

    with django_assert_max_num_queries(16):  # type: ignore[operator]
        before = admin.get(address).content.decode()
    suspended = admin.post(address, {"act": "suspend", "reason": "closed", "note": EVIDENCE})
    between = [status_of(post) for post in posts]
    during = admin.get(address).content.decode()
    lifted = admin.post(address, {"act": "reinstate", "version": "1"})

    assert all(name in before for name in ("周晓岚", "沈佳", "医生7")) and 'id="reinstate"' not in before
    assert (suspended.status_code, set(between), lifted.status_code) == (302, {"suspended"}, 302)
    assert EVIDENCE in during and 'id="reinstate"' in during and 'id="suspend"' not in during
    assert {status_of(post) for post in posts} == {"granted"}
    afterwards = admin.get(address).content.decode()
    assert "从未暂停" not in afterwards and EVIDENCE in afterwards
    assert f'<form method="post" action="{address}">' in afterwards


def test_after_misconduct_the_page_asks_for_a_second_person(admin: Client) -> None:
    post = a_doctor(a_centre())
    address = reverse("suspension", args=[post.institution.public_id])
    admin.post(address, {"act": "suspend", "reason": "resale", "note": EVIDENCE})

    first = admin.post(address, {"act": "reinstate", "version": "1"})
    alone = admin.post(address, {"act": "reinstate", "version": "1"})
    second = Client()
    sign_in(second, an_admin("韩卫东"))
    shown = second.get(address).content.decode()
    last = second.post(address, {"act": "reinstate", "version": "1"})

    assert [one.status_code for one in (first, alone, last)] == [302, 422, 302]
    assert "宋建华" in shown
    assert status_of(post) == "granted"


@pytest.mark.parametrize(
    ("typed", "status"),
    [({"reason": ""}, 400), ({"note": ""}, 400), ({"note": "a\0b"}, 400), ({"note": "长" * 201}, 400), ({"act": "explode"}, 400)],
    ids=["reason", "evidence", "unprintable", "too long", "act"],
)
def test_what_cannot_be_opens_the_dialog_again_and_changes_nothing(admin: Client, typed: dict[str, str], status: int) -> None:
    post = a_doctor(a_centre())
    address = reverse("suspension", args=[post.institution.public_id])

    answer = admin.post(address, {"act": "suspend", "reason": "closed", "note": EVIDENCE} | typed)

    assert (answer.status_code, status_of(post), InstitutionSanction.objects.count()) == (status, "granted", 0)
    if "act" not in typed:
        assert 'class="modal open" id="suspend"' in answer.content.decode()


def test_the_list_finds_filters_and_keeps_its_cost(admin: Client, django_assert_max_num_queries: object) -> None:
    centres = [a_centre(f"中心{number}") for number in range(12)]
    a_doctor(centres[3])
    admin.post(reverse("suspension", args=[centres[3].public_id]), {"act": "suspend", "reason": "closed", "note": EVIDENCE})

    with django_assert_max_num_queries(15):  # type: ignore[operator]
        whole = admin.get(reverse("suspensions")).content.decode()
    only = admin.get(reverse("suspensions"), {"standing": "suspended"}).content.decode()
    found = admin.get(reverse("suspensions"), {"q": "中心5社区"}).content.decode()

    assert all(centre.name in whole for centre in centres)
    assert [centre.name for centre in centres if centre.name in only] == [centres[3].name]
    assert [centre.name for centre in centres if centre.name in found] == [centres[5].name]


def test_nobody_else_opens_these_pages(client: Client) -> None:
    centre = a_centre()
    post, manager = a_doctor(centre), a_post(a_user("赵德生"), centre, Role.MANAGER)
    outsider = an_admin("外区", district=a_district("110105", "朝阳区"))
    address, typed = reverse("suspension", args=[centre.public_id]), {"act": "suspend", "reason": "closed", "note": EVIDENCE}
    seen = []
    for user, part in ((post.user, post), (manager.user, manager), (outsider, None)):
        who = Client()
        sign_in(who, user, part)
        seen += [who.get(address).status_code, who.post(address, typed).status_code]

    assert seen == [403, 403, 403, 403, 404, 404]
    assert status_of(post) == "granted"


def test_by_program(client: Client) -> None:
    centre = a_centre()
    post, head = a_doctor(centre), bearer(an_admin())
    path = f"/api/v1/institutions/{centre.public_id}"

    def send(verb: str, body: object, **headers: str) -> object:
        return client.post(f"{path}/{verb}", body, content_type="application/json", headers=head | headers)

    preview = client.get(f"{path}/suspension", headers=head).json()
    made = send("suspend", {"reason": "misconduct", "note": EVIDENCE})
    twice = send("suspend", {"reason": "misconduct", "note": EVIDENCE})
    without = send("reinstate", {})
    asked = send("reinstate", {}, **{"If-Match": 'W/"1"'})
    excluded = send("revoke", {"reason": "misconduct", "note": EVIDENCE}, **{"If-Match": 'W/"1"'})
    nobody = client.get(f"/api/v1/institutions/{uuid4()}/suspension", headers=head)

    assert [one["user"] for one in preview["would_suspend"]] == ["周晓岚"]
    assert (made.status_code, made.json()["status"]) == (201, "suspended")  # type: ignore[attr-defined]
    assert [one.status_code for one in (twice, without, asked, excluded, nobody)] == [409, 428, 200, 201, 404]  # type: ignore[attr-defined]
    assert asked.json()["second_person_required"]  # type: ignore[attr-defined]
    assert status_of(post) == "revoked"
