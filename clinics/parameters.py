"""The regulated values of times and limits, each with the article it rests on (rules/catalogue, conflicts)."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from clinics.criteria.focus import KEYS as FOCUS_KEYS
from clinics.policy import Level, Merge, Parameter, ValueType

CITY_2011: Final = _("Beijing unified booking platform, questions and answers (2011)")
CITY_2021: Final = _("Answers of the Beijing Municipal Health Commission (May 2021)")
DISTRICT_2018: Final = _("Xicheng measures on booked care (draft for comment, 2018)")
HOSPITALS: Final = _("booking rules of hospitals (templates)")
NOT_CHOSEN: Final = _("Default of this platform after a draft (Xicheng measures, 2018); the district has not chosen it")

BOOKING_HORIZON_DAYS = Parameter(
    "booking_horizon_days", ValueType.INTEGER, "days", "R106", Merge.AT_MOST, "14",
    DISTRICT_2018, _("Article 17"), "区分级诊疗平台原则上提供两周以内的预约诊疗和预约转诊服务",
)  # fmt: skip
BOOKING_CUTOFF = Parameter(
    "booking_cutoff",
    ValueType.TIME,
    "time of the day before the visit",
    "R107",
    Merge.EARLIEST,
    "15:00",
    DISTRICT_2018,
    _("Article 17"),
    "预约截止日期为就诊前一日15时",
)
CANCEL_CUTOFF = Parameter(
    "cancel_cutoff",
    ValueType.TIME,
    "time of the day before the visit",
    "R022",
    Merge.EARLIEST,
    "15:00",
    CITY_2011,
    _("Answer 5"),
    "需要在就诊前日的15时之前(个别医院14时之前)办理",
    Level.CITY,
)
LIMIT_PER_DAY = Parameter(
    "limit_per_day",
    ValueType.INTEGER,
    "bookings",
    "R108",
    Merge.AT_MOST,
    "2",
    CITY_2011,
    _("Answer 2"),
    "在同一就诊日的预约总量不可超过两次",
    Level.CITY,
)
LIMIT_PER_DAY_DEPARTMENT = Parameter(
    "limit_per_day_department",
    ValueType.INTEGER,
    "bookings",
    "R015",
    Merge.AT_MOST,
    "1",
    CITY_2011,
    _("Answer 2"),
    "在同一就诊日、同一医院、同一科室只能预约一次",
    Level.CITY,
)
LIMIT_7_DAYS = Parameter(
    "limit_7_days",
    ValueType.INTEGER,
    "bookings",
    "R017",
    Merge.AT_MOST,
    "3",
    CITY_2011,
    _("Answer 2"),
    "在七日内的预约总量不可超过三次",
    Level.CITY,
)
LIMIT_7_DAYS_DEPARTMENT = Parameter(
    "limit_7_days_department",
    ValueType.INTEGER,
    "bookings",
    "R109",
    Merge.AT_MOST,
    "3",
    DISTRICT_2018,
    _("Article 17"),
    "同一科室连续七日内的预约总量不得超过3次",
)
LIMIT_3_MONTHS = Parameter(
    "limit_3_months", ValueType.INTEGER, "bookings", "R018", Merge.AT_MOST, "5",
    CITY_2011, _("Answer 2"), "在三个月内预约总量不可超过五次", Level.CITY,
)  # fmt: skip
LIMIT_3_MONTHS_BINDS = Parameter(
    "limit_3_months_binds_referrals", ValueType.YES_NO, "whether it binds referrals too", "R018", Merge.NEAREST, "no",
    CITY_2011, _("Answer 2"), "在三个月内预约总量不可超过五次",
)  # fmt: skip
CHURN_APPLIES = Parameter(
    "churn_applies", ValueType.YES_NO, "whether frequent changes stop new bookings", "R181", Merge.NEAREST, "no",
    HOSPITALS, "", "预约人恶意预约、频繁变更预约,将被限制预约权限",
)  # fmt: skip
CHURN_CHANGES = Parameter(
    "churn_changes", ValueType.INTEGER, "cancellations and moves that are still free", "R147", Merge.AT_MOST, "3",
    HOSPITALS, "", "患者超出3次无故取消预约,医院有权暂时停止其预约权限",
)  # fmt: skip
CHURN_DAYS = Parameter(
    "churn_days", ValueType.INTEGER, "days in which they are counted", "R147", Merge.NEAREST, "90",
    HOSPITALS, "", "患者超出3次无故取消预约,医院有权暂时停止其预约权限",
)  # fmt: skip
SERVICE_FROM = Parameter(
    "service_hours_from", ValueType.TIME, "Beijing time; the same hour twice is the whole day", "R142", Merge.NEAREST, "00:00",
    HOSPITALS, "", "预约时间段为每周一至周日的上午8:00至下午17:00",
)  # fmt: skip
SERVICE_TO = Parameter(
    "service_hours_to", ValueType.TIME, "Beijing time; the same hour twice is the whole day", "R142", Merge.NEAREST, "00:00",
    HOSPITALS, "", "预约时间段为每周一至周日的上午8:00至下午17:00",
)  # fmt: skip
ENCOUNTER_FRESH_DAYS = Parameter(
    "encounter_fresh_days",
    ValueType.INTEGER,
    "days",
    "R050",
    Merge.AT_MOST,
    "7",
    CITY_2021,
    _("Answer 2"),
    "不得出现未经诊治直接预约转诊挂号的行为",
    Level.CITY,
)
BAND_MINUTES_TERTIARY = Parameter(
    "band_minutes_tertiary",
    ValueType.INTEGER,
    "minutes",
    "R085",
    Merge.AT_MOST,
    "30",
    DISTRICT_2018,
    _("Article 10"),
    "三级医院分时段预约诊疗精确到30分钟",
)
BAND_MINUTES_SECONDARY = Parameter(
    "band_minutes_secondary",
    ValueType.INTEGER,
    "minutes",
    "R085",
    Merge.AT_MOST,
    "60",
    DISTRICT_2018,
    _("Article 10"),
    "二级综合医院分时段预约诊疗精确到1小时",
)
BAND_MINUTES_OTHER = Parameter(
    "band_minutes_other",
    ValueType.INTEGER,
    "minutes",
    "R085",
    Merge.NEAREST,
    "60",
    DISTRICT_2018,
    _("Article 10"),
    "其他机构根据医院自身条件逐步推行分时段预约诊疗",
)
GENERAL_WITHOUT_CAP = Parameter(
    "general_without_cap",
    ValueType.YES_NO,
    "ordinary release of general clinics",
    "R004",
    Merge.NEAREST,
    "yes",
    CITY_2011,
    "",
    "普通号预约不限号",
    Level.CITY,
)
EXAMS_ON_WORKING_DAYS = Parameter(
    "exams_on_working_days", ValueType.YES_NO, "whether examinations run on working days only", "R202", Merge.NEAREST, "yes",
    HOSPITALS, "", "为周末及节假日就诊患者预约正常工作日诊查服务",
)  # fmt: skip
DOCTOR_NAMES_SHOWN = Parameter(
    "doctor_names_shown", ValueType.YES_NO, "who refers", "R081", Merge.AT_MOST, "yes", DISTRICT_2018, _("Article 9"), "不得公示医师姓名"
)
SCHEDULE_FREEZE_DAYS = Parameter(
    "schedule_freeze_days",
    ValueType.INTEGER,
    "days before the session",
    "R125",
    Merge.AT_LEAST,
    "7",
    DISTRICT_2018,
    _("Article 27"),
    "出诊安排一经确定,原则上在一周时间内不作变动",
)
PUBLISHING_HORIZON_MONTHS = Parameter(
    "publishing_horizon_months",
    ValueType.INTEGER,
    "months ahead",
    "R003",
    Merge.NEAREST,
    "3",
    CITY_2011,
    "",
    "除个别医院、个别专业外,预约周期统一为3个月",
    Level.CITY,
)
STOP_NOTICE_DAYS = Parameter(
    "stop_notice_days",
    ValueType.INTEGER,
    "calendar days before the session",
    "R126",
    Merge.AT_LEAST,
    "2",
    DISTRICT_2018,
    _("Article 27"),
    "应至少提前2天更新停诊信息",
)
LONG_STOP_DAYS = Parameter(
    "long_stop_days",
    ValueType.INTEGER,
    "days a stop lasts before it needs a second person",
    "R161",
    Merge.AT_MOST,
    "7",
    HOSPITALS,
    "",
    "停诊时间在一周以上者,由科室提前三天上报门诊办,经审批同意后",
)
LONG_STOP_NOTICE_DAYS = Parameter(
    "long_stop_notice_days",
    ValueType.INTEGER,
    "calendar days before the first session",
    "R161",
    Merge.AT_LEAST,
    "3",
    HOSPITALS,
    "",
    "停诊时间在一周以上者,由科室提前三天上报门诊办,经审批同意后",
)
ATTESTATION_GRACE_DAYS = Parameter(
    "attestation_grace_days",
    ValueType.INTEGER,
    "days after the quarter's last day",
    "R049",
    Merge.AT_MOST,
    "0",
    CITY_2021,
    quote="做好具备预约转诊权限医务人员的审核、维护和注销,严控转诊人员范围",
)
RIGHT_DORMANT_DAYS = Parameter(
    "right_dormant_days",
    ValueType.INTEGER,
    "days without a booking",
    "R049",
    Merge.AT_MOST,
    "90",
    CITY_2021,
    quote="做好具备预约转诊权限医务人员的审核、维护和注销,严控转诊人员范围",
)

FOCUS_DISEASES = Parameter(
    "focus_diseases", ValueType.CHOICES, "chronic diseases that are the focus of referral", "R115", Merge.SUPERIOR, " ".join(FOCUS_KEYS),
    DISTRICT_2018, _("Article 21 (3)"), "高血压、糖尿病、冠心病、脑血管病等四类慢性疾病是预约转诊工作的重点", options=FOCUS_KEYS,
)  # fmt: skip

ALL: Final = (
    BOOKING_HORIZON_DAYS,
    BOOKING_CUTOFF,
    CANCEL_CUTOFF,
    LIMIT_PER_DAY,
    LIMIT_PER_DAY_DEPARTMENT,
    LIMIT_7_DAYS,
    LIMIT_7_DAYS_DEPARTMENT,
    LIMIT_3_MONTHS,
    LIMIT_3_MONTHS_BINDS,
    CHURN_APPLIES,
    CHURN_CHANGES,
    CHURN_DAYS,
    SERVICE_FROM,
    SERVICE_TO,
    ENCOUNTER_FRESH_DAYS,
    BAND_MINUTES_TERTIARY,
    BAND_MINUTES_SECONDARY,
    BAND_MINUTES_OTHER,
    GENERAL_WITHOUT_CAP,
    EXAMS_ON_WORKING_DAYS,
    DOCTOR_NAMES_SHOWN,
    SCHEDULE_FREEZE_DAYS,
    PUBLISHING_HORIZON_MONTHS,
    STOP_NOTICE_DAYS,
    LONG_STOP_DAYS,
    LONG_STOP_NOTICE_DAYS,
    ATTESTATION_GRACE_DAYS,
    RIGHT_DORMANT_DAYS,
    FOCUS_DISEASES,
)
