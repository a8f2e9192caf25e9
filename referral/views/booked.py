"""After a booking: the four things to tell, the slip to print, the message that left; and taking it back."""

from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from permissions.doors import Needs, Page
from permissions.roles import Capability
from referral.booking.cancel import cancel_by_referrer, whom_to_call
from referral.booking.models import Booking, CancelCause
from referral.booking.queries import booking_of
from referral.booking.tell import FOUR_THINGS, tell
from referral.booking.who_cancels import cancel_by, may_cancel, whom_to_ask
from referral.booking.why import OF_DOCTORS, choices, why
from referral.credit.rule_words import no_show_rule
from referral.credit.standing import terms_of
from referral.patients.queries import contract_on
from referral.views import typed
from referral.views.book import version_from
from referral.views.matrix import booking_words
from referral.views.saying import say_of_end
from referral.views.sms import messages_about
from referral.views.strip import strip_of
from vault.audit import saw
from vault.refusal import Refusal, invalid


def ends_case_from(request: HttpRequest) -> bool:
    """Whether the referral ends with the booking; an empty box was not ticked."""
    value = request.POST.get("ends_case", "")
    if value not in ("", "1"):
        raise invalid("ends_case", _("This page is not complete. Please load it again."))
    return value == "1"


class BookingDone(Page):
    """What to tell, print and check after a booking; ticking all four things is recorded (R056)."""

    policies = {"GET": Needs(Capability.BOOK), "POST": Needs(Capability.BOOK)}
    repeated = frozenset({"told"})

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        answer = self.page(request, booking_of(self.acting, public_id))
        saw(self.acting.actor, "booking", public_id, "booking page")
        return answer

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        request.refused = partial(self.refused, request, public_id)  # type: ignore[attr-defined]
        booking = tell(public_id, frozenset(request.POST.getlist("told")), by=self.acting)
        messages.success(request, _("Recorded: the patient was told all four things."))
        return redirect("booking_done", booking.public_id)

    def refused(self, request: HttpRequest, public_id: UUID, refusal: Refusal) -> HttpResponse | None:
        if refusal.code != "invalid_input":
            return None
        return self.page(request, booking_of(self.acting, public_id), refusal)

    def page(self, request: HttpRequest, booking: Booking, refusal: Refusal | None = None) -> HttpResponse:
        ticked = request.POST.getlist("told")
        told = booking.told_at is not None
        context = booking_context(booking)
        context |= {
            "no_show_rule": no_show_rule(terms_of(context["district"], booking.visit_date)),
            "cancel_by": cancel_by(booking),
            "things": [(thing, told or thing in ticked) for thing in FOUR_THINGS],
            "untold": [violation.field for violation in refusal.violations] if refusal else [],
        }
        return self.render(request, "referral/booked.html", context)


class BookingCancel(Page):
    """Asks for the reason once more beside person, place and time, then cancels (R058)."""

    policies = {"GET": Needs(Capability.CANCEL_BOOKING), "POST": Needs(Capability.CANCEL_BOOKING)}

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        answer = self.page(request, booking_of(self.acting, public_id))
        saw(self.acting.actor, "booking", public_id, "booking page")
        return answer

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        request.refused = partial(self.refused, request, public_id)  # type: ignore[attr-defined]
        note = typed.printable_texts(request, ("note",), one_line={"note"})["note"]
        said, ends_case = why(request.POST.get("reason", ""), note, OF_DOCTORS), ends_case_from(request)
        booking = cancel_by_referrer(
            public_id, expected_version=version_from(request), reason=said.code.value, note=said.note, ends_case=ends_case, by=self.acting
        )
        say_of_end(
            request, booking, _("Cancelled. The message to the patient is on its way."),
            _("Cancelled. The patient has no mobile number and gets no message: please call."),
        )  # fmt: skip
        return redirect("referral", booking.referral.public_id)

    def refused(self, request: HttpRequest, public_id: UUID, refusal: Refusal) -> HttpResponse | None:
        if refusal.code not in ("invalid_input", "past_cutoff", "not_allowed"):
            return None
        return self.page(request, booking_of(self.acting, public_id), refusal)

    def page(self, request: HttpRequest, booking: Booking, refusal: Refusal | None = None) -> HttpResponse:
        context = booking_context(booking) | {
            "reasons": [("", _("please choose")), *choices(OF_DOCTORS)],
            "reason": request.POST.get("reason", ""),
            "note": request.POST.get("note", ""),
            "ends_case": request.POST.get("ends_case") == "1",
            "refusal": refusal if refusal and refusal.code != "invalid_input" else None,
            "errors": {one.field: one.message for one in refusal.violations} if refusal and refusal.code == "invalid_input" else {},
            "whom_to_call": whom_to_call(booking.institution),
            "too_late": timezone.now() >= booking.cancel_until,
            "whom_to_ask": "" if may_cancel(booking, CancelCause.BY_REFERRER) else whom_to_ask(booking, CancelCause.BY_REFERRER),
        }
        return self.render(request, "referral/booking_cancel.html", context)


def booking_context(booking: Booking) -> dict[str, Any]:
    """A booking in words, with its patient and messages."""
    contract = contract_on(booking.patient, timezone.localdate())
    return {
        "booking": booking,
        "referral": booking.referral,
        "strip": strip_of(booking.patient, contract, seen_at=booking.referral.encounter.seen_at),
        "district": contract.institution.district_id if contract else booking.patient.district_id,
        "class_words": booking_words(booking),
        "sms": messages_about(booking.public_id),
    }
