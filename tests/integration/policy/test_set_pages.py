"""The documents on pages and by program: comparing, previewing, choosing by two people, trying out, taking away; who sees which."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from clinics.models import PolicyRow, PolicySetChoice, PolicySimulation
from clinics.policy.sets import SETS, spoken_of
from tests.cast import bearer, sign_in
from tests.cast_clinics import a_plan, a_service, in_days, published
from tests.integration.policy.cast_policy import SOURCE, Desk

pytestmark = pytest.mark.django_db
XICHENG = reverse("policy_set", args=["xicheng-2018"])


def page(client: Client, name: str, *ids: object, status: int = 200, **query: str) -> str:
    answer = client.get(reverse(name, args=ids), query)
    assert answer.status_code == status, answer.content.decode()
    return str(answer.content.decode())


def form(act: str = "enter", **changes: Any) -> dict[str, Any]:
    held = {"parameters": ["booking_horizon_days", "promise_days"], "valid_from": in_days(2).isoformat(), "decision": SOURCE}
    return held | {"knows_draft": "1", "days": "30", "mode": "together"} | changes | {"act": act}


def second(desk: Desk) -> Client:
    browser = Client()
    sign_in(browser, desk.second.user)
    return browser


def test_every_document_stands_beside_today_s_values(admin: Client, desk: Desk) -> None:
    desk.row("booking_horizon_days", "10", desk.hospital)
    text = page(admin, "policy_sets")

    assert all(reverse("policy_set", args=[key]) in text for key in SETS)
    assert all(reverse("policy_value", args=[one.key]) in text for one in spoken_of())
    assert reverse("policy_sets") in page(admin, "policy")
    assert reverse("policy_value", args=["limit_per_day"]) not in page(admin, "policy_sets", show="differ")
    assert reverse("policy_value", args=["no_show_window"]) in page(admin, "policy_sets", show="final")
    assert reverse("policy_value", args=["reserved_share"]) not in page(admin, "policy_sets", q="两周")
    assert "policy/booking_horizon_days" in page(admin, "policy_sets", q="两周")


def test_a_document_s_page_says_what_differs_what_is_settled_above_and_whose_own_values_there_are(admin: Client, desk: Desk) -> None:
    desk.row("booking_horizon_days", "10", desk.hospital)

    text = page(admin, "policy_set", "xicheng-2018", valid_from=in_days(2).isoformat())

    assert "现向社会公开征求意见" in text
    assert "3个月内累计违约3次,将被列入违约名单" in text
    assert desk.hospital.display_name in text
    assert 'value="no_show_window" disabled' in text
    assert 'value="booking_horizon_days" checked' in text
    page(admin, "policy_set", "nothing", status=404)
    page(admin, "policy_set", "hospital-templates", status=404)


def test_the_preview_says_who_is_concerned_and_writes_nothing(admin: Client, desk: Desk) -> None:
    desk.row("booking_cutoff", "12:00", start=in_days(1))
    desk.row("booking_horizon_days", "7", start=in_days(1))
    published(a_plan(a_service(desk.heart), in_days(5)))

    answer = admin.post(XICHENG, form("preview", parameters=["booking_horizon_days", "booking_cutoff"]))

    text = answer.content.decode()
    assert answer.status_code == 200
    assert 'value="enter"' in text
    assert "12:00 → <b>15:00</b>" in text
    assert '<td class="num" data-l="' in text
    assert ">14</td>" in text
    assert not PolicySetChoice.objects.exists()


def test_one_sends_and_another_decides_knowing_that_it_is_a_draft(admin: Client, desk: Desk) -> None:
    assert admin.post(XICHENG, form(knows_draft="")).status_code == 400
    assert not PolicySetChoice.objects.exists()
    sent = admin.post(XICHENG, form())
    choice = PolicySetChoice.objects.get()
    address, other = reverse("policy_choice", args=[choice.public_id]), second(desk)
    assert (sent.status_code, sent["Location"]) == (302, address)
    assert 'value="approve"' not in page(admin, "policy_choice", choice.public_id)
    assert admin.post(address, {"act": "approve", "version": "1", "knows_draft": "1"}).status_code == 422
    assert 'value="approve"' in page(other, "policy_choice", choice.public_id)
    assert other.post(address, {"act": "approve", "version": "1"}).status_code == 400
    assert PolicyRow.objects.count() == 0

    done = other.post(address, {"act": "approve", "version": "1", "knows_draft": "1"})

    assert done.status_code == 302
    assert {row.parameter for row in PolicyRow.objects.filter(status="in_force")} == {"booking_horizon_days", "promise_days"}
    assert 'value="undo"' in page(admin, "policy_choice", choice.public_id)
    again = other.post(address, {"act": "approve", "version": "1", "knows_draft": "1"})
    assert again.status_code == 409
    assert admin.post(address, {"act": "undo", "version": "2", "reason": "文件撤回"}).status_code == 302
    assert not PolicyRow.objects.filter(status="in_force").exists()


def test_trying_out_leads_to_its_result(admin: Client, desk: Desk) -> None:
    answer = admin.post(XICHENG, form("simulate", valid_from="", parameters=[]))
    run = PolicySimulation.objects.get()

    assert (answer.status_code, answer["Location"]) == (302, reverse("policy_simulation", args=[run.public_id]))
    assert "0 / 0" in page(admin, "policy_simulation", run.public_id)
    assert reverse("policy_simulation", args=[run.public_id]) in page(admin, "policy_sets")
    assert "no_show_window" in run.parameters
    admin.post(XICHENG, form("simulate", mode="alone"))
    assert "no_show_window" in PolicySimulation.objects.latest("pk").parameters  # what has no box counts when the document stands alone
    PolicySimulation.objects.update(finished_at=None, total=9000, done=500)
    assert 'hx-trigger="every 2s"' in page(admin, "policy_simulation", run.public_id)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_comparison_is_taken_away(admin: Client, desk: Desk, kind: str) -> None:
    answer = admin.post(reverse("policy_sets_export"), {"as": kind})

    assert answer.status_code == 200
    held = b"".join(answer) if kind == "csv" else answer.content  # type: ignore[arg-type]
    if kind == "csv":
        lines = held.decode().splitlines()
        assert len(lines) == 1 + sum(len(one.said) for one in SETS.values())
        assert any("R106" in line and "两周以内" in line for line in lines)


def test_the_pages_ask_a_bounded_number_of_questions(admin: Client, desk: Desk, django_assert_max_num_queries: Any) -> None:
    for key in ("booking_horizon_days", "booking_cutoff"):
        for place in (desk.hospital, desk.heart, desk.other):
            desk.row(key, {"booking_horizon_days": "9", "booking_cutoff": "13:00"}[key], place) if place is not desk.heart else None
    choice = PolicySetChoice.objects.get(pk=_choice(admin))
    for name, ids, most in (("policy_sets", [], 45), ("policy_set", ["xicheng-2018"], 30), ("policy_choice", [choice.public_id], 45)):
        with django_assert_max_num_queries(most):
            page(admin, name, *ids)
    with django_assert_max_num_queries(40):
        admin.post(XICHENG, form("preview"))


def _choice(admin: Client) -> int:
    admin.post(XICHENG, form())
    return PolicySetChoice.objects.get().pk


def send(client: Client, path: str, who: Any, data: Any = None, version: int | None = None) -> Any:
    tag = {} if version is None else {"If-Match": f'W/"{version}"'}
    return client.post(f"/api/v1{path}", data, "application/json", headers=bearer(who.user, who.post) | tag)


def read(client: Client, path: str, who: Any, status: int = 200) -> Any:
    answer = client.get(f"/api/v1{path}", headers=bearer(who.user, who.post))
    assert answer.status_code == status, answer.content
    return answer.json()


def body(**changes: Any) -> dict[str, Any]:
    held = {"parameters": ["booking_horizon_days"], "valid_from": in_days(2).isoformat(), "decision": SOURCE, "knows_draft": True}
    return held | changes


def test_the_same_by_program(client: Client, desk: Desk) -> None:
    assert {one["key"] for one in read(client, "/policy-sets", desk.first)["results"]} == set(SETS)
    lines = {one["parameter"]: one for one in read(client, "/policy-sets/xicheng-2018", desk.first)["results"]}
    assert (lines["no_show_window"]["verdict"], lines["no_show_window"]["may_be_chosen"]) == ("final", False)
    seen = send(client, "/policy-sets/xicheng-2018/preview", desk.first, body()).json()
    assert (seen["bookings_ahead"], seen["more_bookings_ahead"], seen["own_values_that_stop"]) == (0, False, [])
    made = send(client, "/policy-sets/xicheng-2018/choices", desk.first, body())
    assert (made.status_code, made.json()["status"], made["ETag"]) == (201, "draft", 'W/"1"')
    path = f"/policy-choices/{made.json()['id']}"
    assert send(client, f"{path}/approve", desk.second, {"knows_draft": True}).status_code == 428
    assert send(client, f"{path}/approve", desk.first, {"knows_draft": True}, 1).json()["code"] == "second_person_required"
    assert send(client, f"{path}/approve", desk.second, {}, 1).json()["violations"][0]["rule"] == "R140"
    assert send(client, f"{path}/approve", desk.second, {"knows_draft": True}, 1).json()["status"] == "in_force"
    assert send(client, f"{path}/end", desk.first, {"ends_on": in_days(9).isoformat()}, 2).json()["ends_on"] == in_days(9).isoformat()
    assert send(client, f"{path}/reject", desk.second, {}, 3).json()["ends_on"] is None
    assert send(client, f"{path}/undo", desk.second, {"reason": "文件撤回"}, 4).json()["status"] == "cancelled"
    assert [one["status"] for one in read(client, "/policy-choices", desk.first)["results"]] == ["cancelled"]
    run = send(client, "/policy-sets/beijing-2011/trials", desk.first, {"mode": "alone", "days": 7})
    assert (run.status_code, run.json()["total"], run.json()["is_alone"]) == (201, 0, True)
    assert read(client, f"/policy-trials/{run.json()['id']}", desk.second)["days"] == 7
    assert len(read(client, "/policy-trials", desk.second)["results"]) == 1


def test_another_choice_can_be_rejected_and_withdrawn_by_program(client: Client, desk: Desk) -> None:
    one, two = (send(client, "/policy-sets/xicheng-2018/choices", desk.first, body()).json()["id"] for _ in range(2))

    assert send(client, f"/policy-choices/{one}/reject", desk.second, {"reason": ""}, 1).status_code == 400
    assert send(client, f"/policy-choices/{one}/reject", desk.second, {"reason": "缺文件"}, 1).json()["status"] == "rejected"
    assert send(client, f"/policy-choices/{two}/withdraw", desk.first, version=1).json()["status"] == "withdrawn"


BAD: tuple[dict[str, Any], ...] = (
    {"parameters": []}, {"parameters": ["nothing"]}, {"parameters": "booking_horizon_days"}, {"parameters": ["no_show_window"]},
    {"valid_from": "tomorrow"}, {"valid_from": in_days(-1).isoformat()}, {"decision": ""}, {"decision": "字" * 201},
    {"knows_draft": False}, {"knows_draft": "yes"}, {"district": "110102"},
)  # fmt: skip


def test_a_bad_body_is_refused_and_nothing_is_written(client: Client, desk: Desk) -> None:
    answers = [send(client, "/policy-sets/xicheng-2018/choices", desk.first, body(**changes)).status_code for changes in BAD]

    assert answers == [400] * len(BAD)
    assert not PolicySetChoice.objects.exists()


def test_a_coordinator_sees_none_of_it(coordinator: Client, client: Client, desk: Desk) -> None:
    for name, ids in (("policy_sets", []), ("policy_set", ["xicheng-2018"])):
        page(coordinator, name, *ids, status=403)
    assert reverse("policy_sets") not in page(coordinator, "policy")
    read(client, "/policy-sets", desk.coordinator, 403)
