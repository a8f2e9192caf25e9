"""What the pages of rights say: the standing of a right, one line of the list, the panel beside it."""

from datetime import date, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinics.models import Post
from permissions.identity.phones import mask_phone
from permissions.models import ReferralRight
from permissions.right_states import RightReason, RightStatus, right_is_in_force
from vault.refusal import Violation

KINDS = {
    RightStatus.SENT_BACK: "few",
    RightStatus.SUSPENDED: "few",
    RightStatus.REVOKED: "bad",
    RightStatus.EXPIRED: "off",
    RightStatus.ENDED: "off",
}
ANSWERS_2021 = gettext_lazy("Answers of the Beijing Municipal Health Commission (May 2021)")
LAW_OF_REVOKING = Violation("", "", rule="R048", source=ANSWERS_2021, article="", quote="医务人员岗位调整后应及时注销预约转诊权限")
LAW_OF_GRANTING = Violation("", "", rule="R045", source=ANSWERS_2021, article="", quote="不得赋予其他人员预约转诊权限")


def row_of(post: Post) -> dict[str, Any]:
    """One line of the list; a post without a right, or with one that is over, can be given one."""
    right = post.right
    return {
        "post": post,
        "right": right,
        "standing": standing_of(right),
        "last_day": last_day_of(right) if right else None,
        "can_enter": right is None or right.status in ReferralRight.STATES.final,
    }


def row_of_right(right: ReferralRight) -> dict[str, Any]:
    """One earlier right of a person: when it began, how it stands, why it was taken."""
    reason = RightReason(right.reason_code).label if right.reason_code else ""
    return {"right": right, "standing": standing_of(right), "first_day": right.valid_from, "reason": reason, "last_day": last_day_of(right)}


def standing_of(right: ReferralRight | None) -> dict[str, Any]:
    """Word and kind of a right's tag; a granted one out of its dates is over or not yet begun."""
    if right is None:
        return {"word": _("no right yet"), "kind": "off"}
    if right.status != RightStatus.GRANTED:
        return {"word": RightStatus(right.status).label, "kind": KINDS.get(RightStatus(right.status), "info")}
    now = timezone.now()
    if right_is_in_force(right.status, right.valid_from, right.valid_to, now):
        return {"word": _("in force"), "kind": "ok"}
    begins = right.valid_from is not None and now < right.valid_from
    return {"word": _("not begun") if begins else RightStatus.EXPIRED.label, "kind": "off"}


def detail_of(right: ReferralRight) -> dict[str, Any]:
    """What the side panel says of the person and the right; the phone is masked."""
    return {
        "standing": standing_of(right),
        "post": getattr(right, "post", None),
        "phone": mask_phone(right.user.phone),
        "first_day": right.valid_from,
        "last_day": last_day_of(right),
        "reason": RightReason(right.reason_code).label if right.reason_code else "",
    }


def last_day_of(right: ReferralRight) -> date | None:
    """The last day a right counts: its end is the midnight after it."""
    return timezone.localtime(right.valid_to - timedelta(microseconds=1)).date() if right.valid_to else None


def reasons(allowed: frozenset[RightReason]) -> list[tuple[str, Any]]:
    """The choices of a coded reason, none chosen."""
    return [("", _("please choose")), *((reason.value, reason.label) for reason in RightReason if reason in allowed)]
