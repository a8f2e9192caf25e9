"""What two hospitals of the demonstration offer besides their everyday clinics, and their doctors; people, fees and codes are invented."""

from decimal import Decimal
from typing import Any

from clinics.offers.reading import Item

SURNAMES = "温贺柯裴蓝景应荣闵喻佟涂阮项祝蒲单蔺戚晏桂麦燕辛邬茅闻苗冉展"
GIVEN = (
    "知远", "书宁", "启明", "若兰", "怀瑾", "清扬", "予安", "景行", "思齐", "令仪", "泽川", "婉清", "承志", "嘉禾", "云舒", "望舒",
)  # fmt: skip
TITLES = ("chief", "associate_chief", "attending")
SKILLS = {
    "03.04": "冠心病、高血压、心力衰竭", "03.03": "脑血管病、癫痫", "03.07": "糖尿病、甲状腺疾病", "03.01": "慢阻肺、哮喘",
    "03.02": "消化道早癌、炎症性肠病", "03.06": "慢性肾脏病", "04.01": "腹腔镜手术、疝", "04.03": "关节与运动损伤", "10": "白内障、青光眼",
}  # fmt: skip

Offered = tuple[str, str, dict[str, Any]]  # subject code of the department, kind, fields


def _items(*rows: tuple[str, str, int]) -> tuple[Item, ...]:
    return tuple(Item(name, code, Decimal(fee).quantize(Decimal("0.01"))) for name, code, fee in rows)


def _yuan(fee: int) -> Decimal:
    return Decimal(fee).quantize(Decimal("0.01"))


OFFERS: tuple[Offered, ...] = (
    ("03.04", "clinic", {
        "slot_class": "disease", "title": "associate_chief", "disease": "高血压", "name": "高血压专病门诊", "fee": _yuan(60),
        "notes": "难治性高血压、继发性高血压筛查",
    }),
    ("03.04", "clinic", {"slot_class": "specialty", "title": "attending", "name": "心血管专科门诊", "fee": _yuan(50)}),
    ("03.07", "clinic", {
        "slot_class": "disease", "title": "chief", "disease": "糖尿病", "name": "糖尿病专病门诊", "fee": _yuan(80),
        "preparation": "带近三个月血糖记录",
    }),
    ("32.06", "ecg", {
        "name": "常规十二导联心电图", "code": "XD12", "fee": _yuan(30), "indications": "胸闷、胸痛、心悸的初查和随访",
        "preparation": "检查前静坐五分钟，避免饱餐和剧烈活动",
    }),
    ("32.06", "ecg", {
        "name": "动态心电图（24小时）", "code": "XD24", "fee": _yuan(240), "indications": "心悸、晕厥、可疑心律失常",
        "preparation": "检查前洗澡，穿宽松开衫", "introduction": "佩戴记录仪一昼夜，次日归还",
    }),
    ("30", "lab", {
        "name": "糖脂代谢组合", "code": "HY01", "fee": _yuan(185), "indications": "糖尿病、血脂异常的诊断和随访",
        "preparation": "空腹八小时以上",
        "items": _items(
            ("空腹血糖", "HY0101", 5), ("糖化血红蛋白", "HY0102", 70), ("血脂四项", "HY0103", 60), ("尿微量白蛋白", "HY0104", 50),
        ),
    }),
    ("32.05", "ultrasound", {
        "name": "心脏彩色多普勒超声", "code": "CS01", "fee": _yuan(220), "indications": "心功能评估、瓣膜病、先天性心脏病",
        "preparation": "无需空腹，安静休息十分钟",
    }),
    ("32.05", "ultrasound", {
        "name": "腹部彩色多普勒超声", "code": "CS02", "fee": _yuan(160), "indications": "肝胆胰脾肾疾病",
        "preparation": "空腹八小时，检查前一晚清淡饮食",
    }),
    ("32.02", "exam", {
        "name": "胸部CT平扫", "code": "CT01", "fee": _yuan(260), "indications": "肺部结节随访、慢性咳嗽、肺部感染复查",
        "preparation": "取下胸前金属物品；怀孕或备孕须告知",
    }),
    ("32.03", "exam", {
        "name": "头颅磁共振平扫", "code": "CG01", "fee": _yuan(650), "indications": "脑血管病、颅内占位",
        "preparation": "取下金属物品；体内有金属植入物须告知",
    }),
    ("03.04", "check_up", {
        "name": "冠心病风险筛查套餐", "code": "TJ01", "fee": _yuan(580), "indications": "四十岁以上，或有高血压、糖尿病、吸烟史",
        "preparation": "空腹八小时",
        "items": _items(
            ("静息心电图", "TJ0101", 30), ("血脂四项", "TJ0102", 60), ("空腹血糖", "TJ0103", 5), ("颈动脉超声", "TJ0104", 140),
            ("心脏彩超", "TJ0105", 220), ("心内科医师评估", "TJ0106", 50),
        ),
    }),
    ("04.01", "day_surgery", {
        "name": "日间腹腔镜胆囊切除术", "code": "RJ01", "fee": _yuan(9800),
        "eligibility": "症状性胆囊结石，无急性炎症，心肺功能可耐受全麻，居家有人照护",
        "introduction": "当日手术，次日上午出院", "preparation": "术前一晚十点后禁食禁水", "notes": "术后一周门诊拆线", "places_per_day": 4,
    }),
    ("10", "day_surgery", {
        "name": "日间白内障超声乳化术", "code": "RJ02", "fee": _yuan(6500), "eligibility": "矫正视力低于0.5，血压血糖平稳，无眼部感染",
        "introduction": "表面麻醉，手术约二十分钟", "preparation": "术前三天滴抗生素眼药水", "notes": "术后次日复查", "places_per_day": 8,
    }),
    ("03.04", "bed", {"name": "心血管内科普通床", "code": "CW01", "places_per_day": 3, "notes": "转诊患者优先安排"}),
    ("03.03", "bed", {"name": "神经内科普通床", "code": "CW02", "places_per_day": 2}),
)  # fmt: skip
