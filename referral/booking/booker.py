"""What whoever asked for a place in the resident's stead is told: when and where, never the code that opens the booking (R105)."""

from datetime import datetime
from typing import Final
from uuid import UUID

from permissions.identity.phones import is_mobile
from referral.booking.messages import APPOINTMENT, shortened, spoken
from referral.booking.models import Booking
from referral.patients.guardians_reach import reached
from vault.outbox.models import Message
from vault.outbox.put import put
from vault.outbox.templates import SmsTemplate, declare

PARAMS: Final = {name: APPOINTMENT[name] for name in ("name", "when", "hospital", "department", "phone")}
BOOKED_FOR: Final = declare(
    SmsTemplate(
        key="booker_booked",
        cls="notice",
        params=PARAMS,
        text="您好，您代${name}约的转诊已约好：${when}，${hospital}${department}。识别码已发给本人，请提醒本人带证件就诊，有事请致电${phone}。",
    )
)
CANCELLED_FOR: Final = declare(
    SmsTemplate(
        key="booker_cancelled",
        cls="notice",
        params=PARAMS,
        text="您好，您代${name}约的${when}${hospital}${department}的转诊预约已取消。需要再约请本人联系签约医生，电话${phone}。",
    )
)


def still_booked(about: UUID, params: dict[str, str]) -> dict[str, str] | None:
    """Reads the booking again before the message leaves: dropped when something was agreed meanwhile, which has a message of its own."""
    return params if Booking.objects.filter(public_id=about, status="booked").exists() else None


STOPPED_FOR: Final = declare(
    SmsTemplate(
        key="booker_stopped",
        cls="notice",
        params=PARAMS,
        text="您好，您代${name}约的${when}${hospital}${department}的就诊因医院停诊不能进行，请勿按原时间前往。医院会与本人联系改约，不计爽约，有事请致电${phone}。",
        before_send=still_booked,
    )
)


def tell_booker_of_booking(booking: UUID, phone: str, words: dict[str, str], *, version: int = 1) -> None:
    """Step: one message for a booking just written, or one that stands again; none where the booker left no mobile number."""
    if is_mobile(phone):
        put(BOOKED_FOR.key, phone, words, about=booking, version=version)


def tell_booker_of_cancelling(booking: Booking) -> None:
    """Step: one message for a booking taken back, whoever did it; none where the booker left no mobile number."""
    phone = booking.referral.booker_phone
    if is_mobile(phone):
        put(CANCELLED_FOR.key, phone, words_of(booking), about=booking.public_id, version=booking.version)


def tell_booker_of_stop(booking: Booking) -> None:
    """Step: the visit does not take place at its time; once, until she was told again that it stands (R126)."""
    _tell_in_turn(booking, STOPPED_FOR)


def tell_booker_it_stands(booking: Booking) -> None:
    """Step: what was said to be stopped takes place after all; nothing where nobody said so."""
    if _last_said(booking) == STOPPED_FOR.key:
        _tell_in_turn(booking, BOOKED_FOR)


def _tell_in_turn(booking: Booking, text: SmsTemplate) -> None:
    phone = booking.referral.booker_phone
    if not is_mobile(phone) or _last_said(booking) == text.key:
        return
    put(text.key, phone, words_of(booking), about=booking.public_id, version=booking.version, supersedes=False)


def _last_said(booking: Booking) -> str:
    said = Message.objects.filter(about=booking.public_id, template__in=(BOOKED_FOR.key, STOPPED_FOR.key))
    return said.order_by("-pk").values_list("template", flat=True).first() or ""


def words_of(booking: Booking) -> dict[str, str]:
    """The variables of both messages, none longer than its limit."""
    return told_for(
        reached(booking.patient).name, booking.starts_at, booking.institution.name, booking.department.name,
        booking.referral.institution.phone,
    )  # fmt: skip


def told_for(name: str, starts_at: datetime, hospital: str, department: str, phone: str) -> dict[str, str]:
    """The same from plain values."""
    words = {"name": name, "when": spoken(starts_at), "hospital": hospital, "department": department, "phone": phone or "114"}
    return {key: shortened(text, PARAMS[key]) for key, text in words.items()}
