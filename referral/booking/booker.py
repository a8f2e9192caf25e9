"""What whoever asked for a place in the resident's stead is told: when and where, never the code that opens the booking (R105)."""

from datetime import datetime
from typing import Final
from uuid import UUID

from permissions.identity.phones import is_mobile
from referral.booking.messages import APPOINTMENT, shortened, spoken
from referral.booking.models import Booking
from referral.patients.guardians_reach import reached
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


def tell_booker_of_booking(booking: UUID, phone: str, words: dict[str, str]) -> None:
    """Step: one message for a booking just written; none where the booker left no mobile number."""
    if is_mobile(phone):
        put(BOOKED_FOR.key, phone, words, about=booking, version=1)


def tell_booker_of_cancelling(booking: Booking) -> None:
    """Step: one message for a booking taken back, whoever did it; none where the booker left no mobile number."""
    phone = booking.referral.booker_phone
    if is_mobile(phone):
        put(CANCELLED_FOR.key, phone, words_of(booking), about=booking.public_id, version=booking.version)


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
