"""A choice of the demonstration: one administrator would put a part of the draft of 2018 in force, the other has not decided yet."""

from datetime import date, timedelta
from typing import Final

from clinics.models import PolicySetChoice
from clinics.policy.sets import XICHENG
from clinics.policy.sets_judging import NewChoice
from clinics.policy.sets_life import enter_choice
from permissions.acting import Acting

LATER: Final = timedelta(days=60)
DECISION: Final = "演示设置：区卫生健康委主任办公会纪要"
KEYS: Final = frozenset({"booking_horizon_days", "booking_cutoff", "promise_days", "schedule_freeze_days", "stop_notice_days"})


def load_sets(today: date, admin: Acting) -> None:
    """Promise one choice that waits for its second person."""
    if not PolicySetChoice.objects.filter(document=XICHENG.key, district=admin.district_id).exists():
        enter_choice(NewChoice(XICHENG, KEYS, today + LATER, DECISION, knows_draft=True), today=today, by=admin)
