"""What the city's two documents say: the unified booking platform (2011) and the answers on referral (2021)."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from clinics.policy.sets_said import Said

REPORT = _("Report")
ONE, TWO, THREE = _("Answer 1"), _("Answer 2"), _("Answer 3")
FOUR, FIVE, SIX, SEVEN, EIGHT = _("Answer 4"), _("Answer 5"), _("Answer 6"), _("Answer 7"), _("Answer 8")
PERIOD: Final = "除个别医院、个别专业外,预约周期统一为3个月"
CODE: Final = "手机会收到包括预约成功通知和一个识别码的短信,请妥善保存,以便用于随时查询和取消预约信息"
MISSED_2011: Final = "无故爽约累计达到3次将进入系统爽约名单,此后3个月内将无法享受预约挂号服务"
MISSED_2021: Final = "一年(自然年)内无故爽约累计达到3次的爽约患者将进入爽约名单,此后3个月内将取消预约挂号资格"
RESERVED: Final = "将向区域内所有医联体内的基层医疗卫生机构预留30%以上号源"
WRITTEN_FOR = _("Written for booking by oneself; whether it binds referrals is the district's choice.")

BEIJING_2011: Final = (
    Said("bookable_share", "0.80", "R005", REPORT, "首批上线的30家医院总号源的80%将用于预约"),
    Said("general_without_cap", "yes", "R004", REPORT, "普通号预约不限号,并取消首诊点名挂号"),
    Said("publishing_horizon_months", "3", "R003", REPORT, PERIOD),
    Said("booking_horizon_days", "90", "R003", REPORT, PERIOD, _("Three months are written as 90 days.")),
    Said("registration_edits_per_month", "1", "R012", ONE, "每人每月只能修改一次注册信息,身份证信息不能修改"),
    Said(
        "duplicates", "refused", "R015", TWO, "同一患者实名(有效证件号)在同一就诊日、同一医院、同一科室只能预约一次",
        _("The document refuses a duplicate and names no consequence."),
    ),
    Said("counted_bookings", None, "R017", TWO, "在七日内的预约总量不可超过三次", _("The document does not say which bookings count.")),
    Said("limit_per_day_department", "1", "R015", TWO, "同一患者实名(有效证件号)在同一就诊日、同一医院、同一科室只能预约一次"),
    Said("limit_per_day", "2", "R016", TWO, "在同一就诊日的预约总量不可超过两次"),
    Said("limit_7_days", "3", "R017", TWO, "在七日内的预约总量不可超过三次"),
    Said("limit_3_months", "5", "R018", TWO, "在三个月内预约总量不可超过五次"),
    Said("limit_3_months_binds_referrals", "yes", "R018", TWO, "在三个月内预约总量不可超过五次", WRITTEN_FOR),
    Said("cancel_by", None, "R020", FOUR, CODE, _("The document names the resident with her code and excludes nobody.")),
    Said("resident_confirms", "no", "R020", FOUR, CODE, _("The message itself confirms the booking.")),
    Said(
        "identity_documents", "resident_id chinese_passport foreign_passport military", "R024", SEVEN,
        "凭患者本人有效证件(身份证、军官证、护照)和预约识别码取号", _("Named for collecting the number."),
    ),
    Said("cancel_cutoff", "15:00", "R022", FIVE, "需要在就诊前日的15时之前(个别医院14时之前)办理", _("Some hospitals: 14:00.")),
    Said("no_show_threshold", "3", "R023", SIX, MISSED_2011),
    Said("no_show_window", "lifetime", "R023", SIX, MISSED_2011, _("The document names no window: every missed visit counts.")),
    Said("no_show_ban_months", "3", "R023", SIX, MISSED_2011),
    Said("no_show_ban_covers", "booking", "R023", SIX, MISSED_2011),
    Said(
        "restrict_after", None, "R027", EIGHT, "不到医院取号,超过一定的次数,将被医院限制使用预约服务",
        _("The document says a certain number and names none."),
    ),
)  # fmt: skip
MUNICIPAL_2021: Final = (
    Said("reserved_share", "0.30", "R040", REPORT, RESERVED),
    Said("reserved_share_base", "all", "R040", REPORT, RESERVED, _("The document says places, not bookable places.")),
    Said(
        "who_refers", None, "R044", ONE, "家庭医生应优先为家庭医生签约患者提供医联体内二三级医疗机构的专科预约转诊服务",
        _("The document puts the family doctor and contracted patients first and excludes nobody."),
    ),
    Said(
        "cancel_by", None, "R058", THREE, "可通过实施转诊预约的签约家庭医生等医务人员取消预约",
        _("The document names the doctor who booked and excludes nobody."),
    ),
    Said("encounter_fresh_days", None, "R050", TWO, "不得出现未经诊治直接预约转诊挂号的行为", _("The document names no number of days.")),
    Said(
        "attestation_grace_days", None, "R049", TWO, "做好具备预约转诊权限医务人员的审核、维护和注销,严控转诊人员范围",
        _("The document names no number of days."),
    ),
    Said(
        "right_dormant_days", None, "R049", TWO, "做好具备预约转诊权限医务人员的审核、维护和注销,严控转诊人员范围",
        _("The document names no number of days."),
    ),
    Said("no_show_threshold", "3", "R059", THREE, MISSED_2021),
    Said("no_show_window", "calendar_year", "R059", THREE, MISSED_2021),
    Said("no_show_ban_months", "3", "R059", THREE, MISSED_2021),
    Said("no_show_ban_covers", "booking", "R059", THREE, MISSED_2021),
)  # fmt: skip
