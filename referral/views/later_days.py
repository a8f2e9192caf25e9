"""The days behind the horizon of a calendar: closed, to be opened by an exception of two persons, or opened by one (R106)."""

from dataclasses import dataclass, replace
from datetime import date
from enum import Enum, auto

from permissions.acting import Acting
from referral.views.filters import Filters
from reserved_pools.ahead import Ahead
from reserved_pools.queries import last_published_beyond
from reserved_pools.wanted import LONGEST


class Beyond(Enum):
    """What may become of the days behind the horizon on a page."""

    CLOSED = auto()
    MAY_BE_ASKED = auto()  # the doctor can ask the district for an exception
    OPENED = auto()  # two persons let the rule pass for this referral


@dataclass(frozen=True, slots=True)
class Later:
    """Where the calendar ends; `end` is the last day within the horizon, `link` the address that shows what is published behind it."""

    end: date
    last: date
    beyond: Beyond
    shown: bool = False
    link: str = ""

    @property
    def opened(self) -> bool:
        """Whether an exception lets these days be booked."""
        return self.beyond is Beyond.OPENED


def later_days(acting: Acting, filters: Filters, beyond: Beyond, held: Ahead, end: date) -> Later:
    """How far the calendar goes; two queries where more than the horizon may be seen. Raises Refusal("right_not_in_force")."""
    if beyond is Beyond.CLOSED:
        return Later(end, end, beyond)
    published = last_published_beyond(acting, filters.wanted(held.today, held.today + LONGEST), held)
    if published is None:
        return Later(end, end, beyond)
    if filters.later or beyond is Beyond.OPENED:
        return Later(end, max(end, published), beyond, shown=True)
    return Later(end, end, beyond, link=replace(filters, later=True).query)
