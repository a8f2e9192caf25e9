"""The value a hospital may set about stopped clinics: how long a substitute place is held for an answer (R126)."""

from typing import Final

from clinics.policy import Merge, Parameter, ValueType
from referral.parameters import PLATFORM

SUBSTITUTE_HOLD_HOURS: Final = Parameter(
    "substitute_hold_hours",
    ValueType.INTEGER,
    "hours",
    "R126",
    Merge.NEAREST,
    "24",
    PLATFORM,
    quote="以短信或电话通知预约就诊者更改预约或安排同一专业的同级或更高级别的医师替诊",
)
ALL: Final = (SUBSTITUTE_HOLD_HOURS,)
