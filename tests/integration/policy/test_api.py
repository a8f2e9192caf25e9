"""The regulation's values by program: the same use cases, versions, and the same walls between places."""

from typing import Any

import pytest
from django.test import Client

from clinics.models import PolicyRow
from clinics.policy import REGISTRY
from tests.cast import bearer
from tests.cast_clinics import a_plan, a_service, in_days, published
from tests.integration.policy.cast_policy import SOURCE, Desk

pytestmark = pytest.mark.django_db


def body(**changes: Any) -> dict[str, Any]:
    return {"value": "0.35", "valid_from": in_days(2).isoformat(), "source": SOURCE} | changes


def send(client: Client, path: str, who: Any, data: Any = None, version: int | None = None) -> Any:
    tag = {} if version is None else {"If-Match": f'W/"{version}"'}
    return client.post(f"/api/v1{path}", data, "application/json", headers=bearer(who.user, who.post) | tag)


def read(client: Client, path: str, who: Any) -> Any:
    answer = client.get(f"/api/v1{path}", headers=bearer(who.user, who.post))
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_a_row_is_entered_looked_at_approved_and_ended(client: Client, desk: Desk) -> None:
    made = send(client, "/policy/reserved_share/rows", desk.first, body(institution=str(desk.hospital.public_id)))
    assert (made.status_code, made.json()["status"], made["ETag"]) == (201, "draft", 'W/"1"')
    path = f"/policy-rows/{made.json()['id']}"

    assert [row["id"] for row in read(client, "/policy-rows", desk.coordinator)["results"]] == [made.json()["id"]]
    assert send(client, f"{path}/approve", desk.second).status_code == 428
    assert send(client, f"{path}/approve", desk.second, version=7).status_code == 409
    assert send(client, f"{path}/approve", desk.first, version=1).json()["code"] == "second_person_required"
    assert send(client, f"{path}/approve", desk.coordinator, version=1).status_code == 403
    assert send(client, f"{path}/approve", desk.second, version=1).json()["status"] == "in_force"
    assert send(client, f"{path}/end", desk.coordinator, {"ends_on": in_days(9).isoformat()}, 2).json()["ends_on"] == in_days(9).isoformat()
    assert send(client, f"{path}/approve", desk.second, version=3).json()["valid_to"] == in_days(9).isoformat()

    now = read(client, f"/policy/reserved_share?institution={desk.hospital.public_id}", desk.coordinator)
    assert now["now"]["coming"] == [
        {"day": in_days(2).isoformat(), "value": "35%"}, {"day": in_days(9).isoformat(), "value": "30%"},
    ]  # fmt: skip
    assert len(now["results"]) == 1


def test_drafts_are_rejected_with_a_reason_and_withdrawn(client: Client, desk: Desk) -> None:
    one, two = desk.draft("promise_days", "2"), desk.draft("promise_days", "1")

    assert send(client, f"/policy-rows/{one.public_id}/reject", desk.second, {"reason": ""}, 1).status_code == 400
    assert send(client, f"/policy-rows/{one.public_id}/reject", desk.second, {"reason": "缺文件"}, 1).json()["status"] == "rejected"
    assert send(client, f"/policy-rows/{two.public_id}/withdraw", desk.first, version=1).json()["status"] == "withdrawn"


def test_every_value_is_listed_with_its_ground(client: Client, desk: Desk) -> None:
    listed = read(client, "/policy", desk.first)["results"]

    assert {one["key"] for one in listed} == set(REGISTRY)
    share = next(one for one in listed if one["key"] == "reserved_share")
    assert (share["value"], share["level"], share["merge"], share["rule"], share["row"]) == ("30%", "city", "at_least", "R040", None)
    assert "30%以上号源" in share["quote"]


def test_the_preview_writes_nothing(client: Client, desk: Desk) -> None:
    published(a_plan(a_service(desk.heart), in_days(5), capacity=24))

    answer = send(client, "/policy/reserved_share/preview", desk.first, body()).json()

    assert [one["published_sessions"] for one in answer["institutions"]] == [1, 0]
    (week,) = answer["typical_week"]
    assert (week["before"], week["after"]) == (
        {"referral": 6, "direct": 14, "window": 4}, {"referral": 7, "direct": 13, "window": 4},
    )  # fmt: skip
    assert not PolicyRow.objects.exists()


@pytest.mark.parametrize(
    ("key", "changes", "status"),
    [
        ("reserved_share", {"value": "35"}, 400),
        ("reserved_share", {"value": 0.35}, 400),
        ("reserved_share", {"value": "0.25"}, 422),
        ("reserved_share", {"valid_from": "tomorrow"}, 400),
        ("reserved_share", {"valid_from": in_days(-1).isoformat()}, 400),
        ("reserved_share", {"source": ""}, 400),
        ("reserved_share", {"district": "110102"}, 400),
        ("reserved_share", {"institution": "not-an-id"}, 400),
        ("nothing", {}, 404),
    ],
)
def test_a_bad_body_is_refused_and_nothing_is_written(client: Client, desk: Desk, key: str, changes: dict[str, Any], status: int) -> None:
    assert send(client, f"/policy/{key}/rows", desk.first, body(**changes)).status_code == status
    assert not PolicyRow.objects.exists()


def test_a_coordinator_reads_and_enters_her_own_hospital_only(client: Client, desk: Desk) -> None:
    strange = desk.row("booking_cutoff", "14:00", desk.other)
    place = f"?institution={desk.other.public_id}"

    assert client.get(f"/api/v1/policy{place}", headers=bearer(desk.coordinator.user, desk.coordinator.post)).status_code == 404
    assert read(client, "/policy/booking_cutoff", desk.coordinator)["results"] == []
    assert send(client, "/policy/booking_cutoff/rows", desk.coordinator, body(value="14:00")).status_code == 400
    for act, data in (("approve", None), ("withdraw", None), ("reject", {"reason": "x"}), ("end", {"ends_on": in_days(9).isoformat()})):
        assert send(client, f"/policy-rows/{strange.public_id}/{act}", desk.coordinator, data, 2).status_code == 404
