"""The cases of the demonstration: who is referred why, and how far her way has come; all of it invented."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

from clinics.models import ServiceKind
from referral.cases.visit import Report
from referral.cases.write import Record
from referral.demo.people import FULL_CENTRE
from referral.demo.places import ALLIANCES, SUBDISTRICTS
from referral.demo.residents import residents
from referral.returns.plan import Drug, Plan


class Stage(IntEnum):
    """How far a case goes, in the order of the way there and back."""

    DRAFT = 1
    CANCELLED = 2
    BOOKED = 3
    ARRIVED = 4
    SEEN = 5
    REPORTED = 6
    RETURNED = 7
    DECLINED = 8
    TAKEN_OVER = 9


@dataclass(frozen=True, slots=True)
class Story:
    """What is written in one subject, from the clinic's note to the hospital's plan, and what is booked there."""

    subject: str
    note: str
    record: Record
    report: Report
    plan: Plan
    kind: ServiceKind = ServiceKind.CLINIC


@dataclass(frozen=True, slots=True)
class Case:
    """One resident of a centre, referred to a hospital; `desk` counts the centre's doctors."""

    resident: str
    centre: str
    desk: int
    hospital: str
    story: Story
    reaches: Stage

    @property
    def days_ahead(self) -> int:
        """From which day on a place is looked for: who is only booked for her sugar can wait, so that her visit may still be moved."""
        return 4 if self.reaches is Stage.BOOKED and self.story is SUGAR else 1


HEART = Story(
    "03.04",
    "高血压随访",
    Record(
        "三药联合血压仍不达标", "高血压病3级（高危）", "三药足量联合四周，连续两次随访血压158/96、162/94，近两周晨起头胀。",
        "高血压14年，无药物过敏史。", "缬沙坦、氨氯地平、氢氯噻嗪，均每日一次。",
    ),
    Report("高血压病3级（很高危）", "动态血压24小时均值152/91；心脏超声示左室肥厚。", "改用四药联合，复查血钾正常。"),
    Plan(
        "高血压病3级（很高危）", "调整为四药联合，末次诊室血压136/82。", "每两周测血压和血钾，连续三个月；高于150/95时再转诊。",
        "低盐饮食，每日步行三十分钟。",
        drugs=(Drug("苯磺酸氨氯地平片", "5毫克，每日1次", "yes", course="长期"), Drug("螺内酯片", "20毫克，每日1次", "no")),
    ),
)  # fmt: skip
SUGAR = Story(
    "03.07",
    "糖尿病随访",
    Record(
        "两药联合血糖仍不达标", "2型糖尿病", "二甲双胍联合格列美脲三个月，糖化血红蛋白8.9%，近一月夜间口渴。", "糖尿病9年。",
        "二甲双胍0.5克每日三次，格列美脲2毫克每日一次。",
    ),
    Report("2型糖尿病，血糖控制不佳", "糖化血红蛋白8.7%；尿微量白蛋白正常；眼底未见出血。", "加用基础胰岛素，指导自测血糖。"),
    Plan(
        "2型糖尿病", "加用基础胰岛素，空腹血糖6.8。", "每两周复查空腹血糖，三个月复查糖化血红蛋白。", "糖尿病饮食，餐后步行二十分钟。",
        drugs=(Drug("二甲双胍片", "0.5克，每日3次", "yes"), Drug("甘精胰岛素", "10单位，睡前", "substitute", substitute="精蛋白锌胰岛素")),
    ),
)  # fmt: skip
COUGH = Story(
    "07.04",
    "咳嗽复诊",
    Record("反复咳嗽六周", "慢性咳嗽待查", "夜间咳嗽六周，常规治疗两周无好转，无发热。", "湿疹史。"),
    Report("咳嗽变异性哮喘", "肺功能激发试验阳性。", "吸入治疗，两周后好转。"),
    Plan("咳嗽变异性哮喘", "吸入治疗两周，夜间咳嗽消失。", "每月随访，三个月复查肺功能。", "避免冷空气和尘螨。"),
)
BELLY = Story(
    "32.05",
    "体检复查",
    Record("上腹部不适，体检提示胆囊息肉", "胆囊息肉待查", "餐后上腹隐痛一个月，无发热、黄疸。", "无手术史。"),
    Report("胆囊息肉", "腹部彩色多普勒超声：胆囊息肉约5毫米，肝胰脾未见异常。", "六个月后复查。"),
    Plan("胆囊息肉", "无需用药。", "六个月后复查腹部超声。", "清淡饮食。"),
    ServiceKind.ULTRASOUND,
)

DESHENG, FIRST, CHILDREN = FULL_CENTRE.format("德胜"), "北京大学第一医院", "首都医科大学附属北京儿童医院"
# The first doctor's desk holds most; the second one's patients show that a centre answers for all of them.
AT_DESHENG = (
    (Stage.DRAFT, HEART, 0), (Stage.DRAFT, SUGAR, 1), (Stage.CANCELLED, HEART, 0), (Stage.BOOKED, HEART, 0), (Stage.BOOKED, SUGAR, 0),
    (Stage.BOOKED, HEART, 0), (Stage.BOOKED, SUGAR, 1), (Stage.ARRIVED, HEART, 0), (Stage.ARRIVED, SUGAR, 0), (Stage.SEEN, HEART, 1),
    (Stage.REPORTED, SUGAR, 0), (Stage.RETURNED, HEART, 0), (Stage.DECLINED, SUGAR, 0), (Stage.TAKEN_OVER, HEART, 0),
)  # fmt: skip
ELSEWHERE = (Stage.DRAFT, Stage.BOOKED, Stage.ARRIVED)


def cases() -> Iterator[Case]:
    """Every state at 德胜 and its first hospital, a child, an ultrasound, and three cases at each other centre with its own hospitals."""
    grown = _at(DESHENG)[-len(AT_DESHENG) :]
    for resident, (reaches, story, desk) in zip(grown, AT_DESHENG, strict=True):
        yield Case(resident, DESHENG, desk, FIRST, story, reaches)
    yield Case("陈小满", DESHENG, 1, CHILDREN, COUGH, Stage.ARRIVED)
    yield Case("刘芷若", DESHENG, 0, FIRST, BELLY, Stage.ARRIVED)
    for number, (name, *_rest) in enumerate(SUBDISTRICTS[1:], start=1):
        centre, hospitals = FULL_CENTRE.format(name), _hospitals(number)
        for turn, (resident, reaches) in enumerate(zip(_at(centre), ELSEWHERE, strict=True)):
            yield Case(resident, centre, 0, hospitals[number % len(hospitals)], (HEART, SUGAR)[(number + turn) % 2], reaches)


def _at(centre: str) -> list[str]:
    return [resident.new.name for resident in residents() if resident.centre == centre]


def _hospitals(number: int) -> list[str]:
    """The hospitals of a centre's comprehensive alliance."""
    return [
        name for group in ALLIANCES if group.kind == "comprehensive" and number in group.centres for name in (group.lead, *group.hospitals)
    ]
