"""When people are left in peace: notices wait for the morning, codes never do."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings

from vault.outbox.templates import MessageClass

PEOPLE = ZoneInfo("Asia/Shanghai")
BEGINS = time(21, 0)
ENDS = time(8, 0)


def classes_allowed_at(now: datetime) -> list[str]:
    """What may be sent at this moment: everything by day, codes only from 21:00 to 08:00 in China (DOMAIN 6)."""
    if settings.SMS_QUIET_HOURS and is_quiet(now):
        return [MessageClass.OTP.value]
    return [each.value for each in MessageClass]


def notices_since(now: datetime) -> datetime | None:
    """When notices were last let out after a night, or None when they never wait."""
    if not settings.SMS_QUIET_HOURS:
        return None
    there = now.astimezone(PEOPLE)
    morning = there.replace(hour=ENDS.hour, minute=0, second=0, microsecond=0)
    return morning if morning <= there else morning - timedelta(days=1)


def is_quiet(now: datetime) -> bool:
    """Whether it is night for the people written to."""
    clock = now.astimezone(PEOPLE).time()
    return clock >= BEGINS or clock < ENDS
