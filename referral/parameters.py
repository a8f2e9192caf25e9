"""The values of the loop that a district or a hospital may set: when a patient is received, how long acts may wait."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from clinics.policy import Merge, Parameter, ValueType

PLATFORM: Final = _("Default of this platform; no source gives a value")

ARRIVAL_EARLY_DAYS = Parameter(
    "arrival_early_days",
    ValueType.INTEGER,
    "days",
    "R123",
    Merge.NEAREST,
    "0",
    _("Xicheng measures on booked care (draft for comment, 2018)"),
    article="第二十六条",
    quote="在预约就诊时段到约定的医疗机构挂号窗口或自助服务设备取号就诊",
)
ARRIVAL_UNDO_MINUTES = Parameter("arrival_undo_minutes", ValueType.INTEGER, "minutes", "R123", Merge.AT_MOST, "10", PLATFORM)
RETURN_ANSWER_DAYS = Parameter("return_answer_days", ValueType.INTEGER, "days", "R130", Merge.AT_MOST, "3", PLATFORM)

ALL: Final = (ARRIVAL_EARLY_DAYS, ARRIVAL_UNDO_MINUTES, RETURN_ANSWER_DAYS)
