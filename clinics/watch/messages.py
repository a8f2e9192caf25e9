"""The messages of watching over rights: to managers before an attestation ends, to a holder suspended by itself, to a coordinator."""

from datetime import date
from typing import Final
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from clinics.models import Institution, Post, RightDispute
from clinics.watch.asked import DUE, UNMANAGED
from clinics.watch.due import due_for, quarter_for
from permissions.models import ReferralRight, User
from permissions.right_states import RightReason
from vault import outbox
from vault.outbox.templates import SmsTemplate, declare

WHY: Final = {
    RightReason.UNATTESTED: "所在机构未按季度核对",
    RightReason.DORMANT: "长期未使用",
}
DENIED: Final = "所在机构核对时确认已不在岗"


def still_unattested(about: UUID, params: dict[str, str]) -> dict[str, str] | None:
    """Just before a reminder goes: how many are open now, or nothing when all were attested meanwhile."""
    posts = Post.objects.filter(institution__public_id=about).select_related("institution")
    centre = posts.first()
    if centre is None:
        return None
    quarter, _deadline = quarter_for(centre.institution, timezone.localdate())
    left = due_for(quarter, within(centre.institution_id)).count()
    return params | {"count": str(left)} if left else None


def within(institution: int) -> QuerySet[Post]:
    """Posts of an institution and its stations."""
    return Post.objects.filter(Q(institution=institution) | Q(institution__parent=institution))


ATTESTATION_DUE: Final = declare(
    SmsTemplate(
        key=DUE,
        cls="notice",
        params={"institution": 35, "count": 5, "day": 12},
        text="${institution}还有${count}名医生的转诊权限本季度未核对，请于${day}前登录双向转诊平台核对；逾期未核对的权限自动暂停。",
        before_send=still_unattested,
    )
)
ATTESTATION_UNMANAGED: Final = declare(
    SmsTemplate(
        key=UNMANAGED,
        cls="notice",
        params={"institution": 35, "count": 5, "day": 12},
        text="${institution}没有在岗的机构管理员，${count}名医生的转诊权限本季度无人核对，${day}后自动暂停。请尽快指定管理员。",
        before_send=still_unattested,
    )
)
RIGHT_RESTS: Final = declare(
    SmsTemplate(
        key="right_rests",
        cls="notice",
        params={"reason": 20},
        text="您的转诊权限因${reason}已自动暂停，已约的号保留。如需恢复，请联系本机构管理员或区级管理员。",
    )
)
DISPUTE_ANSWERED: Final = declare(
    SmsTemplate(
        key="dispute_answered",
        cls="notice",
        params={"doctor": 12, "outcome": 20},
        text="您对${doctor}转诊权限提出的异议已有答复：${outcome}。详情请登录双向转诊平台查看。",
    )
)


def tell_holder(right: ReferralRight, post: Post, *, denied: bool = False) -> None:
    """Step: the doctor whose right was suspended by itself learns why; once for each suspension."""
    reason = DENIED if denied else WHY[RightReason(right.reason_code)]
    outbox.put(RIGHT_RESTS.key, post.user.phone, {"reason": reason}, about=right.public_id, version=right.version)


def remind(person: User, template: SmsTemplate, institution: Institution, left: int, last_day: date, version: int) -> None:
    """Step: one person learns how many doctors of an institution wait for a word; once for each stage of each quarter."""
    params = {"institution": institution.short_name, "count": str(left), "day": f"{last_day.month}月{last_day.day}日"}
    outbox.put(template.key, person.phone, params, about=institution.public_id, version=version)


def tell_coordinator(dispute: RightDispute, outcome: str) -> None:
    """Step: who opened a dispute learns that the district has answered it."""
    params = {"doctor": dispute.right.user.name, "outcome": outcome}
    outbox.put(DISPUTE_ANSWERED.key, dispute.opened_by.phone, params, about=dispute.public_id, version=dispute.version)
