"""What a resident is told about her ledger by SMS, in the provider's reviewed words: no reason of the visit, no diagnosis."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from clinics import policy
from referral import parameters as p
from referral.credit.models import STANDING, BanCovers, BookingBan, Breach, BreachKind, Restriction
from referral.credit.terms import SHANGHAI
from referral.patients.guardians_reach import reached
from vault.outbox.put import put
from vault.outbox.templates import SmsTemplate, declare

COVERS: Final = {BanCovers.BOOKING: "自行预约", BanCovers.BOTH: "预约和预约转诊"}


def still_stands(about: UUID, params: dict[str, str]) -> dict[str, str] | None:
    """Reads the breach again before its message leaves: nobody hears of one that was taken back meanwhile."""
    return params if Breach.objects.filter(public_id=about, status__in=STANDING).exists() else None


def still_listed(about: UUID, params: dict[str, str]) -> dict[str, str] | None:
    """The same of the ban that a breach led to."""
    return params if BookingBan.objects.filter(breaches__public_id=about, status="in_force").exists() else None


RECORDED: Final = declare(
    SmsTemplate(
        key="breach_recorded",
        cls="notice",
        params={"name": 12, "day": 12, "hospital": 35, "count": 30, "until": 12, "phone": 20},
        text="${name}您好，您${day}在${hospital}的预约未就诊且未提前取消，已记爽约${count}。如有异议，${until}前可凭编号和识别码在预约页申诉，或联系签约医生，电话${phone}。",
        overtaken=False,
        before_send=still_stands,
    )
)
# Who came after her time and was not received did not stay away.
RECORDED_LATE: Final = declare(
    replace(
        RECORDED,
        key="breach_recorded_late",
        text="${name}您好，您${day}在${hospital}的预约到院时已超过预约时段，按该院规定记爽约${count}。如有异议，${until}前可凭编号和识别码在预约页申诉，或联系签约医生，电话${phone}。",
        variant_of="breach_recorded",
    )
)
LISTED: Final = declare(
    SmsTemplate(
        key="ban_listed",
        cls="notice",
        params={"name": 12, "until": 12, "covers": 12, "phone": 20},
        text="${name}您好，您已进入爽约名单，${until}前暂停${covers}。急症请直接到医院就诊。可以申诉，请联系签约医生，电话${phone}。",
        overtaken=False,
        before_send=still_listed,
    )
)
TAKEN_BACK: Final = declare(
    SmsTemplate(
        key="breach_struck",
        cls="notice",
        params={"name": 12, "day": 12, "hospital": 35, "phone": 20},
        text="${name}您好，您${day}在${hospital}的爽约记录已撤销，不再计数，由此产生的暂停预约也一并取消。有疑问请联系签约医生，电话${phone}。",
    )
)
# What is said instead while she stays on the list for other visits.
TAKEN_BACK_STILL: Final = declare(
    SmsTemplate(
        key="breach_struck_still_listed",
        cls="notice",
        params={"name": 12, "day": 12, "hospital": 35, "until": 12, "phone": 20},
        text="${name}您好，您${day}在${hospital}的爽约记录已撤销，不再计数；因其他爽约记录，您在${until}前仍在爽约名单中。有疑问请联系签约医生，电话${phone}。",
        variant_of="breach_struck",
    )
)
UPHELD: Final = declare(
    SmsTemplate(
        key="breach_upheld",
        cls="notice",
        params={"name": 12, "day": 12, "hospital": 35, "phone": 20},
        text="${name}您好，您对${day}在${hospital}爽约记录的申诉已处理：记录维持。有疑问请联系签约医生，电话${phone}。",
    )
)
RESTRICTED: Final = declare(
    SmsTemplate(
        key="hospital_restricted",
        cls="notice",
        params={"name": 12, "hospital": 35, "until": 12, "phone": 20},
        text="${name}您好，因多次预约后未取号，${hospital}在${until}前不接受您的预约，其他医院不受影响。有疑问请联系医院，电话${phone}。",
    )
)
UNRESTRICTED: Final = declare(
    SmsTemplate(
        key="hospital_unrestricted",
        cls="notice",
        params={"name": 12, "hospital": 35},
        text="${name}您好，${hospital}已恢复接受您的预约。",
    )
)


def tell_breach(breach: Breach, count: int, limit: int) -> bool:
    """Step: the message about a fresh breach, the so-many-th of so many; whether there was a mobile to send it to."""
    appeal = appeal_until(breach)
    words = _words(breach) | {"count": f"第{count}次（满{limit}次暂停预约）", "until": spoken(appeal)}
    return _put(RECORDED_LATE if breach.kind == BreachKind.LATE else RECORDED, breach, words)


def tell_listed(breach: Breach, ban: BookingBan) -> None:
    """Step: on the list, from now until when."""
    words = _words(breach)
    said = {"name": words["name"], "until": spoken(ban.valid_to), "covers": COVERS[BanCovers(ban.covers)], "phone": words["phone"]}
    put(LISTED.key, reached(breach.patient).phone, said, about=breach.public_id, version=breach.version)


def tell_taken_back(breach: Breach, still: BookingBan | None) -> None:
    """Step: a breach no longer counts, and whether she stays on the list all the same."""
    if still is None:
        _put(TAKEN_BACK, breach, _words(breach))
    else:
        _put(TAKEN_BACK_STILL, breach, _words(breach) | {"until": spoken(still.valid_to)})


def tell_upheld(breach: Breach) -> None:
    """Step: the appeal was not granted."""
    _put(UPHELD, breach, _words(breach))


def tell_restricted(one: Restriction) -> None:
    """Step: one hospital books nothing more for her for a while."""
    hospital = one.institution
    whom = reached(one.patient)
    words = {"name": whom.name, "hospital": hospital.name, "until": spoken(one.valid_to), "phone": hospital.phone or "114"}
    put(RESTRICTED.key, whom.phone, words, about=one.public_id, version=one.version)


def tell_unrestricted(one: Restriction) -> None:
    """Step: the hospital books for her again."""
    whom = reached(one.patient)
    words = {"name": whom.name, "hospital": one.institution.name}
    put(UNRESTRICTED.key, whom.phone, words, about=one.public_id, version=one.version)


def appeal_until(breach: Breach) -> date:
    """The first day on which an appeal is too late."""
    recorded = breach.created_at.astimezone(SHANGHAI).date()
    days = policy.value(p.APPEAL_DAYS, at=recorded, district=breach.district)
    return recorded + timedelta(days=int(days) + 1)


def spoken(day: date | datetime) -> str:
    """A day as people say it: 2026年11月26日."""
    local = day.astimezone(SHANGHAI) if isinstance(day, datetime) else day
    return f"{local.year}年{local.month}月{local.day}日"


def _words(breach: Breach) -> dict[str, str]:
    phone = breach.booking.referral.institution.phone or "114"
    day = breach.visit_date
    return {"name": reached(breach.patient).name, "day": f"{day.month}月{day.day}日", "hospital": breach.institution.name, "phone": phone}


def _put(template: SmsTemplate, breach: Breach, words: dict[str, str]) -> bool:
    phone = reached(breach.patient).phone
    put(template.key, phone, words, about=breach.public_id, version=breach.version)
    return bool(phone)
