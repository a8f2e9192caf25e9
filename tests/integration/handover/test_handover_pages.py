"""The one screen of leaving and the manager's list: seen first, done then, in both doors; nobody else gets in."""

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from clinics.models import Post
from permissions.acting import Acting
from permissions.roles import Role
from referral.cases.models import Referral
from referral.handover.items import work_of
from referral.handover.leave import Plan, leave
from tests.cast import bearer, sign_in
from tests.cast_clinics import a_centre
from tests.cast_handover import Leaving, leaving, owners
from tests.cast_loop import working
from tests.cast_referral import today

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(db: None) -> Leaving:
    return leaving()


def browser_of(who: Acting) -> Client:
    client = Client()
    sign_in(client, who.user, who.post)
    return client


def page(answer: Any) -> str:
    return str(answer.content.decode())


def form(cast: Leaving, **more: str) -> dict[str, str]:
    """What the screen sends when nothing is changed on it."""
    mark = str(work_of(cast.zhou, today()).mark)
    shen = str(cast.shen.public_id)
    return {"act": "leave", "reason": "left", "successor": shen, "contracts": shen, "version": mark} | more


def test_the_manager_sees_what_would_happen_before_it_happens(cast: Leaving) -> None:
    draft, other = cast.world.referral(), cast.world.referral()
    browser, address = browser_of(cast.manager), reverse("handover_post", args=[cast.zhou.public_id])
    chosen = {f"item.{other.public_id}": "manager"}

    shown = page(browser.get(address))
    asked = browser.post(address, form(cast) | chosen)
    before = owners()
    done = browser.post(address, form(cast, confirmed="1") | chosen)

    assert all(word in shown for word in ("陈*兰", "沈佳", "周晓岚")) and "陈秀兰" not in shown and "血压控制不佳" not in shown
    assert asked.status_code == 200 and "无法撤销" in page(asked) and 'id="confirm"' in page(asked)
    assert before[str(draft.public_id)] == cast.zhou.pk
    assert done["Location"] == reverse("handover")
    assert (owners()[str(draft.public_id)], owners()[str(other.public_id)]) == (cast.shen.pk, None)
    assert not Post.objects.live().filter(pk=cast.zhou.pk).exists()


def test_the_screen_of_yesterday_is_refused_and_shown_again(cast: Leaving) -> None:
    old = form(cast, confirmed="1")
    cast.world.referral()
    browser, address = browser_of(cast.manager), reverse("handover_post", args=[cast.zhou.public_id])

    answer = browser.post(address, old)

    assert answer.status_code == 409 and "已有变化" in page(answer)
    assert Post.objects.live().filter(pk=cast.zhou.pk).exists()


def test_a_second_click_says_that_the_post_has_ended(cast: Leaving) -> None:
    browser, address = browser_of(cast.manager), reverse("handover_post", args=[cast.zhou.public_id])
    done = form(cast, confirmed="1")

    first, second, looked = browser.post(address, done), browser.post(address, done), browser.get(address)

    assert (first.status_code, second.status_code, looked.status_code) == (302, 409, 409)
    assert "该岗位已经结束" in page(second) and "该岗位已经结束" in page(looked)


def test_a_wrong_choice_is_said_at_its_field(cast: Leaving) -> None:
    cast.world.referral()
    browser, address = browser_of(cast.manager), reverse("handover_post", args=[cast.zhou.public_id])
    wrong = [{"successor": str(cast.zhou.public_id)}, {"successor": "x"}, {"reason": "misconduct"}, {"act": "move", "institution": ""}]

    for change in wrong:
        answer = browser.post(address, form(cast, confirmed="1") | change)
        field = next(reversed(change)) if "act" in change else next(iter(change))
        assert answer.status_code in (400, 422), change
        assert f'id="e-{field}"' in page(answer), change
    assert Post.objects.live().filter(pk=cast.zhou.pk).exists()


def test_the_district_moves_a_doctor_to_another_centre_from_the_same_screen(cast: Leaving) -> None:
    place, draft = a_centre("月坛"), cast.world.referral()
    browser = browser_of(cast.world.district_admin)
    move = {"act": "move", "institution": str(place.public_id), "kind": "family_doctor", "department": "", "title": "attending"}

    done = browser.post(reverse("handover_post", args=[cast.zhou.public_id]), form(cast, confirmed="1") | move)

    assert done.status_code == 302
    assert Post.objects.live().get(user=cast.zhou.user).institution == place
    assert owners()[str(draft.public_id)] == cast.shen.pk


def test_the_list_names_an_owner_and_says_so_when_somebody_was_first(cast: Leaving) -> None:
    draft, taken = cast.world.referral(), cast.sent_back()
    leave(cast.zhou, Plan(), reason="left", by=cast.manager, today=today())
    browser = browser_of(cast.manager)
    data = {"act": "name", "item": [f"referral:{draft.public_id}", f"return:{taken.public_id}"], "to": str(cast.shen.public_id)}

    listed = page(browser.get(reverse("handover")))
    done, again = browser.post(reverse("handover"), data), browser.post(reverse("handover"), data)
    residents = browser.post(
        reverse("handover"), {"act": "contracts", "doctor": str(cast.zhou.user.public_id), "to": str(cast.shen.public_id)}
    )

    assert f"referral:{draft.public_id}" in listed and "陈*兰" in listed and "陈秀兰" not in listed
    assert (done.status_code, again.status_code, residents.status_code) == (302, 409, 302)
    assert Referral.objects.get(pk=draft.pk).owner == cast.shen
    assert "都有负责人" in page(browser.get(reverse("handover")))


def test_the_list_takes_a_bounded_number_of_queries(cast: Leaving, django_assert_max_num_queries: Any) -> None:
    for _number in range(8):
        cast.world.referral()
    browser, address = browser_of(cast.manager), reverse("handover_post", args=[cast.zhou.public_id])
    with django_assert_max_num_queries(24):
        assert browser.get(address).status_code == 200
    leave(cast.zhou, Plan(), reason="left", by=cast.manager, today=today())

    with django_assert_max_num_queries(26):
        assert browser.get(reverse("handover")).status_code == 200


def test_a_manager_of_another_house_and_a_doctor_find_nothing_here(cast: Leaving) -> None:
    other = working("外院经理", a_centre("月坛"), Role.MANAGER)
    address = reverse("handover_post", args=[cast.zhou.public_id])

    assert browser_of(other).get(address).status_code == 404
    assert browser_of(other).post(address, form(cast, confirmed="1")).status_code == 404
    assert browser_of(cast.world.doctor).get(address).status_code == 403
    assert Post.objects.live().filter(pk=cast.zhou.pk).exists()


def api(client: Client, who: Acting, method: str, path: str, body: Any = None, **headers: str) -> Any:
    named = bearer(who.user, who.post) | headers
    return client.generic(method, f"/api/v1{path}", "" if body is None else json.dumps(body), "application/json", headers=named)


def test_a_program_ends_a_post_with_a_successor(cast: Leaving, client: Client) -> None:
    draft, other = cast.world.referral(), cast.world.referral()
    path = f"/posts/{cast.zhou.public_id}"
    read = api(client, cast.manager, "GET", f"{path}/handover")
    body = {"successor": str(cast.shen.public_id), "items": [{"id": str(other.public_id)}]}

    blind = api(client, cast.manager, "POST", f"{path}/end", body)
    stale = api(client, cast.manager, "POST", f"{path}/end", body, **{"If-Match": 'W/"1"'})
    done = api(client, cast.manager, "POST", f"{path}/end", body, **{"If-Match": read["ETag"]})
    waiting = api(client, cast.manager, "GET", "/handover").json()
    named = api(client, cast.manager, "POST", "/handover", {"to": str(cast.shen.public_id), "referrals": [str(other.public_id)]})

    assert {one["id"] for one in read.json()["items"]} == {str(draft.public_id), str(other.public_id)}
    assert [one["name"] for one in read.json()["colleagues"]] == ["沈佳"]
    assert (blind.status_code, stale.status_code, done.status_code) == (428, 409, 200)
    assert {part["to"]: part["referrals"] for part in done.json()["handed"]} == {str(cast.shen.public_id): 1, None: 1}
    assert [one["id"] for one in waiting["items"]] == [str(other.public_id)]
    assert waiting["contracts"][0]["contracts"] == 2
    assert named.json() == {"count": 1}


def test_a_program_transfers_a_person(cast: Leaving, client: Client) -> None:
    place = a_centre("月坛")
    body = {"institution": str(place.public_id), "successor": str(cast.shen.public_id)}
    mark = f'W/"{work_of(cast.zhou, today()).mark}"'

    done = api(client, cast.world.district_admin, "POST", f"/posts/{cast.zhou.public_id}/transfer", body, **{"If-Match": mark})

    assert done.status_code == 200
    assert Post.objects.live().get(user=cast.zhou.user).public_id.hex == done.json()["new_post"].replace("-", "")


def test_case_and_return_tell_from_whom_to_whom(cast: Leaving) -> None:
    draft, taken = cast.world.referral(), cast.sent_back()
    leave(cast.zhou, Plan(successor=cast.shen.public_id), reason="left", by=cast.manager, today=today())
    browser = browser_of(cast.world.colleague)

    case = page(browser.get(reverse("referral", args=[draft.public_id])))
    sent_back = page(browser.get(reverse("return", args=[taken.public_id])))

    assert "周晓岚 → 沈佳" in case and "现负责人" in case
    assert "周晓岚 → 沈佳" in sent_back


def test_the_posts_of_managers_are_the_districts(cast: Leaving) -> None:
    address = reverse("handover_post", args=[cast.manager.post.public_id])

    assert browser_of(cast.manager).get(address).status_code == 403
    assert browser_of(cast.world.district_admin).get(address).status_code == 200


def test_work_of_an_account_that_was_closed_waits_too(cast: Leaving) -> None:
    draft = cast.world.referral()
    type(cast.zhou.user).objects.filter(pk=cast.zhou.user_id).update(is_active=False)

    assert f"referral:{draft.public_id}" in page(browser_of(cast.manager).get(reverse("handover")))
