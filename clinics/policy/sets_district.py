"""What the measures of Xicheng of 2018 say, a text published for comment (R140)."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from clinics.policy.sets_said import Said

SEVENTEEN, SEVENTEEN_1, SEVENTEEN_2 = _("Article 17"), _("Article 17 (1)"), _("Article 17 (2)")
TEN, ELEVEN, SIXTEEN = _("Article 10"), _("Article 11"), _("Article 16")
TWENTY, TWENTY_ONE_3, TWENTY_FIVE = _("Article 20"), _("Article 21 (3)"), _("Article 25")
TWENTY_SIX, TWENTY_SEVEN, THIRTY_TWO = _("Article 26"), _("Article 27"), _("Article 32")
CLOSE: Final = "预约截止日期为就诊前一日15时,剩余资源应立即返回各医疗机构,供现场挂号使用"
DAY: Final = "同一就诊日的预约总量不得超过2次,且在同一医疗机构的同一科室只能预约1次"
BREACH: Final = "3个月内累计违约3次,将被列入违约名单"
BAN: Final = "对重复预约、被列入违约名单的人员在此后3个月内将无法享受预约诊疗和预约转诊服务"
SHARE: Final = "设一定比例的优先预留号源,并按照实际情况动态调整"
FOCUS: Final = "高血压、糖尿病、冠心病、脑血管病等四类慢性疾病是预约转诊工作的重点"
IN_BAND: Final = "凭预约时使用的身份证件,在预约就诊时段到约定的医疗机构挂号窗口或自助服务设备取号就诊"

XICHENG_2018: Final = (
    Said(
        "doctor_names_shown", None, "R081", _("Article 9"), "不得公示医师姓名",
        _("Published nowhere; whether those who refer may see a name the article does not say."),
    ),
    Said("bookable_share", "0.80", "R082", TEN, "至少将全部号源的80%用于各种方式的预约"),
    Said("band_minutes_tertiary", "30", "R085", TEN, "三级医院分时段预约诊疗精确到30分钟,二级综合医院分时段预约诊疗精确到1小时"),
    Said("band_minutes_secondary", "60", "R085", TEN, "三级医院分时段预约诊疗精确到30分钟,二级综合医院分时段预约诊疗精确到1小时"),
    Said(
        "band_minutes_other", None, "R085", TEN, "三级医院分时段预约诊疗精确到30分钟,二级综合医院分时段预约诊疗精确到1小时",
        _("Other institutions: as they are able; no number is named."),
    ),
    Said("reserved_share", None, "R088", ELEVEN, SHARE, _("The document says a certain share and names none.")),
    Said("reserved_share_base", "bookable", "R088", ELEVEN, SHARE, _("The article speaks of a share of the bookable places.")),
    Said(
        "booker_residents", None, "R105", SIXTEEN, "非就诊者本人预约的,还应当提供预约人的姓名和联系方式",
        _("The article asks who books for another and names no number of residents."),
    ),
    Said(
        "identity_documents", "resident_id hk_macau_permit chinese_passport foreign_passport military", "R103", SIXTEEN,
        "居民身份证、军官证、有效护照或港澳通行证的号码",
    ),
    Said("booking_horizon_days", "14", "R106", SEVENTEEN, "区分级诊疗平台原则上提供两周以内的预约诊疗和预约转诊服务"),
    Said("booking_cutoff", "15:00", "R107", SEVENTEEN, CLOSE),
    Said("return_time", "15:00", "R107", SEVENTEEN, CLOSE),
    Said("return_days_before", "1", "R107", SEVENTEEN, CLOSE),
    Said("limit_per_day", "2", "R108", SEVENTEEN_1, DAY),
    Said("limit_per_day_department", "1", "R108", SEVENTEEN_1, DAY),
    Said("limit_7_days_department", "3", "R109", SEVENTEEN_2, "同一科室连续七日内的预约总量不得超过3次"),
    Said("promise_days", "3", "R112", TWENTY, "享受优先预约及原则上不超过3日内安排就诊的优惠政策"),
    Said("focus_diseases", "hypertension diabetes coronary cerebrovascular", "R115", TWENTY_ONE_3, FOCUS),
    Said("cancel_cutoff", None, "R122", TWENTY_FIVE, "应在预约就诊时间前一天取消预约", _("The document names the day and no hour.")),
    Said("arrival_early_days", "0", "R123", TWENTY_SIX, IN_BAND),
    Said("late_rule", "in_band", "R123", TWENTY_SIX, IN_BAND),
    Said("schedule_freeze_days", "7", "R125", TWENTY_SEVEN, "出诊安排一经确定,原则上在一周时间内不作变动"),
    Said(
        "stop_notice_days", "2", "R126", TWENTY_SEVEN,
        "应至少提前2天更新停诊信息,并以短信或电话通知预约就诊者更改预约或安排同一专业的同级或更高级别的医师替诊",
    ),
    Said("no_show_threshold", "3", "R135", THIRTY_TWO, BREACH),
    Said("no_show_window", "rolling_months", "R135", THIRTY_TWO, BREACH),
    Said("no_show_window_months", "3", "R135", THIRTY_TWO, BREACH),
    Said("duplicates", "evasion_listed", "R136", THIRTY_TWO, BAN, _("Duplicates that were only refused are listed nowhere.")),
    Said("no_show_ban_months", "3", "R136", THIRTY_TWO, BAN),
    Said("no_show_ban_covers", "booking_and_referral", "R136", THIRTY_TWO, BAN),
)  # fmt: skip
