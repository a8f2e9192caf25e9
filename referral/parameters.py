"""The values a district or a hospital may set: when a patient is received, how long acts may wait, how often data are edited."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from clinics.policy import Level, Merge, Parameter, ValueType
from permissions.identity.documents import DocumentType

PLATFORM: Final = _("Default of this platform; no source gives a value")

ARRIVAL_EARLY_DAYS = Parameter(
    "arrival_early_days",
    ValueType.INTEGER,
    "days",
    "R123",
    Merge.NEAREST,
    "0",
    _("Xicheng measures on booked care (draft for comment, 2018)"),
    article=_("Article 26"),
    quote="在预约就诊时段到约定的医疗机构挂号窗口或自助服务设备取号就诊",
)
ARRIVAL_UNDO_MINUTES = Parameter("arrival_undo_minutes", ValueType.INTEGER, "minutes", "R123", Merge.AT_MOST, "10", PLATFORM)
RETURN_ANSWER_DAYS = Parameter("return_answer_days", ValueType.INTEGER, "days", "R130", Merge.AT_MOST, "3", PLATFORM)
REGISTRATION_EDITS_PER_MONTH = Parameter(
    "registration_edits_per_month",
    ValueType.INTEGER,
    "edits",
    "R012",
    Merge.AT_MOST,
    "1",
    _("Beijing unified booking platform, questions and answers (2011)"),
    _("Answer 1"),
    "每人每月只能修改一次注册信息,身份证信息不能修改",
    Level.CITY,
)
CONDUCT_SIGN_DAYS = Parameter("conduct_sign_days", ValueType.INTEGER, "days", "R034", Merge.AT_MOST, "10", PLATFORM)

CITY_2021: Final = _("Answers of the Beijing Municipal Health Commission (May 2021)")
DISTRICT_2018: Final = _("Xicheng measures on booked care (draft for comment, 2018)")
NO_SHOW_QUOTE: Final = "一年(自然年)内无故爽约累计达到3次的爽约患者将进入爽约名单,此后3个月内将取消预约挂号资格"
NO_SHOW_THRESHOLD: Final = Parameter(
    "no_show_threshold", ValueType.INTEGER, "missed visits", "R059", Merge.SUPERIOR, "3",
    CITY_2021, _("Answer 3"), NO_SHOW_QUOTE, Level.CITY,
)  # fmt: skip
NO_SHOW_WINDOW: Final = Parameter(
    "no_show_window", ValueType.CHOICE, "what counts together", "R059", Merge.SUPERIOR, "calendar_year",
    CITY_2021, _("Answer 3"), NO_SHOW_QUOTE, Level.CITY, ("calendar_year", "rolling_months", "lifetime"),
)  # fmt: skip
NO_SHOW_WINDOW_MONTHS: Final = Parameter(
    "no_show_window_months", ValueType.INTEGER, "months", "R135", Merge.SUPERIOR, "3",
    DISTRICT_2018, _("Article 32"), "3个月内累计违约3次,将被列入违约名单", Level.DISTRICT,
)  # fmt: skip
NO_SHOW_BAN_MONTHS: Final = Parameter(
    "no_show_ban_months", ValueType.INTEGER, "months", "R059", Merge.SUPERIOR, "3",
    CITY_2021, _("Answer 3"), NO_SHOW_QUOTE, Level.CITY,
)  # fmt: skip
NO_SHOW_BAN_COVERS: Final = Parameter(
    "no_show_ban_covers", ValueType.CHOICE, "what a ban covers", "R136", Merge.SUPERIOR, "booking_and_referral",
    DISTRICT_2018, _("Article 32"), "在此后3个月内将无法享受预约诊疗和预约转诊服务", Level.DISTRICT, ("booking", "booking_and_referral"),
)  # fmt: skip
LATE_RULE: Final = Parameter(
    "late_rule", ValueType.CHOICE, "who comes after the band", "R123", Merge.NEAREST, "received",
    PLATFORM, options=("received", "in_band", "by_hour", "void", "requeue", "no_show"),
)  # fmt: skip
LATE_BY_HOUR: Final = Parameter(
    "late_by_hour", ValueType.TIME, "time of the visit day", "R167", Merge.NEAREST, "10:00",
    _("booking rules of hospitals (templates)"), "", "患者就诊当天(10点前)到导诊预约台通报本人有关信息和预约号",
)  # fmt: skip
NO_SHOW_CLOSING: Final = Parameter(
    "no_show_closing", ValueType.CHOICE, "what the evening does with visits nobody reported", "R134", Merge.NEAREST, "propose",
    PLATFORM, options=("propose", "record"),
)  # fmt: skip
APPEAL_DAYS: Final = Parameter("appeal_days", ValueType.INTEGER, "days", "R059", Merge.SUPERIOR, "30", PLATFORM)
RESTRICT_AFTER: Final = Parameter(
    "restrict_after", ValueType.INTEGER, "uncollected numbers", "R027", Merge.NEAREST, "3",
    _("Beijing unified booking platform, questions and answers (2011)"), _("Answer 8"),
    "不到医院取号,超过一定的次数,将被医院限制使用预约服务",
)  # fmt: skip

CHANGE_CUTOFF: Final = Parameter(
    "change_cutoff", ValueType.INTEGER, "hours before the visit, never later than cancelling", "R148", Merge.AT_LEAST, "24",
    _("booking rules of hospitals (templates)"), "", "应提前至少24小时办理预约更改手续",
)  # fmt: skip
RESIDENT_MAY_MOVE: Final = Parameter(
    "resident_may_move", ValueType.YES_NO, "whether residents move their bookings themselves", "R200", Merge.NEAREST, "no",
    _("booking rules of hospitals (templates)"), "", "需提前24小时以上通知,否则不予变更",
)  # fmt: skip
NEXT_VISIT_DAYS: Final = Parameter(
    "next_visit_days", ValueType.INTEGER, "days after the visit; 0 is its own day", "R120", Merge.AT_MOST, "7", PLATFORM,
)  # fmt: skip

BOOKER_RESIDENTS: Final = Parameter(
    "booker_residents", ValueType.INTEGER, "residents at a time", "R105", Merge.AT_MOST, "3",
    DISTRICT_2018, _("Article 16"), "非就诊者本人预约的,还应当提供预约人的姓名和联系方式",
)  # fmt: skip
PRIORITY_PROOF_MONTHS: Final = Parameter(
    "priority_proof_months", ValueType.INTEGER, "months", "R201", Merge.AT_MOST, "12",
    _("booking rules of hospitals (templates)"), "", "针对取得预约优先权的特殊人群,预约管理部门需要定期进行调查核实",
)  # fmt: skip
EXCEPTION_DAYS: Final = Parameter("exception_days", ValueType.INTEGER, "days", "R138", Merge.AT_MOST, "7", PLATFORM)

OF_PERSONS: Final = (BOOKER_RESIDENTS, PRIORITY_PROOF_MONTHS, EXCEPTION_DAYS)
OF_LEDGER: Final = (NO_SHOW_THRESHOLD, NO_SHOW_WINDOW, NO_SHOW_WINDOW_MONTHS, NO_SHOW_BAN_MONTHS, NO_SHOW_BAN_COVERS)
OF_ATTENDANCE: Final = (LATE_RULE, LATE_BY_HOUR, NO_SHOW_CLOSING, APPEAL_DAYS, RESTRICT_AFTER)
# The review after booking, and requests that nobody followed up (R054, R119, R199).
REVIEW_HOURS = Parameter("review_hours", ValueType.INTEGER, "hours", "R054", Merge.AT_MOST, "24", PLATFORM)
QUESTION_HOURS = Parameter("question_hours", ValueType.INTEGER, "hours", "R104", Merge.AT_MOST, "24", PLATFORM)
REVIEW_UNDO_MINUTES = Parameter("review_undo_minutes", ValueType.INTEGER, "minutes", "R054", Merge.AT_MOST, "10", PLATFORM)
ADVICE_PATIENT_HOURS = Parameter("advice_patient_hours", ValueType.INTEGER, "hours", "R199", Merge.AT_MOST, "24", PLATFORM)
DRAFT_EXPIRES_DAYS = Parameter("draft_expires_days", ValueType.INTEGER, "days", "R199", Merge.AT_MOST, "30", PLATFORM)
# Beds and day surgery are asked for first (R072): how long a request waits for its answer, and how long an acceptance may be booked.
PLACE_REQUEST_DAYS = Parameter("place_request_days", ValueType.INTEGER, "days", "R072", Merge.AT_MOST, "7", PLATFORM)
ACCEPTANCE_DAYS = Parameter("acceptance_days", ValueType.INTEGER, "days", "R072", Merge.NEAREST, "14", PLATFORM)
REVIEW: Final = (
    REVIEW_HOURS, QUESTION_HOURS, REVIEW_UNDO_MINUTES, ADVICE_PATIENT_HOURS, DRAFT_EXPIRES_DAYS, PLACE_REQUEST_DAYS, ACCEPTANCE_DAYS,
)  # fmt: skip

# The word on the day before the visit, after booking and cancelling have closed (R110).
REMINDER_TIME = Parameter("reminder_time", ValueType.TIME, "time of the day before the visit", "R110", Merge.NEAREST, "18:00", PLATFORM)

# Where the documents differ or are silent on who, which and whether (docs/rules/conflicts.tsv): C5, C19, C20, C25, C30, C33.
DUPLICATES: Final = Parameter(
    "duplicates", ValueType.CHOICE, "what a duplicate booking leads to", "R136", Merge.SUPERIOR, "evasion_listed",
    DISTRICT_2018, _("Article 32"), "对重复预约、被列入违约名单的人员在此后3个月内将无法享受预约诊疗和预约转诊服务",
    options=("evasion_listed", "refused"),
)  # fmt: skip
CANCEL_BY: Final = Parameter(
    "cancel_by", ValueType.CHOICE, "who cancels a booking made by referral", "R058", Merge.SUPERIOR, "referrer_and_resident",
    CITY_2021, _("Answer 3"), "可通过实施转诊预约的签约家庭医生等医务人员取消预约",
    options=("referrer_and_resident", "referrer", "resident"),
)  # fmt: skip
IDENTITY_DOCUMENTS: Final = Parameter(
    "identity_documents", ValueType.CHOICES, "documents a registration is made with", "R103", Merge.SUPERIOR,
    " ".join(DocumentType.values), DISTRICT_2018, _("Article 16"), "居民身份证、军官证、有效护照或港澳通行证的号码",
    options=tuple(DocumentType.values),
)  # fmt: skip
RESIDENT_CONFIRMS: Final = Parameter(
    "resident_confirms", ValueType.CHOICE, "whether residents say that they will come", "R020", Merge.NEAREST, "no",
    _("Beijing unified booking platform, questions and answers (2011)"), _("Answer 4"),
    "手机会收到包括预约成功通知和一个识别码的短信,请妥善保存,以便用于随时查询和取消预约信息", options=("no", "optional"),
)  # fmt: skip
COUNTED_BOOKINGS: Final = Parameter(
    "counted_bookings", ValueType.CHOICE, "which bookings the limits count", "R017", Merge.SUPERIOR, "live_and_missed",
    _("Beijing unified booking platform, questions and answers (2011)"), _("Answer 2"), "在七日内的预约总量不可超过三次",
    options=("live_and_missed", "live_and_attended", "live_only"),
)  # fmt: skip
WHO_REFERS: Final = Parameter(
    "who_refers", ValueType.CHOICE, "who refers a contracted resident", "R044", Merge.SUPERIOR, "contracted_institution",
    CITY_2021, _("Answer 1"), "家庭医生应优先为家庭医生签约患者提供医联体内二三级医疗机构的专科预约转诊服务",
    options=("contracted_institution", "contracted_team", "contracted_doctor"),
)  # fmt: skip
OF_CONFLICTS: Final = (DUPLICATES, CANCEL_BY, IDENTITY_DOCUMENTS, RESIDENT_CONFIRMS, COUNTED_BOOKINGS, WHO_REFERS)

ALL: Final = (
    *REVIEW,
    *OF_CONFLICTS,
    REMINDER_TIME,
    ARRIVAL_EARLY_DAYS,
    ARRIVAL_UNDO_MINUTES,
    RETURN_ANSWER_DAYS,
    REGISTRATION_EDITS_PER_MONTH,
    CONDUCT_SIGN_DAYS,
    CHANGE_CUTOFF,
    RESIDENT_MAY_MOVE,
    NEXT_VISIT_DAYS,
    *OF_LEDGER,
    *OF_ATTENDANCE,
    *OF_PERSONS,
)
