"""From where on a month's figures are a problem: each bound is a dated value of the regulation with the article it serves (R178)."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from clinics.parameters import HOSPITALS
from clinics.policy import Merge, Parameter, ValueType
from referral.parameters import PLATFORM

PLACES_KEPT: Final = Parameter(
    "evaluation_places_kept", ValueType.FRACTION, "share of the places promised", "R163", Merge.AT_LEAST, "1.00",
    HOSPITALS, "", "月初统计考核上月网号的落实情况,考核结果与绩效直接挂钩",
)  # fmt: skip
IN_TIME: Final = Parameter("evaluation_in_time", ValueType.FRACTION, "share of the bookings made", "R112", Merge.AT_LEAST, "0.80", PLATFORM)
MISSED: Final = Parameter("evaluation_missed", ValueType.FRACTION, "share of the visits due", "R134", Merge.AT_MOST, "0.10", PLATFORM)
UNREPORTED: Final = Parameter(
    "evaluation_unreported", ValueType.FRACTION, "share of the visits due", "R178", Merge.AT_MOST, "0.05", PLATFORM
)
CANCELLED: Final = Parameter("evaluation_cancelled", ValueType.FRACTION, "share of the bookings", "R151", Merge.AT_MOST, "0.05", PLATFORM)
RETURNED: Final = Parameter("evaluation_returned", ValueType.FRACTION, "share of the bookings", "R054", Merge.AT_MOST, "0.10", PLATFORM)
SPECIAL_STOPS: Final = Parameter(
    "evaluation_special_stops", ValueType.INTEGER, "special stops in a month", "R128", Merge.AT_MOST, "2", PLATFORM,
    article=_("Article 27"), quote="超出规定时间的特殊停诊由相关医疗机构直接通知预约就诊者",
)  # fmt: skip
MESSAGES_FAILED: Final = Parameter(
    "evaluation_messages_failed", ValueType.FRACTION, "share of the messages", "R110", Merge.AT_MOST, "0.05", PLATFORM
)
EXCEPTIONS: Final = Parameter(
    "evaluation_exceptions", ValueType.INTEGER, "exceptions granted in a month", "R138", Merge.AT_MOST, "10", PLATFORM
)
WARNING: Final = Parameter(
    "evaluation_warning", ValueType.FRACTION, "share of a bound that counts as a risk", "R178", Merge.AT_MOST, "0.80", PLATFORM
)
SIGN_DAYS: Final = Parameter("evaluation_sign_days", ValueType.INTEGER, "days after the month", "R163", Merge.AT_MOST, "10", PLATFORM)

ALL: Final = (
    PLACES_KEPT, IN_TIME, MISSED, UNREPORTED, CANCELLED, RETURNED, SPECIAL_STOPS, MESSAGES_FAILED, EXCEPTIONS, WARNING, SIGN_DAYS,
)  # fmt: skip
