"""Which rows belong to an institution that works and takes part on a day (R009), as one condition for every query."""

from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import F, Q
from django.db.models.functions import Now, TruncDate

TODAY = TruncDate(Now(), tzinfo=ZoneInfo("Asia/Shanghai"))  # the day it is in Beijing by the database clock


def open_on(path: str = "institution__", day: Any = TODAY) -> Q:
    """Not suspended, begun by the day and not ended on it; `path` leads to the institution, `day` is a column or the day itself.

    The institution's row is joined once for all of it, so that the plan stays what it was for the suspension alone.
    """
    at = F(day) if isinstance(day, str) else day
    begun = Q(**{f"{path}active_from": None}) | Q(**{f"{path}active_from__lte": at})
    not_over = Q(**{f"{path}active_to": None}) | Q(**{f"{path}active_to__gt": at})
    return Q(**{f"{path}is_suspended": False}) & begun & not_over
