"""Calendar quarters in Beijing: their names, ends and deadlines; pure, no database."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

SHANGHAI: Final = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True, order=True)
class Quarter:
    """One calendar quarter; quarters compare by time, and so do their codes as text."""

    year: int
    number: int

    @classmethod
    def of(cls, day: date) -> "Quarter":
        """The quarter a day of Beijing lies in."""
        return cls(day.year, (day.month - 1) // 3 + 1)

    @property
    def code(self) -> str:
        """2026Q4, as it is stored."""
        return f"{self.year:04d}Q{self.number}"

    @property
    def first_day(self) -> date:
        return date(self.year, 3 * self.number - 2, 1)

    @property
    def last_day(self) -> date:
        return self.following.first_day - timedelta(days=1)

    @property
    def begins(self) -> datetime:
        """The instant it begins in Beijing."""
        return datetime.combine(self.first_day, time.min, SHANGHAI)

    @property
    def following(self) -> "Quarter":
        return Quarter(self.year + 1, 1) if self.number == 4 else Quarter(self.year, self.number + 1)

    @property
    def preceding(self) -> "Quarter":
        return Quarter(self.year - 1, 4) if self.number == 1 else Quarter(self.year, self.number - 1)

    def deadline(self, grace_days: int) -> date:
        """The last day on which this quarter is attested: so many days after its own last day, never before it."""
        return self.last_day + timedelta(days=max(grace_days, 0))


def day_in_beijing(now: datetime) -> date:
    """The day it is in Beijing at an instant."""
    return now.astimezone(SHANGHAI).date()


def quarter_to_attest(today: date, grace_days: int) -> Quarter:
    """The quarter that is attested on this day: the one before as long as its deadline lasts, else the one that runs."""
    running = Quarter.of(today)
    return running.preceding if today <= running.preceding.deadline(grace_days) else running


def last_closed(today: date, grace_days: int) -> Quarter:
    """The newest quarter whose deadline has passed."""
    return quarter_to_attest(today, grace_days).preceding
