"""The values of the loop that a district or a hospital may set: how long an arrival can be undone, how long a return may wait."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from clinics.policy import Merge, Parameter, ValueType

PLATFORM: Final = _("Default of this platform; no source gives a value")

ARRIVAL_UNDO_MINUTES = Parameter("arrival_undo_minutes", ValueType.INTEGER, "minutes", "R123", Merge.AT_MOST, "10", PLATFORM)
RETURN_ANSWER_DAYS = Parameter("return_answer_days", ValueType.INTEGER, "days", "R130", Merge.AT_MOST, "3", PLATFORM)

ALL: Final = (ARRIVAL_UNDO_MINUTES, RETURN_ANSWER_DAYS)
