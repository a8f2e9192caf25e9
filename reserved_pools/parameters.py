"""The regulated values of reserved pools, each with the article or decision it rests on."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from clinics.models import SlotClass
from clinics.parameters import CITY_2021, DISTRICT_2018, HOSPITALS
from clinics.policy import Level, Merge, Parameter, ValueType

PRACTICE: Final = _("agreed for this platform, to be confirmed by the district")
NOTICE_2021: Final = _("Beijing notice on referral places (May 2021)")

BOOKABLE_SHARE = Parameter(
    "bookable_share",
    ValueType.FRACTION,
    "share of all places",
    "R082",
    Merge.AT_LEAST,
    "0.80",
    DISTRICT_2018,
    _("Article 10"),
    "至少将全部号源的80%用于各种方式的预约",
)
SHARE_BASE = Parameter(
    "reserved_share_base",
    ValueType.CHOICE,
    "what the reserved share is a share of",
    "R088",
    Merge.NEAREST,
    "bookable",
    DISTRICT_2018,
    _("Article 11"),
    "设一定比例的优先预留号源,并按照实际情况动态调整",
    options=("bookable", "all"),
)
RESERVED_SHARE = Parameter(
    "reserved_share",
    ValueType.FRACTION,
    "share of bookable places",
    "R040",
    Merge.AT_LEAST,
    "0.30",
    CITY_2021,
    "",
    "将向区域内所有医联体内的基层医疗卫生机构预留30%以上号源",
    Level.CITY,
)
EXPERT_SHARE = Parameter(
    "expert_share",
    ValueType.FRACTION,
    "share of reserved places",
    "R040",
    Merge.AT_LEAST,
    "0.50",
    NOTICE_2021,
    "",
    "专家号不低于50%",
    Level.CITY,
)
ORDINARY_RELEASE_DAYS = Parameter(
    "ordinary_release_days",
    ValueType.INTEGER,
    "days before the visit",
    "R157",
    Merge.NEAREST,
    "7",
    HOSPITALS,
    "",
    "自次日起一周内的预约",
    Level.DISTRICT,
)
POOL_LEAD_DAYS = Parameter(
    "pool_lead_days",
    ValueType.INTEGER,
    "days before the ordinary release",
    "R040",
    Merge.AT_LEAST,
    "14",
    NOTICE_2021,
    "",
    "",
    Level.CITY,
)
POOL_OPENING_TIME = Parameter(
    "pool_opening_time",
    ValueType.TIME,
    "time of the opening day",
    "R158",
    Merge.NEAREST,
    "17:00",
    HOSPITALS,
    "",
    "每天下午5点将明日预约号做出",
)
NEAR_TERM_SHARE = Parameter(
    "near_term_share",
    ValueType.FRACTION,
    "share of reserved places kept for the last days",
    "R112",
    Merge.NEAREST,
    "0",
    PRACTICE,
)
NEAR_TERM_DAYS = Parameter(
    "near_term_days",
    ValueType.INTEGER,
    "days before the visit",
    "R112",
    Merge.NEAREST,
    "3",
    PRACTICE,
)
RETURN_DAYS_BEFORE = Parameter(
    "return_days_before",
    ValueType.INTEGER,
    "days before the visit",
    "R107",
    Merge.AT_LEAST,
    "1",
    DISTRICT_2018,
    _("Article 17"),
    "预约截止日期为就诊前一日15时",
)
RETURN_TIME = Parameter(
    "return_time",
    ValueType.TIME,
    "time of the day of return",
    "R107",
    Merge.EARLIEST,
    "15:00",
    DISTRICT_2018,
    _("Article 17"),
    "预约截止日期为就诊前一日15时",
)
EXEMPT_CLASSES = Parameter(
    "exempt_classes",
    ValueType.CHOICES,
    "slot classes without reserved places",
    "R003",
    Merge.NEAREST,
    "",
    PRACTICE,
    options=tuple(SlotClass.values),
)
COOL_DOWN_MINUTES_LEAST = Parameter(
    "cool_down_minutes_least",
    ValueType.INTEGER,
    "minutes",
    "",
    Merge.AT_LEAST,
    "30",
    PRACTICE,
)
COOL_DOWN_MINUTES_MOST = Parameter(
    "cool_down_minutes_most",
    ValueType.INTEGER,
    "minutes",
    "",
    Merge.NEAREST,
    "120",
    PRACTICE,
)
COOL_DOWN_ENDS_BEFORE_CUTOFF = Parameter(
    "cool_down_ends_before_cutoff",
    ValueType.INTEGER,
    "minutes",
    "R107",
    Merge.NEAREST,
    "60",
    PRACTICE,
)
PROMISE_DAYS = Parameter(
    "promise_days",
    ValueType.INTEGER,
    "calendar days",
    "R112",
    Merge.AT_MOST,
    "3",
    DISTRICT_2018,
    _("Article 20"),
    "享受优先预约及原则上不超过3日内安排就诊的优惠政策",
)

ALL: Final = (
    BOOKABLE_SHARE,
    SHARE_BASE,
    RESERVED_SHARE,
    EXPERT_SHARE,
    EXEMPT_CLASSES,
    ORDINARY_RELEASE_DAYS,
    POOL_LEAD_DAYS,
    POOL_OPENING_TIME,
    NEAR_TERM_SHARE,
    NEAR_TERM_DAYS,
    RETURN_DAYS_BEFORE,
    RETURN_TIME,
    COOL_DOWN_MINUTES_LEAST,
    COOL_DOWN_MINUTES_MOST,
    COOL_DOWN_ENDS_BEFORE_CUTOFF,
    PROMISE_DAYS,
)
