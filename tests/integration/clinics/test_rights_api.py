"""Rights, institutions and departments by program."""

from uuid import uuid4

import pytest
from django.test import Client

from clinics.models import TargetGrant
from permissions.models import ReferralRight
from permissions.right_states import RightStatus
from tests.cast import a_right, a_user, an_admin, bearer
from tests.cast_clinics import a_centre, a_department, a_grant, a_hospital, a_post, a_referrer, an_alliance, in_days

pytestmark = pytest.mark.django_db


def send(client: Client, path: str, body: object, headers: dict[str, str], version: int | None = None) -> object:
    tag = {"If-Match": f'W/"{version}"'} if version is not None else {}
    return client.post(f"/api/v1/{path}", body, content_type="application/json", headers=headers | tag)


def test_a_right_is_entered_suspended_reinstated_and_revoked(client: Client) -> None:
    head, post, hospital = bearer(an_admin()), a_post(), a_hospital()
    body = {
        "post": str(post.public_id),
        "targets": [{"kind": "institution", "id": str(hospital.public_id)}],
        "valid_to": in_days(30).isoformat(),
    }

    entered = send(client, "rights", body, head)
    right = entered.json()
    versions, states = [right["version"]], [right["status"]]
    for act, reason in (("suspend", {"reason": "leave"}), ("reinstate", {}), ("revoke", {"reason": "moved", "note": "岗位调整通知"})):
        answer = send(client, f"rights/{right['id']}/{act}", reason, head, versions[-1])
        assert answer.status_code == 200, answer.content
        assert answer["ETag"] == f'W/"{answer.json()["version"]}"'
        versions.append(answer.json()["version"])
        states.append(answer.json()["status"])

    assert entered.status_code == 201
    assert right["in_force"]
    assert right["targets"] == [{"kind": "institution", "id": str(hospital.public_id), "name": hospital.name}]
    assert right["actions"] == ["suspend", "revoke"]
    assert states == ["granted", "suspended", "granted", "revoked"]
    assert versions == sorted(set(versions))
    assert TargetGrant.objects.open().count() == 0


def test_a_verified_right_is_granted_to_its_targets(client: Client) -> None:
    right = a_right(status=RightStatus.VERIFIED)
    a_post(right.user, right=right)
    body = {"targets": [{"kind": "alliance", "id": str(an_alliance().public_id)}], "valid_to": in_days(30).isoformat()}

    answer = send(client, f"rights/{right.public_id}/grant", body, bearer(an_admin()), right.version)

    assert (answer.status_code, answer.json()["status"], len(answer.json()["targets"])) == (200, "granted", 1)


def test_without_the_version_it_is_428_and_with_an_old_one_409(client: Client) -> None:
    right, head = a_right(), bearer(an_admin())

    missing = send(client, f"rights/{right.public_id}/revoke", {"reason": "moved"}, head)
    stale = send(client, f"rights/{right.public_id}/revoke", {"reason": "moved"}, head, right.version + 1)

    assert (missing.status_code, missing.json()["code"]) == (428, "if_match_required")
    assert (stale.status_code, stale.json()["code"]) == (409, "stale_state")
    assert stale.json()["current"] == {"status": "granted", "version": right.version}
    right.refresh_from_db()
    assert right.status == RightStatus.GRANTED


@pytest.mark.parametrize(
    ("act", "body"),
    [
        ("suspend", {}),
        ("suspend", {"reason": "moved"}),
        ("suspend", {"reason": "leave", "extra": 1}),
        ("revoke", {"reason": "leave"}),
        ("revoke", {"reason": "moved", "note": "x" * 201}),
        ("revoke", {"reason": ["moved"]}),
        ("grant", {"targets": [], "valid_to": "2027-01-01"}),
        ("grant", {"targets": [{"kind": "planet", "id": str(uuid4())}], "valid_to": "2027-01-01"}),
        ("grant", {"targets": [{"kind": "alliance", "id": str(uuid4())}], "valid_to": "2027-01-01"}),
        ("grant", {"targets": "all", "valid_to": "2027-01-01"}),
        ("grant", {"targets": [{"kind": "alliance", "id": "1"}], "valid_to": "someday"}),
    ],
)
def test_bad_input_is_named_and_changes_nothing(client: Client, act: str, body: object) -> None:
    right = a_right(status=RightStatus.VERIFIED if act == "grant" else RightStatus.GRANTED)

    answer = send(client, f"rights/{right.public_id}/{act}", body, bearer(an_admin()), right.version)

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_input")
    assert answer.json()["violations"]
    before = (right.status, right.version)
    right.refresh_from_db()
    assert (right.status, right.version) == before


def test_a_doctor_reads_her_own_right_and_decides_about_none(client: Client) -> None:
    doctor, other = a_referrer(a_hospital()), a_right(a_user("沈佳"))
    head = bearer(doctor.user, doctor.post)
    own = doctor.post.right

    listed = client.get("/api/v1/rights", headers=head).json()

    assert [row["id"] for row in listed["results"]] == [str(own.public_id)]
    assert client.get(f"/api/v1/rights/{own.public_id}", headers=head).json()["actions"] == []
    assert client.get(f"/api/v1/rights/{other.public_id}", headers=head).status_code == 404
    assert send(client, f"rights/{own.public_id}/reinstate", {}, head, 1).status_code == 403


def test_the_list_filters_by_status_and_does_not_grow_in_queries(client: Client, django_assert_max_num_queries: object) -> None:
    head = bearer(an_admin())
    for _ in range(8):
        right = a_right(a_user())
        a_post(right.user, right=right)
        a_grant(right, a_hospital(), an_alliance())
    a_right(a_user(), status=RightStatus.SUSPENDED)

    with django_assert_max_num_queries(8):  # type: ignore[operator]
        everything = client.get("/api/v1/rights", headers=head).json()
    suspended = client.get("/api/v1/rights?status=suspended", headers=head).json()

    assert (len(everything["results"]), everything["next"]) == (9, None)
    assert [row["status"] for row in suspended["results"]] == ["suspended"]
    assert client.get("/api/v1/rights?status=happy", headers=head).status_code == 400


def test_institutions_and_departments_are_those_the_grants_open(client: Client) -> None:
    centre, hospital, single = a_centre(), a_hospital("北大医院"), a_hospital("人民医院")
    partner = a_department(hospital, "03.04", "心血管内科")
    a_department(hospital, "03.07", "内分泌科")
    only = a_department(single, "03.04", "心脏中心")
    a_department(single, "10", "眼科")
    a_department(a_hospital("宣武医院"))
    doctor = a_referrer(an_alliance(centre, lead=hospital), only, institution=centre)
    head = bearer(doctor.user, doctor.post)

    institutions = client.get("/api/v1/institutions", headers=head).json()["results"]
    departments = client.get("/api/v1/departments", headers=head).json()["results"]
    hearts = client.get("/api/v1/departments?standard_code=03.04", headers=head).json()["results"]
    there = client.get(f"/api/v1/departments?institution={single.public_id}", headers=head).json()["results"]

    assert [(row["short_name"], row["is_partner"]) for row in institutions] == [("北大医院", True), ("人民医院", False)]
    assert {row["name"] for row in departments} == {"心血管内科", "内分泌科", "心脏中心"}
    assert {row["id"] for row in hearts} == {str(partner.public_id), str(only.public_id)}
    assert [row["name"] for row in there] == ["心脏中心"]


def test_without_a_right_in_force_no_hospital_is_shown(client: Client) -> None:
    doctor = a_referrer(a_hospital())
    ReferralRight.objects.update(status=RightStatus.SUSPENDED, reason_code="leave")

    answer = client.get("/api/v1/institutions", headers=bearer(doctor.user, doctor.post))

    assert (answer.status_code, answer.json()["code"]) == (403, "right_not_in_force")


def test_the_list_is_searched_and_filtered_like_the_page(client: Client) -> None:
    head, place = bearer(an_admin()), a_centre("月坛")
    held = {name: a_right(a_user(name), status=status) for name, status in (("周晓岚", "granted"), ("马晓东", "suspended"))}
    for name, right in held.items():
        a_post(right.user, place if name == "马晓东" else None, right=right)
    ended = a_right(a_user("已离岗"), status=RightStatus.ENDED)

    def names(query: str) -> set[str]:
        answer = client.get(f"/api/v1/rights{query}", headers=head)
        assert answer.status_code == 200, answer.content
        return {one["user"] for one in answer.json()["results"]}

    assert names("") == {"周晓岚", "马晓东", ended.user.name}
    assert names("?q=晓东") == names("?standing=suspended") == names(f"?institution={place.public_id}") == {"马晓东"}
    assert names("?kind=family_doctor") == {"周晓岚", "马晓东"}
    assert names("?ends=30") == names("?rest=dormant") == names("?word=yes") == set()
    assert client.get("/api/v1/rights?ends=7", headers=head).status_code == 400


def test_one_right_tells_its_timeline_to_those_who_watch_over_it(client: Client) -> None:
    right = a_right()
    a_post(right.user, right=right)
    head = bearer(an_admin("宋建华"))
    send(client, f"rights/{right.public_id}/suspend", {"reason": "misconduct", "note": "通报"}, head, right.version)

    district = client.get(f"/api/v1/rights/{right.public_id}", headers=head).json()["timeline"]
    herself = client.get(f"/api/v1/rights/{right.public_id}", headers=bearer(right.user, right.post)).json()["timeline"]

    assert [(one["title"], one["who"], one["text"]) for one in district] == [("已暂停", "宋建华", "违规\u3000通报")]
    assert herself == []
