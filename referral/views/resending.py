"""Sending a booking to its resident again, at the doctor's desk or at the window, after comparing name and document (R021)."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from permissions.doors import Needs, Page
from permissions.identity.masking import mask_name
from permissions.identity.phones import mask_phone
from permissions.roles import Capability
from referral.booking.models import Booking
from referral.booking.resend import NOT_HERS, booking_named, resend
from referral.patients.guardians_reach import reached
from referral.views import typed
from referral.views.sms import messages_about
from vault.refusal import Refusal

RESENDING = Needs(Capability.CANCEL_BOOKING, Capability.RECEIVE)
FIELDS = ("number", "name", "document_tail")


class BookingResend(Page):
    """GET: the form, with what was sent when the address names a booking; POST: number, name and last four are compared."""

    policies = {"GET": RESENDING, "POST": RESENDING}

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.page(request, request.GET.get("number", "")[:40])

    def post(self, request: HttpRequest) -> HttpResponse:
        request.refused = partial(self.refused, request)  # type: ignore[attr-defined]
        said = typed.printable_texts(request, FIELDS, one_line=frozenset(FIELDS))
        booking = booking_named(said["number"], self.acting)
        if booking is None:
            raise Refusal("proof_mismatch", NOT_HERS)
        sent = resend(booking.public_id, name=said["name"], document_tail=said["document_tail"], by=self.acting)
        messages.success(request, _("Sent again to %(phone)s.") % {"phone": mask_phone(reached(sent.patient).phone)})
        return redirect(f"{reverse('booking_resend')}?number={sent.number}")

    def refused(self, request: HttpRequest, refusal: Refusal) -> HttpResponse | None:
        if refusal.code in ("not_allowed", "not_found"):
            return None
        return self.page(request, typed.text(request, "number")[:40], refusal)

    def page(self, request: HttpRequest, number: str, refusal: Refusal | None = None) -> HttpResponse:
        violations = refusal.violations if refusal else ()
        booking = self.named(number)
        context: dict[str, Any] = {
            "number": number,
            "values": {name: typed.text(request, name)[:100] for name in FIELDS},
            "errors": {violation.field: violation.message for violation in violations},
            "refusal": refusal if refusal and not violations else None,
            "booking": booking,
            "name": mask_name(booking.patient.name) if booking else "",
            "phone": mask_phone(reached(booking.patient).phone) if booking and reached(booking.patient).phone else "",
            "sms": [(message.kind, message.words, message.phone, message.at) for message in messages_about(booking.public_id)]
            if booking
            else [],
        }
        return self.render(request, "referral/resend.html", context)

    def named(self, number: str) -> Booking | None:
        """The booking of a whole number, for what was sent before; half a number shows nothing."""
        try:
            return booking_named(number, self.acting)
        except Refusal:
            return None
