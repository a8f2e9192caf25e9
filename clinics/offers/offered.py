"""Which rows belong to a service that is offered on a day (R073), as one condition for every query."""

from typing import Any

from django.db.models import F, Q


def offered_on(path: str = "service__", *, day: Any) -> Q:
    """Begun by the day and not ended on it; `path` leads to the service, `day` is a column or the day itself."""
    at = F(day) if isinstance(day, str) else day
    begun = Q(**{f"{path}active_from": None}) | Q(**{f"{path}active_from__lte": at})
    return begun & (Q(**{f"{path}active_to": None}) | Q(**{f"{path}active_to__gt": at}))
