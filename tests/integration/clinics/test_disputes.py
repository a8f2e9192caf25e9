"""Hospitals see who may refer to them, object to one of them, and learn what the district says (R054)."""

import pytest
from django.test import Client
from django.urls import reverse

from clinics.mirror import differences
from clinics.models import Institution, Post, RightDispute, TargetGrant
from clinics.right_queries import posts_seen_by
from clinics.watch import disputes
from clinics.watch.disputes import Answer
from clinics.watch.states import DISPUTE_STATES, SANCTION_STATES
from permissions.acting import Acting
from permissions.models import ReferralRight
from tests.cast import a_district, a_right, a_user, acting_as, an_admin, bearer, sign_in
from tests.cast_clinics import a_coordinator, a_department, a_grant, a_hospital, a_post, an_alliance
from vault.models import AuditEntry, Message
from vault.refusal import Refusal

pytestmark = pytest.mark.django_db


def a_doctor(name: str, *targets: object) -> Post:
    right = a_right(a_user(name))
    post = a_post(right.user, right=right)
    a_grant(right, *targets)  # type: ignore[arg-type]
    return post


def names_seen(who: Acting) -> set[str]:
    return {post.user.name for post in posts_seen_by(who)}


def opened(post: Post, hospital: Institution, by: Acting, **fields: str) -> RightDispute:
    return disputes.dispute(post.right, hospital, by=by, **({"reason": "unknown"} | fields))  # type: ignore[arg-type]


def test_a_coordinator_sees_whoever_reaches_her_hospital_and_nobody_else() -> None:
    mine, other = a_hospital(), a_hospital("宣武医院")
    a_doctor("直达", mine)
    a_doctor("科室", a_department(mine))
    a_doctor("联盟", an_alliance(mine, lead=other))
    a_doctor("别处", other)
    over = a_doctor("已止", mine)
    TargetGrant.objects.filter(right=over.right).update(ended_at="2026-01-01T00:00Z")

    assert names_seen(a_coordinator(mine)) == {"直达", "科室", "联盟"}
    assert names_seen(a_coordinator(other)) == {"联盟", "别处"}


def test_upholding_ends_the_reach_to_this_hospital_only() -> None:
    mine, lead, third = a_hospital(), a_hospital("宣武医院"), a_hospital("复兴医院")
    post = a_doctor("周晓岚", an_alliance(mine, third, lead=lead), a_department(mine))
    coordinator, admin = a_coordinator(mine), acting_as(an_admin("宋建华"))
    dispute = opened(post, mine, coordinator)

    disputes.answer(dispute, Answer(True, "经核实不属于本医联体", "grant_ended"), by=admin)

    assert {grant.target for grant in TargetGrant.objects.open()} == {lead, third}
    assert names_seen(coordinator) == set()
    assert not differences()
    assert ReferralRight.objects.get(pk=post.right_id).status == "granted"
    assert [one.template for one in Message.objects.all()] == ["dispute_answered"]
    verbs = AuditEntry.objects.filter(kind="dispute").order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["open_dispute", "answer_dispute"]


def test_upholding_with_a_suspension_takes_the_whole_right() -> None:
    mine = a_hospital()
    post = a_doctor("周晓岚", mine)
    dispute = opened(post, mine, a_coordinator(mine), reason="conduct")

    disputes.answer(dispute, Answer(True, "违规转诊", "suspended", "misconduct"), by=acting_as(an_admin()))

    right = ReferralRight.objects.get(pk=post.right_id)
    assert (right.status, right.reason_code, TargetGrant.objects.open().count()) == ("suspended", "misconduct", 1)


@pytest.mark.parametrize(
    "said",
    [
        Answer(True, "成立"), Answer(True, "", "grant_ended"), Answer(True, "成立", "suspended"), Answer(False, "不成立", "grant_ended"),
        Answer(True, "成立", "nonsense"), Answer(False, "长" * 201),
    ],
    ids=["no remedy", "no words", "no reason", "rejected with remedy", "no such remedy", "too long"],
)  # fmt: skip
def test_an_answer_that_cannot_be_changes_nothing(said: Answer) -> None:
    mine = a_hospital()
    post = a_doctor("周晓岚", mine)
    dispute = opened(post, mine, a_coordinator(mine))

    with pytest.raises(Refusal, match="invalid_input"):
        disputes.answer(dispute, said, by=acting_as(an_admin()))

    dispute.refresh_from_db()
    assert (dispute.status, dispute.version, TargetGrant.objects.open().count(), Message.objects.count()) == ("open", 1, 1, 0)


def test_one_open_dispute_for_each_doctor_and_hospital_and_none_about_strangers() -> None:
    mine, other = a_hospital(), a_hospital("宣武医院")
    post, elsewhere = a_doctor("周晓岚", mine), a_doctor("别处", other)
    coordinator = a_coordinator(mine)
    opened(post, mine, coordinator)

    for deed, code in (
        (lambda: opened(post, mine, coordinator), "already_exists"),
        (lambda: opened(elsewhere, mine, coordinator), "not_found"),
        (lambda: opened(elsewhere, other, coordinator), "not_allowed"),
        (lambda: opened(post, mine, coordinator, reason="other"), "invalid_input"),
    ):
        with pytest.raises(Refusal, match=code):
            deed()

    assert RightDispute.objects.count() == 1


def test_another_district_does_not_answer_and_an_answer_is_final() -> None:
    mine = a_hospital()
    post = a_doctor("周晓岚", mine)
    coordinator, admin = a_coordinator(mine), acting_as(an_admin())
    dispute = opened(post, mine, coordinator)
    outsider = acting_as(an_admin("外区", district=a_district("110105", "朝阳区")))

    with pytest.raises(Refusal, match="not_allowed"):
        disputes.answer(dispute, Answer(False, "不成立"), by=outsider)
    disputes.answer(dispute, Answer(False, "不成立"), by=admin)
    with pytest.raises(Refusal, match="stale_state"):
        disputes.withdraw(dispute, by=coordinator)

    dispute.refresh_from_db()
    assert (dispute.status, dispute.answer, dispute.answered_by) == ("rejected", "不成立", admin.user)


@pytest.mark.parametrize("table", [SANCTION_STATES, DISPUTE_STATES], ids=lambda table: table.kind)
def test_every_cell_of_the_two_lives(table: object) -> None:
    lawful = {(step.source, step.target): step.who for step in table.transitions}  # type: ignore[attr-defined]
    district, coordinator = ("district_admin",), ("coordinator",)
    expected = {
        "sanction": {
            ("", "suspended"): district, ("", "revoked"): district, ("suspended", "revoked"): district, ("suspended", "lifted"): district,
            ("revoked", "lifted"): district,
        },
        "dispute": {
            ("", "open"): coordinator, ("open", "upheld"): district, ("open", "rejected"): district, ("open", "withdrawn"): coordinator,
        },
    }  # fmt: skip

    assert lawful == expected[table.kind]  # type: ignore[attr-defined]


def test_the_whole_way_by_pages(client: Client) -> None:
    mine = a_hospital()
    post, coordinator = a_doctor("周晓岚", mine), a_coordinator(mine)
    sign_in(client, coordinator.user, coordinator.post)
    listed = client.get(reverse("rights")).content.decode()
    panel = client.get(reverse("right", args=[post.right.public_id])).content.decode()
    typed = {"hospital": str(mine.public_id), "reason": "unknown", "note": "名单中没有"}
    sent = client.post(reverse("dispute_new", args=[post.right.public_id]), typed)
    dispute = RightDispute.objects.get()

    district = Client()
    sign_in(district, an_admin("宋建华"))
    worklist = district.get(reverse("disputes")).content.decode()
    answer = {"act": "reject", "version": "1", "note": "已在名单补录"}
    answered = district.post(reverse("dispute", args=[dispute.public_id]), answer)
    read = client.get(reverse("dispute", args=[dispute.public_id])).content.decode()

    assert 'scope="row">周晓岚' in listed and 'id="bulk"' not in listed
    assert reverse("dispute_new", args=[post.right.public_id]) in panel and 'id="revoke"' not in panel
    assert (sent.status_code, answered.status_code) == (302, 302)
    assert "名单中没有" in district.get(reverse("dispute", args=[dispute.public_id])).content.decode() and "周晓岚" in worklist
    assert "已在名单补录" in read and 'id="uphold"' not in read
    told = district.get(reverse("right", args=[post.right.public_id])).content.decode()
    assert "名单中没有" in told and "已在名单补录" in told


def test_the_whole_way_by_program(client: Client) -> None:
    mine = a_hospital()
    post, coordinator = a_doctor("周晓岚", mine), a_coordinator(mine)
    hers, head = bearer(coordinator.user, coordinator.post), bearer(an_admin())
    body = {"hospital": str(mine.public_id), "reason": "left", "note": ""}

    def send(path: str, given: object, headers: dict[str, str]) -> object:
        return client.post(f"/api/v1/{path}", given, content_type="application/json", headers=headers)

    made = send(f"rights/{post.right.public_id}/disputes", body, hers)
    path = f"disputes/{made.json()['id']}"  # type: ignore[attr-defined]
    without = send(f"{path}/answer", {"outcome": "rejected", "note": "不成立"}, head)
    given = send(f"{path}/answer", {"outcome": "upheld", "note": "成立", "remedy": "grant_ended"}, head | {"If-Match": 'W/"1"'})
    late = send(f"{path}/withdraw", {}, hers | {"If-Match": 'W/"1"'})
    listed = client.get("/api/v1/disputes?status=upheld", headers=hers).json()

    assert (made.status_code, made.json()["actions"]) == (201, ["withdraw_dispute"])  # type: ignore[attr-defined]
    assert [one.status_code for one in (without, given, late)] == [428, 200, 409]  # type: ignore[attr-defined]
    assert [one["remedy"] for one in listed["results"]] == ["grant_ended"]
    assert TargetGrant.objects.open().count() == 0
