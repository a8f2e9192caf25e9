"""Nominations by program: handed in with papers, listed with findings, sent back, put right, verified and granted."""

from typing import Any

import pytest
from django.test import Client

from permissions.models import Attachment, Nomination, ReferralRight
from permissions.models.papers import LARGEST_FILE
from permissions.right_states import RightStatus
from tests.cast import a_user, an_admin, bearer
from tests.cast_clinics import a_centre, a_hospital, a_post, in_days
from tests.cast_nominations import PDF, a_licence, a_manager, a_nomination, a_photo
from vault.models import AccessEntry

pytestmark = pytest.mark.django_db
S = RightStatus


def send(client: Client, path: str, body: object, headers: dict[str, str], version: int | None = None) -> Any:
    tag = {"If-Match": f'W/"{version}"'} if version is not None else {}
    return client.post(f"/api/v1/rights/{path}", body, content_type="application/json", headers=headers | tag)


def upload(
    client: Client, right: ReferralRight, content: bytes, headers: dict[str, str], name: str = "a.pdf", said: str = "image/png"
) -> Any:
    return client.generic("POST", f"/api/v1/rights/{right.public_id}/papers?name={name}", content, said, headers=headers)


def test_a_nomination_walks_to_its_grant(client: Client) -> None:
    centre, hospital = a_centre(), a_hospital()
    doctor, by = a_post(institution=centre), a_manager(centre)
    manager, district = bearer(by.user, by.post), bearer(an_admin())
    targets = [{"kind": "institution", "id": str(hospital.public_id)}]
    body = {"post": str(doctor.public_id), "licence_number": a_licence(), "targets": targets, "note": "新签约"}

    handed_in = send(client, "nominations", body, manager)
    right = ReferralRight.objects.get()
    path = f"{right.public_id}"
    paper = upload(client, right, PDF, manager)
    back = send(client, f"{path}/send-back", {"reason": "licence", "note": "编号不符"}, district, 1)
    mine = client.get("/api/v1/rights/nominations?status=sent_back", headers=manager).json()["results"]
    again = send(client, f"{path}/nominate-again", {"licence_number": a_licence()}, manager, 2)
    listed = client.get("/api/v1/rights/nominations", headers=district).json()["results"]
    verified = send(client, f"{path}/verify", {}, district, 3)
    granted = send(client, f"{path}/grant", {"targets": targets, "valid_to": in_days(30).isoformat()}, district, 4)

    assert [one.status_code for one in (handed_in, paper, back, again, verified, granted)] == [201, 201, 200, 200, 200, 200]
    assert (handed_in.json()["status"], handed_in.json()["actions"], back.json()["actions"]) == ("nominated", [], [])
    assert again.json()["version"] == 3
    assert verified.json()["actions"] == ["grant"]
    assert granted.json()["in_force"]
    assert [(one["answer_reason"], one["answer_note"], one["verdict"], one["findings"]) for one in mine] == [
        ("licence", "编号不符", None, [])
    ]
    assert [(one["number"], one["verdict"], one["licence_tail"]) for one in listed] == [
        (2, "pass", Nomination.objects.get(number=2).licence[-4:]),
    ]  # fmt: skip


def test_findings_are_for_the_district_alone(client: Client) -> None:
    licence = a_licence()
    first, second = a_nomination(a_post(a_user("王一")), licence=licence), a_nomination(a_post(a_user("王二")), licence=licence)
    by = a_manager(first.post.institution, "钱管理")

    seen = {one["right"]: one for one in client.get("/api/v1/rights/nominations", headers=bearer(an_admin())).json()["results"]}
    own = client.get("/api/v1/rights/nominations", headers=bearer(by.user, by.post)).json()["results"]

    assert {seen[str(one.public_id)]["verdict"] for one in (first, second)} == {"stop"}
    assert [finding["grade"] for finding in seen[str(first.public_id)]["findings"]] == ["stop"]
    assert [one["right"] for one in own] == [str(first.public_id)]
    assert (own[0]["verdict"], own[0]["findings"]) == (None, [])


@pytest.mark.parametrize(
    "change",
    [
        {"licence_number": ""},
        {"licence_number": "1" * 14},
        {"licence_number": 15},
        {"note": "x" * 501},
        {"targets": [{"kind": "x", "id": "1"}]},
        {"targets": "all"},
        {"extra": 1},
        {"post": "1"},
    ],
    ids=str,
)
def test_bad_input_is_named_and_writes_nothing(client: Client, change: dict[str, Any]) -> None:
    by = a_manager()
    body = {"post": str(a_post(institution=by.post.institution).public_id), "licence_number": a_licence()} | change

    answer = send(client, "nominations", body, bearer(by.user, by.post))

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_input")
    assert answer.json()["violations"]
    assert not ReferralRight.objects.exists()


def test_papers_are_raw_bytes_judged_by_their_content(client: Client) -> None:
    by = a_manager()
    right = a_nomination(a_post(institution=by.post.institution), by=by, papers=0)
    manager, district = bearer(by.user, by.post), bearer(an_admin())

    kept = upload(client, right, a_photo("PNG"), manager, "证书.exe", "application/json")
    refused = [
        upload(client, right, content, manager, said=said).status_code
        for content, said in (
            (b"", "image/png"), (b"hello", "image/png"), (b"<svg></svg>", "image/svg+xml"), (PDF + b"\0" * LARGEST_FILE, "application/pdf"),
        )
    ]  # fmt: skip
    by_district = upload(client, right, PDF, district)
    path = f"/api/v1/rights/{right.public_id}/papers/{kept.json()['id']}"
    read = client.get(path, headers=district)
    listed = client.get(f"/api/v1/rights/{right.public_id}/papers", headers=manager).json()["results"]
    elsewhere = client.get(f"/api/v1/rights/{a_nomination().public_id}/papers/{kept.json()['id']}", headers=district)
    gone = client.delete(path, headers=manager)

    assert (kept.status_code, kept.json()["name"], kept.json()["kind"]) == (201, "证书.png", "png")
    assert refused == [400, 400, 400, 413]
    assert (by_district.status_code, elsewhere.status_code, gone.status_code) == (403, 404, 204)
    assert [(one["id"], one["withdrawn"]) for one in listed] == [(kept.json()["id"], False)]
    assert (read["Content-Type"], read["X-Content-Type-Options"]) == ("image/png", "nosniff")
    assert "attachment" in read["Content-Disposition"]
    assert "sandbox" in read["Content-Security-Policy"]
    assert AccessEntry.objects.filter(kind="attachment", purpose="download").count() == 1
    assert Attachment.objects.present().filter(right=right).count() == 0


def test_the_manager_of_another_centre_sees_and_changes_nothing(client: Client) -> None:
    right = a_nomination()
    paper = right.attachments.get()
    by = a_manager(a_centre("月坛"), "王管理")
    other = bearer(by.user, by.post)

    asked = [
        client.get(f"/api/v1/rights/{right.public_id}/papers", headers=other),
        client.get(f"/api/v1/rights/{right.public_id}/papers/{paper.public_id}", headers=other),
        client.delete(f"/api/v1/rights/{right.public_id}/papers/{paper.public_id}", headers=other),
        upload(client, right, PDF, other),
        send(client, f"{right.public_id}/nominate-again", {"licence_number": a_licence()}, other, 1),
        send(client, f"{right.public_id}/withdraw", {}, other, 1),
        send(client, "nominations", {"post": str(right.post.public_id), "licence_number": a_licence()}, other),
    ]

    assert [one.status_code for one in asked] == [404] * 7
    assert send(client, f"{right.public_id}/verify", {}, other, 1).status_code == 403
    right.refresh_from_db()
    assert (right.status, right.version, Attachment.objects.present().count()) == (S.NOMINATED, 1, 1)


def test_withdrawing_needs_the_version_and_ends_the_nomination(client: Client) -> None:
    by = a_manager()
    right = a_nomination(a_post(institution=by.post.institution), by=by)
    manager = bearer(by.user, by.post)

    codes = [send(client, f"{right.public_id}/withdraw", {}, manager, version).status_code for version in (None, 7, 1, 2)]

    right.refresh_from_db()
    assert codes == [428, 409, 200, 409]
    assert (right.status, right.reason_code) == (S.ENDED, "in_error")


def test_the_list_does_not_grow_in_queries(client: Client, django_assert_max_num_queries: Any) -> None:
    for _ in range(8):
        a_nomination()
    head = bearer(an_admin())

    with django_assert_max_num_queries(16):
        found = client.get("/api/v1/rights/nominations", headers=head).json()["results"]

    assert len(found) == 8
