"""What stands on a paper, gathered once and frozen: plain values, dates as ISO text, no objects."""

from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from clinics.models import Institution, ServiceKind
from permissions.identity.phones import mask_phone
from permissions.models import User
from referral.booking.facts import SHANGHAI
from referral.booking.models import Booking, BookingMode
from referral.booking.who_cancels import cancel_by
from referral.cases.amend import version_number
from referral.credit.record import district_of
from referral.credit.rule_words import no_show_rule_on_paper
from referral.credit.standing import terms_of
from referral.patients.models import FamilyDoctorContract, Patient
from referral.slips import words
from referral.slips.exam_content import exam_content
from referral.slips.proof import PROOF_OF_STATUS, Proof
from vault.events import Event, history

HELP_PHONE = "114"
Content = dict[str, Any]


def up_content(booking: Booking) -> Content:
    """The 转出 slip of a booking: official fields in their order, and the booking block (DOMAIN 1.1 A, B; R056).

    An examination has the form of its kind instead (R202).
    """
    referral = booking.referral
    return {
        "template": "slips/up_slip.html",
        "kind": "up",
        "title": "诊间预约单" if booking.mode == BookingMode.CONSULTATION else "双向转诊（转出）单",
        "void": void_note(booking),
        "closed": words.USED_STATUS.get(booking.status, ""),
        "version": version_number(referral),
        "slip": {
            "number": booking.number,
            "date": local(booking.created_at).date().isoformat(),
            "issuer": f"{referral.patient.district.name}预约转诊",
        },
        "patient": {
            **person(referral.patient, local(booking.created_at).date()),
            "file_number": record_number(referral.patient, local(booking.created_at).date()),
        },
        "from": sender(booking),
        "to": {"name": booking.institution.name, "department": booking.department.name, "doctor": ""},
        "booking": booking_block(booking),
        "booker": booker_line(referral),
        "case": {
            "impression": referral.impression,
            "present_history": referral.present_history,
            "past_history": referral.past_history,
            "treatment": referral.treatment,
        },
        **exam_content(booking),
    }


def sender(booking: Booking) -> Content:
    """Who sends the patient: the centre that refers, or the hospital whose consulting room booked the visit (R120)."""
    at = booking.post.institution if booking.mode == BookingMode.CONSULTATION else booking.referral.institution
    return {"name": at.name, "phone": at.phone}


def booker_line(referral: Any) -> str:
    """Who asked in the resident's stead, as the hospital reads it (R105); '' when she asked herself."""
    if not referral.booker_name:
        return ""
    return f"{referral.booker_name}（{referral.booker_relation}）　电话尾号{referral.booker_phone_tail}"


def return_content(sent_back: Any, results: str) -> Content:
    """The 回转 slip of a return (DOMAIN 1.1 C, D; R129, R130); `results` are the findings of the visit's report."""
    sent_on = local(sent_back.created_at).date()
    return {
        "template": "slips/return_slip.html",
        "kind": "return",
        "title": "双向转诊（回转）单",
        "void": None,
        "closed": "",
        "version": 1,
        "slip": {
            "number": sent_back.referral.number,
            "date": sent_on.isoformat(),
            "issuer": f"{sent_back.patient.district.name}预约转诊",
            "accept_by": local(sent_back.due_at).date().isoformat(),
        },
        "patient": {**person(sent_back.patient, sent_on), "record_number": sent_back.inpatient_number},
        "from": {"name": sent_back.from_institution.name, "phone": sent_back.from_institution.phone},
        "to": {"name": sent_back.to_institution.name, "doctor": sent_back.owner.user.name if sent_back.owner else ""},
        "case": {
            "diagnosis": sent_back.diagnosis,
            "inpatient_number": sent_back.inpatient_number,
            "results": results,
            "treatment": sent_back.treatment_summary,
            "next_plan": sent_back.follow_up_plan,
            "rehabilitation": sent_back.rehabilitation_plan,
        },
        "drugs": [
            {name: getattr(drug, name) for name in ("name", "strength", "usage", "course", "supply", "substitute")}
            for drug in sent_back.drugs.all()
        ],
    }


def booking_block(booking: Booking) -> Content:
    """When, where, which document, how to fetch the number, how to cancel and what missing it costs (R056, R110)."""
    starts, until = local(booking.starts_at), local(booking.cancel_until)
    proof = PROOF_OF_STATUS[booking.status]
    day, service = booking.visit_date, booking.pool_slot.service
    return {
        "date": booking.visit_date.isoformat(),
        "half_day": "上午" if starts.hour < 12 else "下午",
        "time": f"{starts:%H:%M}–{local(booking.ends_at):%H:%M}",
        "slot_class": words.SLOT_CLASS[booking.slot_class],
        "title": words.TITLE[booking.title],
        "mode": words.MODE[booking.mode],
        "service": "" if service.kind == ServiceKind.CLINIC else service.name,
        "preparation": service.preparation,
        "code": booking.confirmation_code if proof is Proof.VALID else "",
        "token": booking.slip_token if proof is Proof.VALID else "",
        "pickup": pickup(booking.institution),
        "desks": desks(booking.institution),
        "cancel_date": until.date().isoformat(),
        "cancel_time": f"{until:%H:%M}",
        "cancel_by": cancel_by(booking),
        "help_phone": booking.referral.institution.phone or HELP_PHONE,
        "resident_page": urlsplit(settings.PUBLIC_URL).netloc + reverse("resident"),
        "no_show_rule": no_show_rule_on_paper(terms_of(district_of(booking.referral.patient, day), day)),
    }


def pickup(hospital: Institution) -> str:
    """Where and how the number is fetched and what to bring (R079)."""
    return "，".join(filter(None, (hospital.pickup_place, words.PICKUP_BY.get(hospital.pickup_by, ""), hospital.arrival_text)))


def desks(hospital: Institution) -> str:
    """Where the referral window and the help desk stand (R077); '' where the hospital has named neither."""
    named = (("转诊窗口", hospital.referral_window), ("预约咨询服务台", hospital.help_desk))
    return "；".join(f"{what}：{where}" for what, where in named if where)


def person(patient: Patient, on: date) -> Content:
    """The resident as the forms ask for her: the stub has phone and address, the slip only masked ones."""
    phone = patient.phone or patient.landline
    identifier = patient.identifiers.filter(is_primary=True).first()
    guardian = None if identifier else getattr(patient, "guardian", None)
    document = words.DOCUMENT[identifier.type] if identifier else "监护人证件" if guardian else ""
    tail = identifier.tail if identifier else guardian.tail if guardian else ""
    return {
        "name": patient.name,
        "sex": words.SEX[patient.sex],
        "age": age(patient.birth_date, on),
        "address": patient.address,
        "phone": phone,
        "masked_phone": mask_phone(phone) if phone else "",
        "document_name": document or "有效证件",
        "document": f"{document}　尾号{tail}" if tail else document,
        "guardian": f"{guardian.name}（{guardian.relation}）" if guardian else "",
    }


def record_number(patient: Patient, on: date) -> str:
    """The number of the health record under the contract in force on a day, or ''."""
    contract = FamilyDoctorContract.objects.filter(patient=patient, valid_from__lte=on, valid_to__gt=on).first()
    return contract.health_record_number if contract else ""


def age(born: date, on: date) -> str:
    """Whole years, of a child under one whole months, of a newborn days: as a doctor writes it."""
    months = (on.year - born.year) * 12 + on.month - born.month - (on.day < born.day)
    if months >= 12:
        return f"{months // 12}岁"
    return f"{months}个月" if months >= 1 else f"{(on - born).days}天"


def void_note(booking: Booking) -> Content | None:
    """When, why and by whom a slip lost its worth; None while it has not."""
    if booking.status not in words.VOID_STATUS:
        return None
    last = history(booking.public_id).filter(target=booking.status).last()
    cause = words.CAUSE.get(booking.cancel_cause, "")
    return {
        "at": f"{local(last.at):%Y-%m-%d %H:%M}" if last else "",
        "reason": cause or words.VOID_STATUS[booking.status],
        "by": who(last) if last else "",
    }


def who(event: Event) -> str:
    """The person behind an event, by name when she has an account."""
    if event.actor_kind != "user" or event.actor_id is None:
        return words.ACTOR[event.actor_kind]
    user = User.objects.filter(public_id=event.actor_id).only("name").first()
    return user.name if user else words.ACTOR["user"]


def printing(by: str, place: str, copy_no: int, at: datetime) -> Content:
    """The foot of a copy, the only part that differs between two copies of the same content."""
    return {"at": f"{local(at):%Y-%m-%d %H:%M}", "by": f"打印人 {by}　{place}".strip("　"), "copy_no": copy_no}


def local(at: datetime) -> datetime:
    return timezone.localtime(at, SHANGHAI)
