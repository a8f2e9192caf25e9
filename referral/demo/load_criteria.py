"""A list of criteria of the demonstration, entered by one administrator and approved by the other: no document's annex, and marked so.

Its sentences are facts of the national guidelines for community care; which of them the city's annex has is not known here (C27).
"""

from datetime import date
from typing import Final
from uuid import UUID

from clinics.criteria.judging import Head, Line
from clinics.criteria.life import approve, hand_in
from clinics.criteria.write import begin_set
from clinics.models import CriteriaSet, Criterion
from permissions.acting import Acting
from referral.cases.write import Record

TITLE: Final = "四类慢性病转诊标准（演示）"
SOURCE: Final = "演示用，不是文件附件"
PRESSURE, SUGAR, HEART, BRAIN = ("高血压", "I10-I15"), ("糖尿病", "E10-E14"), ("冠心病", "I20-I25"), ("脑血管病", "I60-I69")
UP, KEEP, DOWN = "up", "keep", "down"
TWO_VISITS: Final = "连续两次随访血压控制不满意"
LINES: Final = (
    (PRESSURE, UP, "足量使用三种及以上降压药，血压仍未达标", "Not at target on three or more drugs at adequate dose"),
    (PRESSURE, UP, TWO_VISITS, "Poor control at two visits in a row"),
    (PRESSURE, UP, "随访中出现新的靶器官损害或并发症", "New organ damage or complication at follow-up"),
    (PRESSURE, UP, "首次诊断时年龄小于30岁", "Younger than 30 at onset"),
    (PRESSURE, UP, "双上臂收缩压相差20毫米汞柱以上", "Systolic pressure of the two arms differs by more than 20 mmHg"),
    (PRESSURE, UP, "血压波动大，临床处理有困难", "Marked fluctuation that is hard to control"),
    (PRESSURE, KEEP, "诊断明确、血压平稳达标，按计划随访和取药", "Clear diagnosis, stable at target: follow-up and drugs"),
    (PRESSURE, DOWN, "诊断明确，治疗方案确定，血压及伴随情况稳定", "Diagnosis and plan clear, pressure and conditions stable"),
    (SUGAR, UP, "初次发现血糖异常，病因或分型不明确", "First abnormal glucose, cause or type unclear"),
    (SUGAR, UP, "血糖、血压、血脂3至6个月仍不达标", "Glucose, pressure or lipids off target for 3-6 months"),
    (SUGAR, UP, "反复发生低血糖", "Repeated hypoglycaemia"),
    (SUGAR, UP, "需要在上级医院做慢性并发症筛查和评估", "Screening or assessment of chronic complications beyond the centre"),
    (SUGAR, UP, "血糖波动大，或需要制定胰岛素方案", "Large swings, or an insulin plan is needed"),
    (SUGAR, KEEP, "血糖平稳达标，无新发并发症", "Stable at target, no new complication"),
    (SUGAR, DOWN, "初发患者诊断明确，方案确定，血糖比较稳定", "Newly found: diagnosis and plan clear, glucose fairly stable"),
    (SUGAR, DOWN, "急性并发症治疗后病情稳定", "Acute complication treated and stable"),
    (HEART, UP, "首次发作心绞痛", "First angina"),
    (HEART, UP, "稳定型心绞痛发作较前频繁、时间延长", "Stable angina more frequent or longer than before"),
    (HEART, UP, "需要运动心电图、超声心动图、冠脉造影等检查", "Needs exercise ECG, echocardiography or angiography"),
    (HEART, KEEP, "诊断明确、方案固定、病情稳定的长期用药", "Clear diagnosis, fixed plan, stable: long-term drugs"),
    (HEART, DOWN, "介入或搭桥术后，已过急性期，病情稳定", "After intervention or bypass, out of the acute phase and stable"),
    (BRAIN, UP, "症状复发或加重（急性发作除外，应呼叫120）", "Recurrence or worsening (an acute event: call 120)"),
    (BRAIN, UP, "危险因素3至6个月仍未控制", "Risk factors uncontrolled after 3-6 months"),
    (BRAIN, UP, "抗血小板或抗凝治疗中出血", "Bleeding on antiplatelet or anticoagulant drugs"),
    (BRAIN, KEEP, "恢复期、后遗症期的康复和长期卧床护理", "Rehabilitation and long-term care after the acute phase"),
    (BRAIN, DOWN, "急性期已过，生命体征稳定，二级预防方案确定", "Acute phase over, stable, secondary prevention decided"),
)  # fmt: skip


def load_criteria(today: date, admin: Acting, second: Acting) -> None:
    """Promise the list in force, once."""
    if CriteriaSet.objects.filter(district=admin.district_id, title=TITLE).exists():
        return
    lines = [Line(disease, codes, direction, text, english) for (disease, codes), direction, text, english in LINES]
    made = begin_set(Head(TITLE, SOURCE, today), lines, today=today, by=admin)
    hand_in(made, today=today, expected_version=made.version, by=admin)
    approve(made, today=today, expected_version=made.version, by=second)


def met_by(record: Record) -> list[UUID]:
    """The line of the demonstration's list that an invented case meets: pressure off target at two visits."""
    if "连续两次随访" not in record.present_history:
        return []
    return list(
        Criterion.objects.filter(criteria__title=TITLE, text=TWO_VISITS, criteria__status="in_force").values_list("public_id", flat=True)
    )
