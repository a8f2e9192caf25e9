"""The district decides about rights on its pages; every dialog repeats the person, and a refusal loses nothing."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from clinics.models import Post, TargetGrant
from permissions.models import ReferralRight
from permissions.right_states import RightStatus
from permissions.roles import Role
from tests.cast import a_district, a_right, a_user, an_admin, sign_in
from tests.cast_clinics import a_centre, a_grant, a_hospital, a_post, an_alliance, in_days

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client: Client) -> Client:
    sign_in(client, an_admin("宋建华"))
    return client


def a_doctor(name: str = "周晓岚", **fields: object) -> Post:
    right = a_right(a_user(name), **fields)  # type: ignore[arg-type]
    return a_post(right.user, right=right)


def page(client: Client, name: str, *arguments: object, **query: str) -> str:
    answer = client.get(reverse(name, args=arguments), query)
    assert answer.status_code == 200, answer.content.decode()
    return answer.content.decode()


def test_the_list_shows_every_referring_post_with_its_standing(admin: Client) -> None:
    a_doctor("周晓岚")
    a_doctor("马晓东", status=RightStatus.SUSPENDED)
    a_post(a_user("罗一鸣"))
    a_post(a_user("何静"), a_hospital(), Role.WINDOW_CLERK)

    text = page(admin, "rights")

    assert all(word in text for word in ("周晓岚", "马晓东", "罗一鸣", 'class="tag ok"', 'class="tag few"', 'class="tag off"'))
    assert "何静" not in text


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"standing": "suspended"}, {"马晓东"}),
        ({"standing": "none"}, {"罗一鸣"}),
        ({"standing": "soon"}, {"沈佳"}),
        ({"standing": "nonsense"}, {"周晓岚", "马晓东", "罗一鸣", "沈佳"}),
        ({"q": "晓"}, {"周晓岚", "马晓东"}),
        ({"q": "\0周"}, {"周晓岚"}),
        ({"institution": "nonsense", "page": "99"}, {"周晓岚", "马晓东", "罗一鸣", "沈佳"}),
    ],
)
def test_filters_choose_among_them(admin: Client, query: dict[str, str], names: set[str]) -> None:
    a_doctor("周晓岚")
    a_doctor("马晓东", status=RightStatus.SUSPENDED)
    soon = a_doctor("沈佳").right
    ReferralRight.objects.filter(pk=soon.pk).update(valid_to=soon.valid_from + timedelta(days=20))
    a_post(a_user("罗一鸣"))

    text = page(admin, "rights", **query)

    assert {name for name in ("周晓岚", "马晓东", "罗一鸣", "沈佳") if f'scope="row">{name}' in text} == names


def test_the_list_costs_the_same_for_one_and_for_many(admin: Client, django_assert_max_num_queries: object) -> None:
    for number in range(12):
        a_doctor(f"医生{number}")

    with django_assert_max_num_queries(15):  # type: ignore[operator]
        page(admin, "rights")


def test_the_panel_shows_term_targets_masked_phone_and_what_happened(admin: Client) -> None:
    post = a_post(a_user("周晓岚", phone="13912342046"))
    alliance = an_alliance()
    admin.post(reverse("right_new", args=[post.public_id]), {"target": f"alliance.{alliance.public_id}", "valid_to": in_days(364)})
    right = ReferralRight.objects.get()

    text = page(admin, "right", right.public_id)

    assert alliance.name in text
    assert "139****2046" in text
    assert "13912342046" not in text
    assert str(in_days(364)) in text
    assert text.count("宋建华") >= 3
    assert 'id="revoke"' in text
    assert 'id="reinstate"' not in text


def test_granting_from_the_page_opens_the_ticked_targets(admin: Client) -> None:
    post, alliance, hospital = a_post(), an_alliance(), a_hospital()
    typed = {
        "target": [f"alliance.{alliance.public_id}", f"institution.{hospital.public_id}"],
        "valid_to": in_days(30).isoformat(),
    }

    answer = admin.post(reverse("right_new", args=[post.public_id]), typed)

    right = ReferralRight.objects.get()
    assert (answer.status_code, answer.url) == (302, reverse("right", args=[right.public_id]))
    assert right.status == RightStatus.GRANTED
    assert {grant.target for grant in TargetGrant.objects.all()} == {alliance, hospital}


def test_the_grant_dialog_ticks_the_alliances_of_the_doctors_own_centre(admin: Client) -> None:
    centre = a_centre()
    own, other = an_alliance(centre), an_alliance()
    post = a_post(institution=centre)

    text = page(admin, "right_new", post.public_id)

    assert f'value="alliance.{own.public_id}" checked' in text
    assert f'value="alliance.{other.public_id}">' in text


@pytest.mark.parametrize(
    "typed",
    [
        {"valid_to": "2099-01-01"},
        {"target": "alliance.nonsense"},
        {"target": "nonsense"},
        {"target": f"hospital.{uuid4()}"},
        {"target": f"institution.{uuid4()}"},
        {"valid_to": ""},
        {"valid_to": "soon"},
        {"valid_to": "2020-01-01"},
        {"valid_to": "9999-12-31"},
        {"valid_to": "2026-11-22\0"},
        {"target": ""},
    ],
)
def test_a_grant_that_cannot_be_keeps_what_was_typed_and_writes_nothing(admin: Client, typed: dict[str, str]) -> None:
    post, alliance = a_post(), an_alliance()
    sound = {"target": f"alliance.{alliance.public_id}", "valid_to": in_days(30).isoformat()}

    answer = admin.post(reverse("right_new", args=[post.public_id]), sound | typed)

    assert answer.status_code == 400
    assert 'class="modal open" id="enter"' in answer.content.decode()
    assert ReferralRight.objects.count() == TargetGrant.objects.count() == 0


def decide(client: Client, right: ReferralRight, act: str, **typed: object) -> object:
    fields = {"act": act, "version": right.version, "reason": "", **typed}
    return client.post(reverse("right", args=[right.public_id]), fields)


def test_suspending_reinstating_and_revoking_from_the_page(admin: Client) -> None:
    right = a_doctor().right
    a_grant(right, a_hospital())
    seen = []
    for act, reason in (("suspend", "leave"), ("reinstate", ""), ("revoke", "moved")):
        answer = decide(admin, right, act, reason=reason)
        right.refresh_from_db()
        seen.append((answer.status_code, right.status))  # type: ignore[attr-defined]

    assert seen == [(302, "suspended"), (302, "granted"), (302, "revoked")]
    assert TargetGrant.objects.open().count() == 0


def test_a_second_person_agrees_after_misconduct(admin: Client) -> None:
    right = a_doctor(status=RightStatus.SUSPENDED, reason_code="misconduct").right

    decide(admin, right, "reinstate")
    alone = decide(admin, ReferralRight.objects.get(pk=right.pk), "reinstate")
    second = Client()
    sign_in(second, an_admin("韩卫东"))
    text = page(second, "right", right.public_id)
    decide(second, ReferralRight.objects.get(pk=right.pk), "reinstate")

    assert alone.status_code == 422  # type: ignore[attr-defined]
    assert "宋建华" in text
    right.refresh_from_db()
    assert right.status == RightStatus.GRANTED


@pytest.mark.parametrize(
    ("typed", "status"),
    [
        ({"reason": ""}, 400),
        ({"reason": "moved"}, 400),
        ({"note": "x" * 201}, 400),
        ({"note": "a\0b"}, 400),
        ({"version": "9"}, 409),
        ({"version": "²"}, 400),
        ({"act": "explode"}, 400),
    ],
)
def test_a_decision_that_cannot_be_opens_its_dialog_again_and_changes_nothing(admin: Client, typed: dict[str, str], status: int) -> None:
    right = a_doctor().right

    fields = {"act": "suspend", "version": right.version, "reason": "leave", "note": "产假"} | typed

    answer = admin.post(reverse("right", args=[right.public_id]), fields)

    assert answer.status_code == status
    if typed.get("act") is None:
        assert 'class="modal open" id="suspend"' in answer.content.decode()
    right.refresh_from_db()
    assert right.status == RightStatus.GRANTED


def test_another_districts_right_is_not_found(admin: Client) -> None:
    elsewhere = a_right(a_user("外人", district=a_district("110105", "朝阳区")))

    assert admin.get(reverse("right", args=[elsewhere.public_id])).status_code == 404
    assert decide(admin, elsewhere, "revoke", reason="moved").status_code == 404  # type: ignore[attr-defined]


def test_a_manager_sees_the_rights_of_her_centre_and_decides_nothing(client: Client) -> None:
    centre = a_centre()
    manager = a_post(a_user("赵德生"), centre, Role.MANAGER)
    right = a_right(a_user("周晓岚"))
    a_post(right.user, centre, right=right)
    a_doctor("沈佳")
    sign_in(client, manager.user, manager)

    text = page(client, "rights") + page(client, "right", right.public_id)

    assert "周晓岚" in text
    assert "沈佳" not in text
    assert 'id="revoke"' not in text
    assert decide(client, right, "revoke", reason="moved").status_code == 403  # type: ignore[attr-defined]


def test_a_doctor_sees_no_list_of_rights(client: Client) -> None:
    post = a_doctor()
    sign_in(client, post.user, post)

    assert client.get(reverse("rights")).status_code == 403
    assert client.get(reverse("district")).status_code == 403


def test_the_districts_first_page_names_what_needs_a_look(admin: Client, django_assert_max_num_queries: object) -> None:
    a_doctor("马晓东", status=RightStatus.SUSPENDED)
    a_post(a_user("罗一鸣"))
    soon = a_doctor("沈佳").right
    ReferralRight.objects.filter(pk=soon.pk).update(valid_to=soon.valid_from + timedelta(days=20))

    with django_assert_max_num_queries(19):  # type: ignore[operator]
        text = page(admin, "district")

    assert all(name in text for name in ("马晓东", "罗一鸣", "沈佳"))


def test_a_person_with_two_rights_loses_both_at_a_stroke(admin: Client) -> None:
    here = a_doctor()
    second = a_right(here.user, status=RightStatus.SUSPENDED)
    there = a_post(here.user, a_centre("月坛"), right=second)
    ended = a_right(here.user, status=RightStatus.ENDED)

    text = page(admin, "right", here.right.public_id)
    both = {"act": "revoke", "right": [str(here.right.public_id), str(there.right.public_id)]}
    preview = admin.get(reverse("rights_decide"), both).content.decode()
    typed = {"reason": "misconduct", "note": "通报", "key": str(uuid4())}
    chosen = [f"{one.public_id}.{one.version}" for one in (here.right, there.right)]
    admin.post(reverse("rights_decide"), both | typed | {"right": chosen})

    address = f"{reverse('rights_decide')}?act=revoke&amp;right={here.right.public_id}&amp;right={second.public_id}"
    assert address in text and "全部暂停" not in text
    assert reverse("right", args=[ended.public_id]) in text
    assert "可处理 2 项" in preview
    assert {one.status for one in ReferralRight.objects.filter(pk__in=[here.right_id, there.right_id])} == {"revoked"}
    assert "此人的其他权限" not in page(admin, "right", a_doctor("沈佳").right.public_id)
