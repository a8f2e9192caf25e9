"""The regulated values a slip must print: when missing visits costs the right to book (R056, R059)."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from clinics.policy import Level, Merge, Parameter, ValueType

CITY_2021: Final = _("Answers of the Beijing Municipal Health Commission (May 2021)")
NO_SHOW_QUOTE: Final = "一年(自然年)内无故爽约累计达到3次的爽约患者将进入爽约名单,此后3个月内将取消预约挂号资格"

NO_SHOW_THRESHOLD: Final = Parameter(
    "no_show_threshold", ValueType.INTEGER, "missed visits in a calendar year", "R059", Merge.SUPERIOR, "3",
    CITY_2021, _("Answer 3"), NO_SHOW_QUOTE, Level.CITY,
)  # fmt: skip
NO_SHOW_BAN_MONTHS: Final = Parameter(
    "no_show_ban_months", ValueType.INTEGER, "months", "R059", Merge.SUPERIOR, "3",
    CITY_2021, _("Answer 3"), NO_SHOW_QUOTE, Level.CITY,
)  # fmt: skip
ALL: Final = (NO_SHOW_THRESHOLD, NO_SHOW_BAN_MONTHS)
