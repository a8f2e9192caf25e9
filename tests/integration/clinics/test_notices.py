"""Who is told what when the district decides: the doctor how her right stands and whom to ask, the managers what came back."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from clinics import notices, rights
from clinics.models import Post
from clinics.nominations.nominate import nominate_again
from clinics.watch import bulk, disputes, suspension
from clinics.watch.disputes import Answer
from permissions.acting import Acting
from permissions.models import ReferralRight
from permissions.right_states import RightStatus
from tests.cast import a_right, a_user, acting_as, an_admin, sign_in
from tests.cast_clinics import a_centre, a_coordinator, a_department, a_grant, a_hospital, a_post, a_station, in_days
from tests.cast_nominations import a_licence, a_manager, a_nomination, some_evidence
from vault.models import AuditEntry, Event, Message
from vault.outbox import templates
from vault.refusal import Refusal

pytestmark = pytest.mark.django_db
S = RightStatus
APPEAL = "已约的号保留。如有异议，请联系本机构医务部门或区卫生健康委。"


def admin(name: str = "宋建华") -> Acting:
    return acting_as(an_admin(name))


def a_doctor(status: RightStatus = S.GRANTED, **fields: Any) -> Post:
    right = a_right(a_user("周晓岚"), status=status, **fields)
    return a_post(right.user, right=right)


def told(phone: str) -> list[str]:
    """What somebody reads on her phone, the oldest first."""
    messages = [one for one in Message.objects.order_by("pk") if one.phone == phone]
    return [templates.find(one.template).render(json.loads(one.params)) for one in messages]


def answered(right: ReferralRight, by: Acting) -> None:
    hospital = a_hospital()
    a_grant(right, hospital)
    dispute = disputes.dispute(right, hospital, reason="unknown", by=a_coordinator(hospital))
    disputes.answer(dispute, Answer(True, "经查属实", "suspended", "misconduct"), by=by)


def suspended_with_all(right: ReferralRight, by: Acting) -> None:
    suspension.suspend(right.post.institution, by=by, reason="closed", note="通报")


def excluded_with_all(right: ReferralRight, by: Acting) -> None:
    suspension.revoke(right.post.institution, by=by, reason="closed", note="通报")


DECISIONS: dict[str, tuple[RightStatus, Callable[[ReferralRight, Acting], Any], str]] = {
    "suspended": (S.GRANTED, lambda right, by: rights.suspend(right, by=by, reason="leave"), "暂停，原因：休假。"),
    "revoked": (S.SUSPENDED, lambda right, by: rights.revoke(right, by=by, reason="misconduct", note="通报"), "撤销，原因：违规。"),
    "reinstated": (S.SUSPENDED, lambda right, by: rights.reinstate(right, by=by), "已恢复，有效期至"),
    "granted": (S.VERIFIED, lambda right, by: rights.grant(right, targets=[a_hospital()], last_day=in_days(30), by=by), "已开通，有效期至"),
    "disputed": (S.GRANTED, answered, "暂停，原因：违规。"),
    "institution suspended": (S.GRANTED, suspended_with_all, "暂停，原因：所在机构被暂停。"),
    "institution excluded": (S.SUSPENDED, excluded_with_all, "撤销，原因：所在机构被取消使用资格。"),
}  # fmt: skip


@pytest.mark.parametrize("name", DECISIONS)
def test_the_doctor_learns_of_each_decision_about_her_right_and_whom_to_ask(name: str) -> None:
    status, decide, words = DECISIONS[name]
    post = a_doctor(status)

    decide(post.right, admin())

    (text,) = told(post.user.phone)
    assert words in text
    assert (APPEAL in text) == ("原因" in words)


def test_a_first_agreement_after_misconduct_is_no_news_for_the_doctor() -> None:
    post = a_doctor(S.SUSPENDED, reason_code="misconduct")

    rights.reinstate(post.right, by=admin())
    alone = told(post.user.phone)
    rights.reinstate(post.right, by=admin("韩卫东"))

    assert (alone, len(told(post.user.phone))) == ([], 1)


def test_reinstating_an_institution_tells_those_who_may_refer_again() -> None:
    post, by = a_doctor(), admin()
    suspension.suspend(post.institution, by=by, reason="closed", note="通报")

    suspension.reinstate(post.institution, by=by)

    assert [text[:9] for text in told(post.user.phone)] == ["您的转诊权限已被区", "您的转诊权限已恢复"]


def test_the_managers_of_station_and_centre_learn_what_came_back_until_it_is_put_right() -> None:
    centre = a_centre()
    manager, other, by = a_manager(centre), a_manager(a_centre("月坛")), admin()
    right = a_nomination(a_post(a_user("叶青"), a_station(centre)), by=manager)

    back = rights.send_back(right, by=by, reason="attachment", note="看不清")

    (message,) = Message.objects.all()
    assert (message.phone, told(other.user.phone)) == (manager.user.phone, [])
    assert told(manager.user.phone) == ["您提名的叶青被区级退回：附件缺失或看不清。请登录双向转诊平台查看意见，更正后再次提名。"]
    params = json.loads(message.params)
    assert notices.still_sent_back(right.public_id, params) == params
    nominate_again(back, some_evidence(a_licence()), by=manager)
    assert notices.still_sent_back(right.public_id, params) is None


def test_who_lost_the_right_reads_why_and_whom_to_ask_on_the_first_page(client: Client) -> None:
    post = a_doctor()
    a_grant(post.right, a_department(a_hospital("宣武医院"), name="神经内科"))
    sign_in(client, post.user, post)
    before = client.get(reverse("home")).content.decode()
    rights.revoke(post.right, by=admin(), reason="misconduct", note="通报")

    answer = client.get(reverse("home"))

    assert "宣武医院 神经内科" in before
    assert answer.status_code == 200
    assert all(word in answer.content.decode() for word in ("撤销", "原因：违规", "有疑问请找本机构医务科", "不再对您开放"))


@pytest.mark.parametrize("reason", ["misconduct", "qualification"])
@pytest.mark.parametrize("act", ["suspend", "revoke"])
def test_what_is_grave_names_its_evidence(act: str, reason: str) -> None:
    post, by = a_doctor(), admin()
    one, many = (rights.suspend if act == "suspend" else rights.revoke), bulk.Wish(act, reason, " ")

    with pytest.raises(Refusal, match="invalid_input") as refused:
        one(post.right, by=by, reason=reason, note="  ")
    with pytest.raises(Refusal, match="invalid_input"):
        bulk.decide(many, {post.right.public_id: post.right.version}, key="k", by=by, now=post.right.created_at)

    assert [violation.field for violation in refused.value.violations] == ["note"]
    assert ReferralRight.objects.get(pk=post.right_id).status == S.GRANTED
    assert (Message.objects.count(), Event.objects.count(), AuditEntry.objects.count()) == (0, 0, 0)
