"""The messages about a booked examination, bed or day surgery: what it is and how to get ready, beside when and where (R056, R202)."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from clinics.models.offer import ASKED_FIRST, EXAMINATIONS
from referral.booking.messages import BOOKED, EXAM, MOVED, REMINDER, REMINDER_LATE, RESENT, RESTORED, Appointment
from vault.outbox.templates import SmsTemplate, declare

OPENINGS: Final = (
    (BOOKED, "${name}您好，您的${what}已约好：${item}，${when}，${hospital}${department}。"),
    (REMINDER, "${name}您好，提醒您${when}到${hospital}${department}做${what}：${item}。"),
    (REMINDER_LATE, "${name}您好，提醒您${when}到${hospital}${department}做${what}：${item}。"),
    (RESTORED, "${name}您好，刚才的取消是误操作，您的${what}预约仍然有效：${item}，${when}，${hospital}${department}。"),
    (MOVED, "${name}您好，您原定${before}的${what}已改到：${when}，${hospital}${department}，${item}。"),
    (RESENT, "${name}您好，再次发送您的${what}预约：${item}，${when}，${hospital}${department}。"),
)
ENDINGS: Final = {
    MOVED.key: "请到${pickup}取号，新识别码${code}，原识别码作废。来不了请在${until}前取消，电话${phone}。",
    REMINDER_LATE.key: "请到${pickup}取号，识别码${code}。取消时限已过，来不了请尽早致电${phone}。",
}
ENDING: Final = "请带证件到${pickup}取号，识别码${code}。来不了请在${until}前取消，电话${phone}。"
# Who is admitted reports with her papers; there is no number to fetch (R072).
STAY_ENDINGS: Final = {
    MOVED.key: "请带身份证、医保卡到${pickup}报到，新识别码${code}，原识别码作废。来不了请在${until}前取消，电话${phone}。",
    REMINDER_LATE.key: "请带身份证、医保卡到${pickup}报到，识别码${code}。取消时限已过，来不了请尽早致电${phone}。",
}
STAY_ENDING: Final = "请带身份证、医保卡到${pickup}报到，识别码${code}。来不了请在${until}前取消，电话${phone}。"


def _declared(of: SmsTemplate, suffix: str, opening: str, ending: str) -> SmsTemplate:
    """The same message about something booked by its name, under a key of its own and the same conditions."""
    return variant(of, suffix, f"{opening}准备：${{preparation}}。{ending}", EXAM)


def of_exam(of: SmsTemplate, text: str, params: Mapping[str, int]) -> SmsTemplate:
    """The text that stands for another one when an examination was booked; `params` are the variables it has beyond the other's."""
    return variant(of, "exam", text, params)


def variant(of: SmsTemplate, suffix: str, text: str, params: Mapping[str, int]) -> SmsTemplate:
    """The text that says the same of something booked by its name; its key ends with the suffix."""
    return declare(replace(of, key=f"{of.key}_{suffix}", params={**of.params, **params}, text=text, variant_of=of.key))


OF_EXAMS: Final = {of.key: _declared(of, "exam", opening, ENDINGS.get(of.key, ENDING)) for of, opening in OPENINGS}
OF_STAYS: Final = {
    of.key: _declared(of, "stay", opening.replace("做${what}", "办理${what}"), STAY_ENDINGS.get(of.key, STAY_ENDING))
    for of, opening in OPENINGS
}


def text_for(template: SmsTemplate, appointment: Appointment) -> SmsTemplate:
    """The text that fits what was booked: the one of examinations, beds and day surgery says what it is and how to get ready."""
    if appointment.kind in ASKED_FIRST:
        return OF_STAYS[template.key]
    return OF_EXAMS[template.key] if appointment.kind in EXAMINATIONS else template
