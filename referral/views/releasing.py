"""The hospital's way out of a booking: what is booked ahead, and releasing one with a coded reason."""

from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from permissions.doors import Needs, Page
from permissions.doors.fields import read_day
from permissions.identity.masking import mask_name
from permissions.roles import Capability
from referral.booking.cancel import bookings_released_by, cancel_by_hospital
from referral.booking.corrections import own_undo, undo_cancel
from referral.booking.expected import NOTHING_HERE, database_now
from referral.booking.models import Booking
from referral.booking.release_list import Asked, departments_of, to_release
from referral.booking.visit_behind import visit_before
from referral.booking.why import OF_HOSPITALS, choices
from referral.disruptions.band_calls import end_from_band, is_in_blocked_band, move_from_band
from referral.disruptions.queries import times_instead_of
from referral.patients.guardians_reach import to_call
from referral.views import typed
from referral.views.booking_stopped import MOVED_CALL
from referral.views.matrix import booking_words
from referral.views.saying import say, say_of_end
from referral.views.stopped_choice import exam_of, noted
from vault.audit import saw
from vault.refusal import Refusal

PER_PAGE = 20
RELEASING = Needs(Capability.MANAGE_POOLS, Capability.BOOK_NEXT)


class HospitalBookings(Page):
    """What is booked from today on, found by number or department; the filter stands in the address."""

    policies = {"GET": Needs(Capability.MANAGE_POOLS)}

    def get(self, request: HttpRequest) -> HttpResponse:
        number, department = request.GET.get("q", "")[:40], request.GET.get("department", "")
        departments = departments_of(self.acting)
        asked = Asked(number, department if department in dict(departments) else "", day_of(request.GET.get("date", "")))
        page = Paginator(to_release(self.acting, asked), PER_PAGE).get_page(request.GET.get("page"))
        context = {
            "page": page,
            "rows": [(booking, mask_name(booking.patient.name)) for booking in page],
            "q": number,
            "department": asked.department,
            "date": asked.day.isoformat() if asked.day else "",
            "departments": [("", _("all departments")), *departments],
        }
        return self.render(request, "referral/hospital_bookings.html", context)


def day_of(text: str) -> date | None:
    """The day of an address; what is none is any."""
    try:
        return read_day(text) if text else None
    except ValueError:
        return None


class BookingRelease(Page):
    """Asks for the reason beside person, place and time; afterwards the same page offers to take it back for some minutes.

    Of a visit in a blocked band it says instead whom to call, and what can be agreed with her.
    """

    policies = {"GET": RELEASING, "POST": RELEASING}

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        booking = self.booking(public_id)
        answer = self.page(request, booking)
        saw(self.acting.actor, "booking", public_id, "phone for a call" if self.calls(booking) else "release page")
        return answer

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        request.refused = partial(self.refused, request, public_id)  # type: ignore[attr-defined]
        act = request.POST.get("act", "")
        if act in ACTS:
            return redirect("booking_release", ACTS[act](request, self.booking(public_id), self))
        note = typed.printable_texts(request, ("note",), one_line={"note"})["note"]
        reason, version = request.POST.get("reason", ""), typed.version(request)
        cancel_by_hospital(public_id, expected_version=version, reason=reason, note=note, by=self.acting)
        say_of_end(
            request, self.booking(public_id), _("Released. The patient and the referring doctor are told."),
            _("Released. The referring doctor is told. The patient has no mobile number and gets no message: please call."),
        )  # fmt: skip
        return redirect("booking_release", public_id)

    def refused(self, request: HttpRequest, public_id: UUID, refusal: Refusal) -> HttpResponse | None:
        if (refusal.code not in ("invalid_input", "visit_over") and request.POST.get("act") not in ACTS) or refusal.code == "not_found":
            return None
        return self.page(request, self.booking(public_id), refusal)

    def booking(self, public_id: UUID) -> Booking:
        """One this person may release; anybody else's looks like none."""
        found: Booking | None = bookings_released_by(self.acting).filter(public_id=public_id).first()
        if found is None:
            raise Refusal("not_found", NOTHING_HERE)
        return found

    def calls(self, booking: Booking) -> bool:
        """Whether she is to be called, since the band of her visit was blocked."""
        return self.acting.can(Capability.MANAGE_POOLS) and is_in_blocked_band(booking)

    def page(self, request: HttpRequest, booking: Booking, refusal: Refusal | None = None) -> HttpResponse:
        violations = refusal.violations if refusal else ()
        context: dict[str, Any] = {
            "booking": booking,
            "name": mask_name(booking.patient.name),
            "class_words": booking_words(booking),
            "reasons": [("", _("please choose")), *choices(OF_HOSPITALS)],
            "reason": request.POST.get("reason", ""),
            "note": request.POST.get("note", ""),
            "errors": {violation.field: violation.message for violation in violations},
            "refusal": refusal if refusal and not violations else None,
            "undo": own_undo([booking], self.acting, database_now()),
            "coordinates": self.acting.can(Capability.MANAGE_POOLS),
            "place_closed": is_closed(booking, database_now()),
            "before": visit_before(booking, self.acting) if self.acting.can(Capability.BOOK_NEXT) else None,
        }
        if self.calls(booking):
            call = {"mobile": booking.patient.phone, "landline": booking.patient.landline, "call": to_call(booking.patient)}
            context |= call | {"calls": True, "times": times_instead_of(booking), "exam": exam_of(booking)}
        return self.render(request, "referral/booking_release.html", context)


def _moved(request: HttpRequest, booking: Booking, page: Page) -> UUID:
    place = typed.public_id(request, "pool_slot")
    new = move_from_band(booking.public_id, place, expected_version=typed.version(request), by=page.acting)
    say(request, booking.patient, _("Moved to the new time. The message to the patient is on its way."), str(MOVED_CALL))
    return booking.public_id if new.institution_id != booking.institution_id else new.public_id


def _ended(request: HttpRequest, booking: Booking, page: Page) -> UUID:
    note, tells, version = noted(request), request.POST.get("tell_patient") == "1", typed.version(request)
    end_from_band(booking.public_id, note=note, tell_patient=tells, expected_version=version, by=page.acting)
    messages.success(request, _("The booking ended without counting against the patient. The referring doctor is told."))
    return booking.public_id


ACTS: dict[str, Callable[[HttpRequest, Booking, Page], UUID]] = {"move_band": _moved, "end_band": _ended}


def is_closed(booking: Booking, now: datetime) -> bool:
    """Whether the place of this booking goes to the hospital at once when it is given up (R107)."""
    return booking.pool_slot.closed_at is not None or now >= booking.pool_slot.closes_at


class BookingUndoCancel(Page):
    """The wrong button, noticed within minutes (R151)."""

    policies = {"POST": Needs(Capability.CANCEL_BOOKING, Capability.MANAGE_POOLS, Capability.BOOK_NEXT)}

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        restored = undo_cancel(public_id, expected_version=typed.version(request), by=self.acting)
        say(
            request, restored.patient, _("The booking stands again, with the same code. The patient is told."),
            _("The booking stands again, with the same code. The patient has no mobile number and gets no message: please call."),
        )  # fmt: skip
        if bookings_released_by(self.acting).filter(pk=restored.pk).exists():
            return redirect("booking_release", public_id)
        return redirect("referral", restored.referral.public_id)
