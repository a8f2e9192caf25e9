"""What a resident is told about her booking by SMS: short, masked, without a diagnosis, within the provider's limits.

A caller puts a message with `vault.outbox.put(BOOKED.key, phone, told(appointment), about=booking.public_id, version=…)`;
the words are the provider's reviewed text and therefore Chinese.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models.functions import Now

from clinics.models import ServiceKind
from clinics.models.offer import BOOKED_BY_NAME
from referral.booking.exam_words import FORMS, in_one_line
from referral.booking.facts import SHANGHAI
from referral.booking.models import TAKES_PLACE, Booking
from vault.outbox.templates import SmsTemplate, declare

WEEKDAYS: Final = "一二三四五六日"
LONGEST: Final = 35  # characters of one variable, the provider's bound

APPOINTMENT: Final = {"name": 12, "when": 20, "hospital": LONGEST, "department": 20, "pickup": LONGEST, "code": 9, "until": 16, "phone": 20}

EXAM: Final = {"what": 6, "item": 30, "preparation": LONGEST}


@dataclass(frozen=True, slots=True)
class Appointment:
    """What the messages of a booking need; `name` is already masked, the times are instants, the item is an examination's name."""

    name: str
    hospital: str
    department: str
    starts_at: datetime
    pickup_place: str
    code: str
    cancel_until: datetime
    phone: str
    kind: str = ServiceKind.CLINIC
    item: str = ""
    preparation: str = ""


def told(appointment: Appointment) -> dict[str, str]:
    """The variables of BOOKED and REMINDER, none longer than its limit; of what has a name also what it is and how to prepare."""
    words = {
        "name": appointment.name,
        "when": spoken(appointment.starts_at),
        "hospital": appointment.hospital,
        "department": appointment.department,
        "pickup": appointment.pickup_place or appointment.hospital,
        "code": f"{appointment.code[:4]} {appointment.code[4:]}".strip(),
        "until": spoken(appointment.cancel_until, weekday=False),
        "phone": appointment.phone or "114",
    }
    if appointment.kind in BOOKED_BY_NAME:
        what = FORMS[ServiceKind(appointment.kind)].what
        words |= {"what": what, "item": appointment.item, "preparation": in_one_line(appointment.preparation)}
    return {name: shortened(text, (APPOINTMENT | EXAM)[name]) for name, text in words.items()}


def told_of_moving(appointment: Appointment, before: datetime) -> dict[str, str]:
    """The variables of MOVED: the new time with its code, and the one it had."""
    return told(appointment) | {"before": spoken(before)}


def told_of_cancelling(appointment: Appointment) -> dict[str, str]:
    """The variables of CANCELLED: when and where, no code any more."""
    words = told(appointment)
    return {name: words[name] for name in CANCELLED.params}


def spoken(at: datetime, *, weekday: bool = True) -> str:
    """An instant as people say it: 11月26日周四上午8:30."""
    local = at.astimezone(SHANGHAI)
    half, hour = ("上午", local.hour) if local.hour < 12 else ("下午", local.hour - 12 or 12)
    named = f"周{WEEKDAYS[local.weekday()]}" if weekday else ""
    return f"{local.month}月{local.day}日{named}{half}{hour}:{local.minute:02d}"


def shortened(text: str, limit: int) -> str:
    """At most `limit` characters; what was cut is marked."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def still_comes(about: UUID, params: dict[str, str]) -> dict[str, str] | None:
    """Reads the booking again before a reminder leaves: dropped when it was cancelled, moved, stopped or attended, or its time has come."""
    live = Booking.objects.filter(TAKES_PLACE, public_id=about, status="booked", starts_at__gt=Now())
    booking = live.only("starts_at").first()
    if booking is None or params["when"] != spoken(booking.starts_at):
        return None
    return params


BOOKED = declare(
    SmsTemplate(
        key="referral_booked",
        cls="notice",
        params=APPOINTMENT,
        text="${name}您好，您的转诊已约好：${when}，${hospital}${department}。请带证件到${pickup}取号，识别码${code}。来不了请在${until}前取消，电话${phone}。",
        overtaken=False,
    )
)
CANCELLED = declare(
    SmsTemplate(
        key="referral_cancelled",
        cls="notice",
        params={name: APPOINTMENT[name] for name in ("name", "when", "hospital", "phone")},
        text="${name}您好，您${when}在${hospital}的转诊预约已取消。需要再约请联系您的签约医生，电话${phone}。",
    )
)
REMINDER = declare(
    SmsTemplate(
        key="reminder_d1",
        cls="notice",
        params=APPOINTMENT,
        text="${name}您好，提醒您${when}到${hospital}${department}就诊，到${pickup}取号，识别码${code}。来不了请在${until}前取消，电话${phone}。",
        before_send=still_comes,
    )
)
REMINDER_LATE = declare(
    SmsTemplate(
        key="reminder_late",
        cls="notice",
        params={name: limit for name, limit in APPOINTMENT.items() if name != "until"},
        text="${name}您好，提醒您${when}到${hospital}${department}就诊，到${pickup}取号，识别码${code}。取消时限已过，来不了请尽早致电${phone}。",
        before_send=still_comes,
    )
)
REMINDER_ASKING = declare(
    SmsTemplate(
        key="reminder_d1_asking",
        cls="notice",
        params=APPOINTMENT,
        text="${name}您好，提醒您${when}到${hospital}${department}就诊，到${pickup}取号，识别码${code}。"
        "能来请在平台“我的转诊预约”中点“我会来”；来不了请在${until}前取消，电话${phone}。",
        before_send=still_comes,
    )
)
REMINDER_LATE_ASKING = declare(
    SmsTemplate(
        key="reminder_late_asking",
        cls="notice",
        params={name: limit for name, limit in APPOINTMENT.items() if name != "until"},
        text="${name}您好，提醒您${when}到${hospital}${department}就诊，到${pickup}取号，识别码${code}。"
        "能来请在平台“我的转诊预约”中点“我会来”；取消时限已过，来不了请尽早致电${phone}。",
        before_send=still_comes,
    )
)
CANCELLED_BY_HOSPITAL = declare(
    SmsTemplate(
        key="referral_cancelled_by_hospital",
        cls="notice",
        params={name: APPOINTMENT[name] for name in ("name", "when", "hospital", "phone")},
        text="${name}您好，${hospital}不能接待您${when}的就诊，预约已由医院取消，不计爽约。您的签约医生会为您另约，电话${phone}。",
    )
)
NEXT_CANCELLED_BY_HOSPITAL = declare(
    SmsTemplate(
        key="next_cancelled_by_hospital",
        cls="notice",
        params={name: APPOINTMENT[name] for name in ("name", "when", "hospital", "phone")},
        text="${name}您好，${hospital}不能接待您${when}的就诊，预约已由医院取消，不计爽约。如仍需就诊，请联系签约医生重新转诊，电话${phone}。",
    )
)
RESTORED = declare(
    SmsTemplate(
        key="referral_restored",
        cls="notice",
        params=APPOINTMENT,
        text="${name}您好，刚才的取消是误操作，您的预约仍然有效：${when}，${hospital}${department}。请到${pickup}取号，识别码${code}。来不了请在${until}前取消，电话${phone}。",
        before_send=still_comes,
    )
)
MOVED = declare(
    SmsTemplate(
        key="referral_changed",
        cls="notice",
        params=APPOINTMENT | {"before": 20},
        text="${name}您好，您原定${before}的转诊已改到：${when}，${hospital}${department}。请到${pickup}取号，新识别码${code}，原识别码作废。来不了请在${until}前取消，电话${phone}。",
        before_send=still_comes,
    )
)
RESENT = declare(
    SmsTemplate(
        key="referral_resent",
        cls="notice",
        params=APPOINTMENT,
        text="${name}您好，再次发送您的转诊预约：${when}，${hospital}${department}。请带证件到${pickup}取号，识别码${code}。来不了请在${until}前取消，电话${phone}。",
        before_send=still_comes,
    )
)
