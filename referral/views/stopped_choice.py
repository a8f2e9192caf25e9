"""What the pages about one stopped visit share: what they show, and reading what was chosen."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from clinics.models import Service
from referral.booking.models import Booking
from referral.disruptions import choose
from referral.disruptions.choose import Chooser
from referral.disruptions.models import ChosenBy, Disruption
from referral.disruptions.negotiate import LONGEST_NOTE, ask_for_call
from referral.disruptions.queries import times_for
from referral.disruptions.rebook import ends_case
from referral.views import typed
from vault.refusal import Refusal, invalid

LONGEST_TYPED = 2 * LONGEST_NOTE


def choice_of(disruption: Disruption, part: ChosenBy) -> dict[str, Any]:
    """The stopped visit, the place that is held for it, and the times that could be taken instead; `exam` is what was booked, if one."""
    is_open = choose.may_choose(disruption, part)
    return {
        "disruption": disruption,
        "booking": disruption.booking,
        "exam": exam_of(disruption.booking),
        "is_open": is_open,
        "is_here": is_open and disruption.booking.status == "arrived",
        "ends_case": ends_case(disruption.booking),
        "offer": disruption.pool_slot if is_open else None,
        "times": times_for(disruption) if is_open else [],
        "new": disruption.new_booking,
    }


def exam_of(booking: Booking) -> Service | None:
    """What was booked by its name; None of a clinic. It has no class of doctor, its name is what one chooses by."""
    service = booking.pool_slot.service
    return service if service.is_booked_by_name else None


def chosen(request: HttpRequest, disruption: Disruption, by: Chooser) -> Booking | None:
    """Does what the page's button says, and answers the new booking when there is one."""
    act, version = request.POST.get("act", ""), typed.version(request)
    note = noted(request)
    if act == "accept":
        return choose.accept(disruption, expected_version=version, by=by)
    if act == "other":
        place = typed.public_id(request, "pool_slot")
        return choose.take_other(disruption, place, expected_version=version, by=by, note=note)
    if act == "decline":
        choose.decline(disruption, expected_version=version, by=by, note=note)
        return None
    if act == "call":
        ask_for_call(disruption, expected_version=version, by=by)
        return None
    raise invalid("act", _("Choose what to do."))


def noted(request: HttpRequest) -> str:
    """The note of a call, in one line that can be stored and shown."""
    words = typed.printable_texts(request, ["note"], one_line={"note"})["note"]
    if len(words) > LONGEST_NOTE:
        raise invalid("note", _("Write at most 200 characters."))
    return words


def refused_here(refusal: Refusal) -> bool:
    """Whether the page itself says why not, beside what could be chosen instead."""
    return refusal.code not in ("not_found", "not_allowed")
