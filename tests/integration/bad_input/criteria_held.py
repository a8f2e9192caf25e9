"""What the requests about criteria are about: a draft of one's own, a colleague's list that waits, one to come and one in force."""

from datetime import timedelta
from typing import Any

from clinics.criteria.judging import Head, Line
from clinics.criteria.life import approve, hand_in
from clinics.criteria.write import begin_set
from clinics.models import CriteriaSet, Criterion
from permissions.acting import Acting
from tests.cast import acting_as, an_admin
from tests.cast_referral import World, today

KNEE = Line("膝骨关节炎", "M17", "up", "保守治疗三个月无效")


class HeldCriteria:
    """The district's administrator writes one list and decides about those that 冯岩 handed in."""

    def __init__(self, world: World) -> None:
        self.by: Acting = world.district_admin
        self.colleague = acting_as(an_admin("冯清单", district=world.district))
        self.start, self.later = today() + timedelta(days=20), today() + timedelta(days=40)
        self.draft = begin_set(Head("草稿清单", "区卫健委通知", self.start), [KNEE], today=today(), by=self.by)
        self.line: Criterion = self.draft.lines.get()
        self.waiting = self._handed_in("待批清单", self.start)
        self.coming = self._in_force("将行清单", self.start)
        self.running = self._in_force("现行清单", today())
        self.up: Criterion = self.running.lines.get()

    @property
    def things(self) -> tuple[Any, ...]:
        return self.draft, self.line, self.waiting, self.coming, self.running

    def _handed_in(self, title: str, start: Any) -> CriteriaSet:
        made = begin_set(Head(title, "区卫健委通知", start), [KNEE], today=today(), by=self.colleague)
        hand_in(made, today=today(), expected_version=1, by=self.colleague)
        return made

    def _in_force(self, title: str, start: Any) -> CriteriaSet:
        made = self._handed_in(title, start)
        approve(made, today=today(), expected_version=2, by=self.by)
        return made

    def typed(self, **more: Any) -> dict[str, Any]:
        """A whole list as a program sends it."""
        held = {"title": "新清单", "source": "区卫健委〔2026〕9号附件", "valid_from": self.start.isoformat()}
        return held | {"criteria": [self.typed_line(text_en="no better after three months")]} | more

    def typed_line(self, **more: Any) -> dict[str, Any]:
        """One line as somebody types it."""
        return {"disease": "痛风", "codes": "M10", "direction": "up", "text": "反复发作", "text_en": ""} | more
