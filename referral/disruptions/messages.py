"""What a resident is told by SMS when her clinic is stopped: what is held for her, how to choose, and that it never counts against her."""

from typing import Any, Final
from uuid import UUID

from django.db.models.functions import Now

from clinics.models.offer import BOOKED_BY_NAME
from referral.booking.exam_messages import of_exam
from referral.booking.messages import APPOINTMENT, EXAM, shortened, spoken, told
from referral.booking.models import TAKES_PLACE, Booking
from referral.booking.remind import appointment_of
from referral.disruptions.models import Disruption
from reserved_pools.models import PoolSlot
from vault.outbox.templates import SmsTemplate, declare

ABOUT: Final = {name: APPOINTMENT[name] for name in ("name", "when", "hospital", "department", "phone")}
DOOR: Final = {"number": 16, "code": 9}
OFFER: Final = {"new": 20, "place": 35, "until": 16}
ITEM: Final = {name: EXAM[name] for name in ("what", "item")}  # of what is booked by its name; a clinic has neither


def still_offered(about: UUID, params: dict[str, str]) -> dict[str, str] | None:
    """Reads the offer again before it leaves: dropped when it was answered, or is held no longer."""
    open_offers = Disruption.objects.filter(public_id=about, status="open", held_until__gt=Now())
    return params if open_offers.exists() else None


def still_open(about: UUID, params: dict[str, str]) -> dict[str, str] | None:
    """The same for a stop without an offer: dropped when something was agreed meanwhile."""
    return params if Disruption.objects.filter(public_id=about, status="open").exists() else None


def still_stands(about: UUID, params: dict[str, str]) -> dict[str, str] | None:
    """The same for a visit that somebody else holds: dropped when it was cancelled, moved or stopped."""
    kept = Booking.objects.filter(TAKES_PLACE, public_id=about, status="booked")
    return params if kept.exists() else None


def still_blocked(about: UUID, params: dict[str, str]) -> dict[str, str] | None:
    """The same for a blocked band: dropped when it is open again, or the visit was moved, cancelled or is over."""
    here = Booking.objects.filter(public_id=about, status="booked", starts_at__gt=Now(), pool_slot__slot__is_blocked=True)
    return params if here.exists() else None


def offered(disruption: Disruption, slot: PoolSlot) -> dict[str, str]:
    """The variables of STOPPED_OFFER: the stopped visit, the place that is held, until when, and how to choose."""
    assert disruption.held_until is not None
    place = f"{slot.institution.name}{slot.department.name}"
    held = {"new": spoken(slot.starts_at), "place": place, "until": spoken(disruption.held_until, weekday=False)}
    return stopped(disruption.booking) | {name: shortened(text, OFFER[name]) for name, text in held.items()}


def stopped(booking: Booking) -> dict[str, str]:
    """The variables of STOPPED_CALL: the stopped visit, and number and code for choosing something else."""
    return stands(booking) | {"number": booking.number, "code": told(appointment_of(booking))["code"]}


def stands(booking: Booking) -> dict[str, str]:
    """The variables of STAND_IN: when and where, unchanged, and of what is booked by its name what it is."""
    words = told(appointment_of(booking))
    return {name: words[name] for name in (*ABOUT, *ITEM) if name in words}


def in_band(booking: Booking, template: SmsTemplate) -> dict[str, str]:
    """The variables of BAND_BLOCKED and BAND_OPENED: when and where, and of the second the code that still opens the visit."""
    words = told(appointment_of(booking))
    return {name: words[name] for name in template.params}


def text_about(template: SmsTemplate, booking: Booking) -> SmsTemplate:
    """The text that fits what was booked: the one of examinations, beds and day surgery speaks of no clinic and of no doctor's rank."""
    return OF_EXAMS[template.key] if booking.pool_slot.service.kind in BOOKED_BY_NAME else template


def _text(key: str, params: dict[str, int], text: str, **more: Any) -> SmsTemplate:
    return declare(SmsTemplate(key=key, cls="notice", params=params, text=text, **more))


STOPPED_OFFER = _text(
    "clinic_stopped_offer",
    ABOUT | DOOR | OFFER,
    "${name}您好，您${when}在${hospital}${department}的门诊停诊。已为您保留同专业、同级或更高级别医师的号：${new}，${place}。"
    "请在${until}前凭单号${number}和识别码${code}在平台“我的转诊预约”中选择接受、改约或取消，也可致电${phone}。停诊不计爽约。",
    before_send=still_offered,
)
STOPPED_CALL = _text(
    "clinic_stopped_call",
    ABOUT | DOOR,
    "${name}您好，您${when}在${hospital}${department}的门诊停诊。医院会尽快与您联系改约；"
    "您也可凭单号${number}和识别码${code}在平台“我的转诊预约”中选择其他时间或取消，或致电${phone}。停诊不计爽约。",
    before_send=still_open,
)
STAND_IN = _text(
    "clinic_stand_in",
    ABOUT,
    "${name}您好，您${when}在${hospital}${department}的门诊改由同专业、同级或更高级别的医师替诊，时间、地点和识别码不变，照常就诊即可。咨询电话${phone}。",
    before_send=still_stands,
)
BAND_BLOCKED = _text(
    "clinic_band_blocked",
    ABOUT,
    "${name}您好，${hospital}${department}在${when}这一时段暂停接待，请勿按原时间前来。医院会尽快与您联系改约，也可致电${phone}。停诊不计爽约。",
    before_send=still_blocked,
)
BAND_OPENED = _text(
    "clinic_band_opened",
    ABOUT | {"code": DOOR["code"]},
    "${name}您好，${hospital}${department}在${when}这一时段恢复接待，您的预约仍然有效，请按原时间前来，识别码${code}。咨询电话${phone}。",
    before_send=still_stands,
)
STOPPED: Final = "${name}您好，您${when}在${hospital}${department}的${what}（${item}）暂停。"
OF_EXAMS: Final = {
    STOPPED_OFFER.key: of_exam(
        STOPPED_OFFER,
        STOPPED + "已为您保留同一项目的时间：${new}，${place}。"
        "请在${until}前凭单号${number}和识别码${code}在平台“我的转诊预约”中选择接受、改约或取消，也可致电${phone}。不计爽约。",
        ITEM,
    ),
    STOPPED_CALL.key: of_exam(
        STOPPED_CALL,
        STOPPED + "医院会尽快与您联系改约；"
        "您也可凭单号${number}和识别码${code}在平台“我的转诊预约”中选择其他时间或取消，或致电${phone}。不计爽约。",
        ITEM,
    ),
    STAND_IN.key: of_exam(
        STAND_IN,
        "${name}您好，您${when}在${hospital}${department}的${what}（${item}）改由其他医师负责，时间、地点和识别码不变，照常前来即可。咨询电话${phone}。",
        ITEM,
    ),
}
