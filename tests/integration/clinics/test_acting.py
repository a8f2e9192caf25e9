"""Under which post a request acts: the header's, the session's choice, or the first live one."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clinics.models import Post
from permissions.models import User
from permissions.roles import Role
from tests.cast import a_role, a_user, bearer, sign_in
from tests.cast_clinics import a_centre, a_hospital, a_post

pytestmark = pytest.mark.django_db


def me(client: Client, **headers: str) -> dict[str, object]:
    answer = client.get("/api/v1/me", headers=headers)
    return {"status": answer.status_code, **answer.json()}


def two_posts() -> tuple[User, Post, Post]:
    user = a_user("周晓岚")
    return user, a_post(user, a_centre()), a_post(user, a_hospital(), Role.MANAGER)


def test_without_a_choice_the_first_live_post_counts(client: Client) -> None:
    user, first, _second = two_posts()

    answer = me(client, **bearer(user))

    assert (answer["role"], answer["post"]) == ("family_doctor", str(first.public_id))


def test_the_header_names_the_post(client: Client) -> None:
    user, _first, second = two_posts()

    answer = me(client, **bearer(user, second))

    assert (answer["role"], answer["post"]) == ("manager", str(second.public_id))


@pytest.mark.parametrize("header", ["nonsense", "01a20000-0000-7000-8000-000000000000"])
def test_a_header_that_names_no_post_of_the_person_is_refused(client: Client, header: str) -> None:
    user, *_posts = two_posts()

    answer = me(client, **bearer(user) | {"Acting-Post": header})

    assert (answer["status"], answer["code"]) == (403, "not_allowed")


def test_nobody_acts_under_another_persons_post(client: Client) -> None:
    user, *_posts = two_posts()

    assert me(client, **bearer(user, a_post(a_user("沈佳"))))["status"] == 403


def test_an_ended_post_is_not_acted_under(client: Client) -> None:
    user, first, second = two_posts()
    Post.objects.filter(pk=first.pk).update(valid_to=timezone.now() - timedelta(seconds=1))

    assert me(client, **bearer(user))["post"] == str(second.public_id)
    assert me(client, **bearer(user, first))["status"] == 403


def test_changing_the_part_stays_for_the_session(client: Client) -> None:
    user, first, second = two_posts()
    sign_in(client, user)

    before = me(client)["post"]
    answer = client.post(reverse("acting"), {"post": second.public_id})
    after = me(client)["post"]

    assert (before, after) == (str(first.public_id), str(second.public_id))
    assert (answer.status_code, answer.url) == (302, "/")


def test_a_district_role_comes_before_posts_and_posts_can_be_chosen(client: Client) -> None:
    user, first, _second = two_posts()
    a_role(user, Role.DISTRICT_ADMIN)
    sign_in(client, user)

    before = me(client)["role"]
    client.post(reverse("acting"), {"post": first.public_id})

    assert (before, me(client)["role"]) == ("district_admin", "family_doctor")


@pytest.mark.parametrize("wanted", ["", "nonsense", "01a20000-0000-7000-8000-000000000000"])
def test_only_ones_own_parts_can_be_chosen(client: Client, wanted: str) -> None:
    user, first, _second = two_posts()
    sign_in(client, user)

    assert client.post(reverse("acting"), {"post": wanted}).status_code == 403
    assert me(client)["post"] == str(first.public_id)


def test_the_menu_names_every_part(client: Client) -> None:
    user, _first, second = two_posts()
    a_role(user, Role.DISTRICT_ADMIN)
    sign_in(client, user)

    text = client.get(reverse("rights")).content.decode()

    assert f'value="{second.public_id}"' in text
    assert second.institution.short_name in text
