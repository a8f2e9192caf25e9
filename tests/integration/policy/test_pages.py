"""The pages of the regulation's values: what holds, who is concerned, sending, deciding; who sees which."""

import pytest
from django.test import Client
from django.urls import reverse

from clinics.models import PolicyRow
from clinics.policy import REGISTRY
from permissions.roles import Role
from tests.cast import a_user, sign_in
from tests.cast_clinics import a_plan, a_post, a_service, in_days, published
from tests.integration.policy.cast_policy import SOURCE, Desk

pytestmark = pytest.mark.django_db


def page(client: Client, name: str, *ids: object, status: int = 200, **query: str) -> str:
    answer = client.get(reverse(name, args=ids), query)
    assert answer.status_code == status, answer.content.decode()
    return str(answer.content.decode())


def form(act: str = "enter", **changes: str) -> dict[str, str]:
    held = {
        "value": "35",
        "valid_from": in_days(2).isoformat(),
        "valid_to": "",
        "source": SOURCE,
        "quote": "",
        "institution": "",
        "department": "",
    }
    return held | changes | {"act": act}


def test_every_value_stands_there_with_its_ground_and_what_is_coming(admin: Client, desk: Desk) -> None:
    desk.row("reserved_share", "0.45", desk.hospital, start=in_days(3), quote="预留45%")

    everywhere, there = page(admin, "policy"), page(admin, "policy", institution=str(desk.hospital.public_id))

    assert all(reverse("policy_value", args=[key]) in everywhere for key in REGISTRY)
    assert "将向区域内所有医联体内的基层医疗卫生机构预留30%以上号源" in everywhere
    assert "45%" not in everywhere
    assert f"{in_days(3):%Y-%m-%d}" in there
    assert "45%" in there


def test_the_preview_says_who_is_concerned_and_writes_nothing(admin: Client, desk: Desk) -> None:
    published(a_plan(a_service(desk.heart), in_days(5), capacity=24))
    desk.row("reserved_share", "0.40", desk.other)
    address = reverse("policy_value", args=["reserved_share"])

    answer = admin.post(address, form("preview"))

    text = answer.content.decode()
    assert answer.status_code == 200
    assert PolicyRow.objects.count() == 1
    assert "1 场" in text  # of 北大医院, published already
    assert "1 家机构沿用自己的值" in text
    assert "6 → <b>7</b>" in text  # 35 % of 20 bookable places
    assert "14 → <b>13</b>" in text
    assert 'value="enter"' in text


def test_the_preview_of_a_window_counts_the_bands_that_move(admin: Client, desk: Desk) -> None:
    published(a_plan(a_service(desk.heart), in_days(5)))

    answer = admin.post(reverse("policy_value", args=["booking_cutoff"]), form("preview", value="11:30"))

    assert "14 个已放号时段" in answer.content.decode()


def test_sending_makes_a_draft_that_another_person_approves(admin: Client, desk: Desk) -> None:
    answer = admin.post(reverse("policy_value", args=["reserved_share"]), form(institution=str(desk.hospital.public_id)))
    row = PolicyRow.objects.get()
    address = reverse("policy_row", args=[row.public_id])
    assert (answer.status_code, answer["Location"], row.value, row.status) == (302, address, "0.350", "draft")
    assert 'value="approve"' not in page(admin, "policy_row", row.public_id)
    refused = admin.post(address, {"act": "approve", "version": "1"})
    assert refused.status_code == 422

    sign_in(admin, desk.second.user)
    assert "reserved_share" not in page(admin, "policy_drafts")
    assert address in page(admin, "policy_drafts")
    admin.post(address, {"act": "approve", "version": "1"})

    row.refresh_from_db()
    assert (row.status, row.approved_by) == ("in_force", desk.second.user)
    assert "还没有要第二人决定的值" in page(admin, "policy_drafts")


@pytest.mark.parametrize(
    ("key", "changes", "field", "status"),
    [
        ("reserved_share", {"value": "101"}, "value", 400),
        ("reserved_share", {"value": ""}, "value", 400),
        ("reserved_share", {"value": "25"}, "value", 422),
        ("reserved_share", {"valid_from": ""}, "valid_from", 400),
        ("reserved_share", {"valid_from": in_days(-1).isoformat()}, "valid_from", 400),
        ("reserved_share", {"valid_to": "soon"}, "valid_to", 400),
        ("reserved_share", {"source": " "}, "source", 400),
        ("reserved_share", {"source": "甲\0乙"}, "source", 400),
        ("booking_cutoff", {"value": "3 pm"}, "value", 400),
        ("reserved_share_base", {"value": ""}, "value", 400),
        ("exempt_classes", {"value": "everything"}, "value", 400),
    ],
)
def test_a_fault_stands_beside_its_field_and_nothing_is_written(
    admin: Client, desk: Desk, key: str, changes: dict[str, str], field: str, status: int
) -> None:
    answer = admin.post(reverse("policy_value", args=[key]), form(**changes))

    assert answer.status_code == status
    assert f'href="#f-{field}"' in answer.content.decode()
    assert not PolicyRow.objects.exists()


def test_a_set_is_chosen_by_boxes(admin: Client, desk: Desk) -> None:
    data = form() | {"value": ["expert_chief", "general"]}

    assert admin.post(reverse("policy_value", args=["exempt_classes"]), data).status_code == 302
    assert PolicyRow.objects.get().value == "general expert_chief"


def test_a_coordinator_sees_and_enters_for_her_own_hospital_only(coordinator: Client, desk: Desk) -> None:
    strange = desk.row("booking_cutoff", "14:00", desk.other)
    own = page(coordinator, "policy_value", "booking_cutoff")

    assert desk.hospital.name in own
    assert desk.other.name not in own
    assert page(coordinator, "policy_row", strange.public_id, status=404)
    for institution, code in (("", 400), (str(desk.other.public_id), 404)):
        refused = coordinator.post(reverse("policy_value", args=["booking_cutoff"]), form(value="14:00", institution=institution))
        assert refused.status_code == code
    sent = coordinator.post(reverse("policy_value", args=["booking_cutoff"]), form(value="14:00", institution=str(desk.hospital.public_id)))
    assert sent.status_code == 302
    row = PolicyRow.objects.latest("pk")
    decided = coordinator.post(reverse("policy_row", args=[row.public_id]), {"act": "approve", "version": "1"})
    assert decided.status_code == 403
    assert coordinator.post(reverse("policy_row", args=[row.public_id]), {"act": "withdraw", "version": "1"}).status_code == 302


@pytest.mark.parametrize("role", [Role.WINDOW_CLERK, Role.RECEIVING_DOCTOR, Role.MANAGER])
def test_others_are_refused(client: Client, desk: Desk, role: Role) -> None:
    post = a_post(a_user("钱进"), desk.hospital, role)
    sign_in(client, post.user, post)

    for name in ("policy", "policy_drafts", "calendar"):
        assert client.get(reverse(name)).status_code == 403


def test_ending_on_a_page_takes_two_people(admin: Client, desk: Desk) -> None:
    row = desk.row("promise_days", "2")
    address = reverse("policy_row", args=[row.public_id])
    wrong = admin.post(address, {"act": "ask_end", "version": "2", "ends_on": ""})
    assert (wrong.status_code, 'href="#f-ends_on"' in wrong.content.decode()) == (400, True)
    admin.post(address, {"act": "ask_end", "version": "2", "ends_on": in_days(9).isoformat()})
    assert admin.post(address, {"act": "approve_end", "version": "3"}).status_code == 422

    sign_in(admin, desk.second.user)
    assert admin.post(address, {"act": "approve_end", "version": "2"}).status_code == 409
    admin.post(address, {"act": "approve_end", "version": "3"})

    row.refresh_from_db()
    assert row.valid_to == in_days(9)


def test_the_list_is_handed_out_as_a_file(coordinator: Client, desk: Desk) -> None:
    answer = coordinator.post(reverse("policy_export"), {"as": "csv"})

    text = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    assert desk.hospital.name in text
    assert desk.other.name not in text
    assert len(text.splitlines()) == len(REGISTRY) + 1


def test_an_unknown_value_is_not_found(admin: Client) -> None:
    assert "没有" in page(admin, "policy_value", "nothing", status=404)


def test_the_pages_ask_a_bounded_number_of_questions(admin: Client, desk: Desk, django_assert_max_num_queries) -> None:
    for days in range(1, 6):
        desk.draft("promise_days", "2", start=in_days(days))
        desk.row("booking_cutoff", f"{14 - days}:00".zfill(5), desk.heart if days % 2 else desk.hospital, start=in_days(days))
    for name, ids in (("policy", []), ("policy_value", ["booking_cutoff"]), ("policy_drafts", [])):
        with django_assert_max_num_queries(30):
            admin.get(reverse(name, args=ids))
