"""How a session is cut into bands and its places are dealt to them; pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Band:
    starts_at: datetime
    ends_at: datetime
    capacity: int


def bands(starts_at: datetime, ends_at: datetime, minutes: int, capacity: int) -> list[Band]:
    """Cut a session into bands of so many minutes (R085); the last may be shorter, early bands take the odd places."""
    length = timedelta(minutes=minutes)
    count = -(-(ends_at - starts_at) // length)
    each, odd = divmod(capacity, count)
    return [
        Band(
            starts_at + number * length,
            min(starts_at + (number + 1) * length, ends_at),
            each + (1 if number < odd else 0),
        )
        for number in range(count)
    ]
