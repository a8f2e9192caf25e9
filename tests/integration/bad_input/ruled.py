"""What the requests about values and the calendar are about: drafts of a colleague and of a hospital, and a value in force."""

from datetime import timedelta
from typing import Any

from clinics.models import PolicyRow, PolicySetChoice
from clinics.policy.judging import NewRow, parameter_named
from clinics.policy.rows import enter
from clinics.policy.scope import Scope
from clinics.policy.sets import XICHENG
from clinics.policy.sets_judging import NewChoice
from clinics.policy.sets_life import enter_choice
from permissions.acting import Acting
from referral.supervision.simulate import simulate
from reserved_pools.policy_acts import approve
from reserved_pools.policy_set_acts import approve_set
from tests.cast import acting_as, an_admin
from tests.cast_referral import World, today


class Ruled:
    """The district's administrator decides about what 冯岩 entered."""

    def __init__(self, world: World, coordinator: Acting) -> None:
        self.by: Acting = world.district_admin
        colleague = acting_as(an_admin("冯岩", district=world.district))
        scope = Scope(world.district)
        self.start, self.later = today() + timedelta(days=20), today() + timedelta(days=40)

        def entered(value: str) -> PolicyRow:
            new = NewRow(scope, value, self.start, "区卫健委通知")
            return enter(parameter_named("promise_days"), new, today=today(), by=colleague)

        self.draft, self.other, self.row = entered("2"), entered("1"), self._in_force(scope, colleague)
        inside = NewRow(Scope(world.district, world.hospital), "0.45", self.later, "院办通知")
        self.of_hospital = enter(parameter_named("reserved_share"), inside, today=today(), by=coordinator)
        self.day = (today() + timedelta(days=30)).isoformat()
        self.choice, self.chosen = self._choice("booking_cutoff", colleague), self._choice("schedule_freeze_days", colleague)
        approve_set(self.chosen, knows_draft=True, today=today(), expected_version=1, by=self.by)
        self.trial = simulate(XICHENG, frozenset(), days=7, from_day=None, is_alone=False, today=today(), by=self.by)

    def _choice(self, key: str, colleague: Acting) -> PolicySetChoice:
        new = NewChoice(XICHENG, frozenset({key}), self.start, "区卫健委〔2026〕12号", knows_draft=True)
        return enter_choice(new, today=today(), by=colleague)

    def chosen_as(self, **more: Any) -> dict[str, Any]:
        """A choice somebody enters."""
        held = {"parameters": ["booking_horizon_days"], "valid_from": self.start.isoformat(), "decision": "区卫健委〔2026〕13号"}
        return held | {"knows_draft": True} | more

    def _in_force(self, scope: Scope, colleague: Acting) -> PolicyRow:
        row = enter(parameter_named("stop_notice_days"), NewRow(scope, "3", self.start, "区卫健委通知"), today=today(), by=colleague)
        approve(row, today=today(), expected_version=1, by=self.by)
        return row

    def new(self, **more: Any) -> dict[str, Any]:
        """A value somebody enters."""
        return {"valid_from": self.start.isoformat(), "valid_to": self.later.isoformat(), "source": "区卫健委〔2026〕12号"} | more
