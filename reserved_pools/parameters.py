"""The regulated values of reserved pools, each with the article or decision it rests on."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from clinics.parameters import CITY_2021, DISTRICT_2018
from clinics.policy import Level, Merge, Parameter, ValueType

PRACTICE: Final = _("agreed for this platform, to be confirmed by the district")

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
    _("Beijing notice on referral places (May 2021)"),
    "",
    "专家号不低于50%",
    Level.CITY,
)
POOL_LEAD_DAYS = Parameter(
    "pool_lead_days",
    ValueType.INTEGER,
    "days before the visit",
    "R106",
    Merge.NEAREST,
    "14",
    DISTRICT_2018,
    _("Article 17"),
    "区分级诊疗平台原则上提供两周以内的预约诊疗和预约转诊服务",
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
    RESERVED_SHARE,
    EXPERT_SHARE,
    POOL_LEAD_DAYS,
    COOL_DOWN_MINUTES_LEAST,
    COOL_DOWN_MINUTES_MOST,
    COOL_DOWN_ENDS_BEFORE_CUTOFF,
    PROMISE_DAYS,
)
