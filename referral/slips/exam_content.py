"""What the form of an examination, bed or day surgery says besides: what it is, what it is for, how to get ready, why (R093-R095, R202)."""

from decimal import Decimal
from typing import Any

from clinics.models import Service, ServiceKind
from referral.booking.exam_words import AS_TOLD, FORMS, form_title
from referral.booking.models import Booking


def exam_content(booking: Booking) -> dict[str, Any]:
    """Template, title and block of the own form of what is booked by its name; nothing for a clinic, whose form is the official one."""
    service = booking.pool_slot.service
    if not service.is_booked_by_name:
        return {}
    words = FORMS[ServiceKind(service.kind)]
    return {
        "template": "slips/exam_slip.html",
        "title": form_title(service.kind, booking.standard_code),
        "exam": {
            "what": words.what,
            "items_label": words.items,
            "items": items_of(service),
            "code": service.code,
            "fee": yuan(service.fee),
            "purpose_label": words.purpose,
            "indications": service.indications or service.eligibility,
            "stays": service.is_asked_first,
            "preparation_label": words.preparation,
            "preparation": f"{service.preparation.rstrip('。 ') or AS_TOLD}。{words.bring}",
            "reason": booking.referral.reason,
        },
    }


def items_of(service: Service) -> list[dict[str, str]]:
    """The items of a package in its order; none of a single examination, whose name says it."""
    return [{"name": item.name, "code": item.code, "fee": yuan(item.fee)} for item in service.items.all()]


def yuan(fee: Decimal | None) -> str:
    """A fee as a form prints it; '' where the hospital names none."""
    return "" if fee is None else f"{fee:.2f}"
