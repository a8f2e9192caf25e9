"""What hospitals' own booking rules say (templates, source 004): examples of what a hospital may set for itself, binding nobody."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from clinics.policy.sets_said import Said

CLOSE_11: Final = "自次日起一周内的预约,所有的预约必须在就诊前一天11:30点前完成"
CLOSE_14: Final = "提前两天预约,截止时间为就诊前一日下午14:00"
CLOSE_14_TOO: Final = "预约挂号需提前两天预约,截止时间为就诊前一日下午14:00"
LONG_STOP: Final = "停诊时间在一周以上者,由科室提前三天上报门诊办,经审批同意后"
VOID: Final = "过时未到的预约患者,预约作废,请患者按正常秩序就诊或另行预约"
BY_TEN: Final = "患者就诊当天(10点前)到导诊预约台通报本人有关信息和预约号"
OVER: Final = "患者超出3次无故取消预约,医院有权暂时停止其预约权限"

HOSPITAL_TEMPLATES: Final = (
    Said("booking_cutoff", "14:00", "R164", "004I", CLOSE_14, _("“Two days ahead” contradicts the hour and is read as advice.")),
    Said("booking_cutoff", "11:30", "R157", "004H2", CLOSE_11),
    Said("booking_cutoff", "14:00", "R190", "004O", CLOSE_14_TOO),
    Said("booking_horizon_days", "7", "R157", "004H2", CLOSE_11),
    Said("booking_horizon_days", "7", "R182", "004N", "患者可提前1至7天进行预约"),
    Said("ordinary_release_days", "7", "R157", "004H2", CLOSE_11),
    Said("pool_opening_time", "17:00", "R158", "004H2", "每天下午5点将明日预约号做出"),
    Said(
        "cancel_cutoff", None, "R146", "004A", "应提前至少24小时取消预约",
        _("24 hours, of which only what lies before the city's hour counts."),
    ),
    Said("cancel_cutoff", None, "R184", "004N", "应至少提前一天通过预约渠道进行操作", _("The document names the day and no hour.")),
    Said("change_cutoff", "24", "R148", "004A", "应提前至少24小时办理预约更改手续"),
    Said("change_cutoff", "24", "R200", "004R", "需提前24小时以上通知,否则不予变更"),
    Said("limit_per_day", "1", "R183", "004N", "每位患者每天只能预约一个科室的一次诊疗服务"),
    Said("service_hours_from", "08:00", "R142", "004A", "预约时间段为每周一至周日的上午8:00至下午17:00"),
    Said("service_hours_to", "17:00", "R142", "004A", "预约时间段为每周一至周日的上午8:00至下午17:00"),
    Said("churn_changes", "3", "R147", "004A", OVER),
    Said("churn_applies", "yes", "R181", "004M", "预约人恶意预约、频繁变更预约,将被限制预约权限"),
    Said("no_show_threshold", "1", "R165", "004I", "患者取消预约号须提前通知挂号室,如爽约将取消预约挂号资格"),
    Said("no_show_threshold", None, "R185", "004N", "爽约累计达一定次数后,将限制其预约资格"),
    Said("doctor_names_shown", "yes", "R145", "004A", "预约确认信息将包含预约时间、医生姓名、就诊地方等紧要信息"),
    Said(
        "resident_confirms", None, "R179", "004M", "预约人需在规定时间内完成预约确认,否则预约视为无效",
        _("There a booking nobody confirms is void; here it stands."),
    ),
    Said("day_list_time", "16:30", "R166", "004I", "每天下午16点30前将预约就诊患者需求整理后报门诊部并通知挂号室"),
    Said("exams_on_working_days", "yes", "R202", "004S", "与辅助科室(检验、放射、超声、心电图)密切协作"),
    Said("late_rule", "void", "R203", "004S", VOID),
    Said("late_rule", "by_hour", "R167", "004I", BY_TEN),
    Said("late_by_hour", "10:00", "R167", "004I", BY_TEN),
    Said("late_rule", "void", "R192", "004O", "过时未到的预约患者,工作人员主动与患者联系,提示预约作废"),
    Said("late_rule", "requeue", "R186", "004N", "患者若迟到,需根据医院规定重新排队等候或重新预约"),
    Said("late_rule", "no_show", "R171", "004J", "视为爽约,预约次数将被扣除,并可能影响后续预约"),
    Said(
        "priority_proof_months", None, "R201", "004R", "针对取得预约优先权的特殊人群,预约管理部门需要定期进行调查核实",
        _("The document says from time to time and names no number."),
    ),
    Said("long_stop_days", "7", "R161", "004H2", LONG_STOP),
    Said("long_stop_notice_days", "3", "R161", "004H2", LONG_STOP),
)  # fmt: skip
