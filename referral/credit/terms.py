"""The values one missed visit is judged by, kept with it for good, and the months they count in."""

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final, TypeVar
from zoneinfo import ZoneInfo

SHANGHAI: Final = ZoneInfo("Asia/Shanghai")
Day = TypeVar("Day", date, datetime)


class WindowKind(StrEnum):
    """What counts together (C1)."""

    CALENDAR_YEAR = "calendar_year"
    ROLLING_MONTHS = "rolling_months"
    LIFETIME = "lifetime"


@dataclass(frozen=True, slots=True)
class Terms:
    """So many missed visits in a window make a ban of so many months, covering booking alone or referral too."""

    threshold: int
    window: str
    months: int
    ban_months: int
    covers: str

    @classmethod
    def from_values(cls, held: Mapping[str, Any]) -> "Terms":
        """From the regulation's values by their keys."""
        return cls(
            int(held["no_show_threshold"]),
            str(held["no_show_window"]),
            int(held["no_show_window_months"]),
            int(held["no_show_ban_months"]),
            str(held["no_show_ban_covers"]),
        )

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Terms":
        """From what a breach has kept."""
        return cls(kept["threshold"], kept["window"], kept["months"], kept["ban_months"], kept["covers"])

    def as_json(self) -> dict[str, Any]:
        """What a breach and a ban keep."""
        return asdict(self)


def add_months(day: Day, months: int) -> Day:
    """The same number of another month, or that month's last day when it has no such number."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return day.replace(year=year, month=month + 1, day=min(day.day, monthrange(year, month + 1)[1]))
