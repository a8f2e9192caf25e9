"""A doctor's own right to refer, as her pages show it: whether it is in force, until when, where to, and if not, why."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from clinics.grants import open_grants
from clinics.views.right_words import last_day_of
from permissions.acting import Acting
from permissions.models import ReferralRight
from permissions.right_states import RightReason, RightStatus, right_is_in_force
from vault.states import history


@dataclass(frozen=True, slots=True)
class MyRight:
    """The right of the acting post; `exists` is False for somebody who was never nominated."""

    exists: bool = False
    in_force: bool = False
    status: str = ""
    words: Any = ""
    kind: str = "off"
    last_day: date | None = None
    targets: tuple[str, ...] = ()
    reason: Any = ""
    since: datetime | None = None


def right_of(acting: Acting) -> MyRight:
    """The right of the acting post with its targets and, when it is not in force, since when and why."""
    right = acting.post.right if acting.post else None
    if right is None:
        return MyRight(words=_("none"))
    if right_is_in_force(right.status, right.valid_from, right.valid_to, timezone.now()):
        return MyRight(True, True, right.status, _("in force"), "ok", last_day_of(right), tuple(map(str, open_grants(right))))
    return not_in_force(right)


def not_in_force(right: ReferralRight) -> MyRight:
    """A right that does not open anything now: its state in words, and the reason somebody gave."""
    last = history(right.public_id).last()
    words: Any = RightStatus(right.status).label if right.status != RightStatus.GRANTED else _("not in force")
    reason = RightReason(right.reason_code).label if right.reason_code else ""
    return MyRight(True, False, right.status, words, "bad", last_day_of(right), (), reason, last.at if last else None)
