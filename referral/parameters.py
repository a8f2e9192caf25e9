"""The values a district or a hospital may set: when a patient is received, how long acts may wait, how often data are edited."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from clinics.policy import Level, Merge, Parameter, ValueType

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

ALL: Final = (ARRIVAL_EARLY_DAYS, ARRIVAL_UNDO_MINUTES, RETURN_ANSWER_DAYS, REGISTRATION_EDITS_PER_MONTH, CONDUCT_SIGN_DAYS)
