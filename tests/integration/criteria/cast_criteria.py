"""李敏 writes lists of criteria for 西城区, 赵建国 approves them; what a list says here is made up."""

from datetime import date
from typing import Any

from clinics.criteria.judging import Head, Line
from clinics.criteria.life import approve, hand_in
from clinics.criteria.write import begin_set
from clinics.models import CriteriaSet
from permissions.acting import Acting
from tests.cast_clinics import in_days, today

SOURCE = "区卫健委〔2026〕9号附件"
TWO_VISITS = Line("高血压", "I10-I15", "up", "连续两次随访血压不满意", "off target at two visits")
STABLE = Line("高血压", "I10-I15", "keep", "血压平稳达标")
BACK = Line("高血压", "I10-I15", "down", "方案确定，病情稳定")
SWINGS = Line("糖尿病", "E10-E14", "up", "血糖波动大")
KNEE = Line("膝骨关节炎", "M17", "up", "保守治疗无效")
ALL = (TWO_VISITS, STABLE, BACK, SWINGS, KNEE)


def head(start: date | None = None, **fields: Any) -> Head:
    return Head(**({"title": "转诊标准", "source": SOURCE, "valid_from": start or in_days(1)} | fields))


def a_draft(by: Acting, lines: tuple[Line, ...] = ALL, start: date | None = None, **fields: Any) -> CriteriaSet:
    return begin_set(head(start, **fields), lines, today=today(), by=by)


def a_list(first: Acting, second: Acting, lines: tuple[Line, ...] = ALL, start: date | None = None, **fields: Any) -> CriteriaSet:
    """A list in force from today on, by two people."""
    made = a_draft(first, lines, start or today(), **fields)
    put_in_force(made, first, second)
    return made


def put_in_force(made: CriteriaSet, first: Acting, second: Acting) -> None:
    hand_in(made, today=today(), expected_version=made.version, by=first)
    approve(made, today=today(), expected_version=made.version, by=second)
