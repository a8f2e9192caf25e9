"""When the list of a day has to be there (R166)."""

from typing import Final

from clinics.parameters import HOSPITALS
from clinics.policy import Merge, Parameter, ValueType

DAY_LIST_TIME = Parameter(
    "day_list_time",
    ValueType.TIME,
    "time of the day before the visit",
    "R166",
    Merge.EARLIEST,
    "16:30",
    HOSPITALS,
    "",
    "每天下午16点30前将预约就诊患者需求整理后报门诊部并通知挂号室",
)

ALL: Final = (DAY_LIST_TIME,)
