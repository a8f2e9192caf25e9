"""Word of what the district decided: to a doctor about her right, and to the managers whose nomination came back."""

from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.utils import timezone, translation

from clinics.models import Post
from permissions.models import ReferralRight, User
from permissions.right_states import RightReason, RightStatus, SendBackReason
from permissions.roles import Role
from vault import outbox
from vault.outbox.templates import SmsTemplate, declare

EXCLUDED: Final = "所在机构被取消使用资格"
APPEAL: Final = "如有异议，请联系本机构医务部门或区卫生健康委。"  # as the doctor's own page says (R052)


def still_sent_back(about: UUID, params: dict[str, str]) -> dict[str, str] | None:
    """Just before the word goes: nothing when the institution has put it right meanwhile."""
    return params if ReferralRight.objects.filter(public_id=about, status=RightStatus.SENT_BACK).exists() else None


GRANTED: Final = declare(
    SmsTemplate(
        key="right_granted",
        cls="notice",
        params={"day": 12},
        text="您的转诊权限已开通，有效期至${day}。可转范围请登录双向转诊平台查看。",
    )
)
SUSPENDED: Final = declare(
    SmsTemplate(
        key="right_suspended",
        cls="notice",
        params={"reason": 20},
        text="您的转诊权限已被区级管理员暂停，原因：${reason}。已约的号保留。" + APPEAL,
    )
)
REINSTATED: Final = declare(
    SmsTemplate(
        key="right_reinstated",
        cls="notice",
        params={"day": 12},
        text="您的转诊权限已恢复，有效期至${day}。",
    )
)
REVOKED: Final = declare(
    SmsTemplate(
        key="right_revoked",
        cls="notice",
        params={"reason": 20},
        text="您的转诊权限已被区级管理员撤销，原因：${reason}。已约的号保留。" + APPEAL,
    )
)
NOMINATION_BACK: Final = declare(
    SmsTemplate(
        key="nomination_sent_back",
        cls="notice",
        params={"doctor": 12, "reason": 20},
        text="您提名的${doctor}被区级退回：${reason}。请登录双向转诊平台查看意见，更正后再次提名。",
        before_send=still_sent_back,
    )
)
BY_DAY: Final = {GRANTED.key, REINSTATED.key}


def tell_doctor(right: ReferralRight, notice: SmsTemplate, holder: User | None = None) -> None:
    """Step: the doctor learns how her right stands, until when or why, and whom to ask; once for each version of the right."""
    words = {"day": _last_day(right)} if notice.key in BY_DAY else {"reason": _why(right)}
    outbox.put(notice.key, (holder or right.user).phone, words, about=right.public_id, version=right.version)


def tell_managers(right: ReferralRight, reason: str) -> None:
    """Step: the managers of the nominating institution learn that there is something to put right."""
    post = Post.objects.select_related("institution", "user").filter(right=right).first()
    if post is None:
        return
    words = {"doctor": post.user.name, "reason": _chinese(SendBackReason(reason))}
    places = {post.institution_id, post.institution.root_id}
    managers = Post.objects.live().filter(kind=Role.MANAGER, institution__in=places, user__is_active=True)
    for manager in managers.select_related("user").order_by("pk"):
        outbox.put(NOMINATION_BACK.key, manager.user.phone, words, about=right.public_id, version=right.version)


def _last_day(right: ReferralRight) -> str:
    """The last day the right counts, as people write it; its end is the midnight after."""
    assert right.valid_to is not None
    last = timezone.localtime(right.valid_to - timedelta(microseconds=1))
    return f"{last.year}年{last.month}月{last.day}日"


def _why(right: ReferralRight) -> str:
    """The coded reason; a right that was revoked with its whole institution says so."""
    excluded = right.status == RightStatus.REVOKED and right.reason_code == RightReason.INSTITUTION
    return EXCLUDED if excluded else _chinese(RightReason(right.reason_code))


def _chinese(code: Any) -> str:
    """The code's label as the message says it, whatever language the actor reads."""
    with translation.override("zh-hans"):
        return str(code.label)
