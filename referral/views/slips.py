"""Papers in the browser: the slip as PDF, the same as a page to print, and what a slip's token is worth."""

import json
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone

from permissions.doors import PUBLIC, Needs, Page
from permissions.roles import Capability
from referral.returns.queries import returns_of
from referral.slips.counter import collect, headers_of
from referral.slips.desk import booking_copy, return_copy
from referral.slips.models import Slip
from referral.slips.proof import Proof, verify
from vault.audit import saw

PATIENCE = 3.0  # seconds a page may take before it says that it waits


class SlipPdf(Page):
    """The slip of a booking as PDF; each print is a numbered copy."""

    policies = {"GET": Needs(Capability.BOOK, Capability.BOOK_NEXT)}

    def get(self, request: HttpRequest, booking: UUID) -> HttpResponse:
        slip = booking_copy(booking, by=self.acting, now=timezone.now())
        saw(self.acting.actor, "booking", booking, "print slip")
        return handed(request, slip, reverse("slip_paper", args=[booking]))


class SlipPaper(Page):
    """The same copy as a page for the browser's own print, where PDF cannot be made."""

    policies = {"GET": Needs(Capability.BOOK, Capability.BOOK_NEXT)}

    def get(self, request: HttpRequest, booking: UUID) -> HttpResponse:
        slip = booking_copy(booking, by=self.acting, now=timezone.now())
        saw(self.acting.actor, "booking", booking, "print slip")
        return paper(request, slip)


class ReturnSlipPdf(Page):
    """The slip of a return as PDF."""

    policies = {"GET": Needs(Capability.SEND_BACK, Capability.ACCEPT_RETURN)}

    def get(self, request: HttpRequest, sent_back: UUID) -> HttpResponse:
        slip = return_copy(returns_of(self.acting), sent_back, by=self.acting, now=timezone.now())
        saw(self.acting.actor, "return", sent_back, "print slip")
        return handed(request, slip, reverse("return_slip_paper", args=[sent_back]))


class ReturnSlipPaper(Page):
    """The slip of a return as a page to print."""

    policies = {"GET": Needs(Capability.SEND_BACK, Capability.ACCEPT_RETURN)}

    def get(self, request: HttpRequest, sent_back: UUID) -> HttpResponse:
        slip = return_copy(returns_of(self.acting), sent_back, by=self.acting, now=timezone.now())
        saw(self.acting.actor, "return", sent_back, "print slip")
        return paper(request, slip)


class SlipVerify(Page):
    """Whether a slip is still good, for whoever holds it; no personal data."""

    policies = {"GET": PUBLIC}

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        verified = verify(token)
        status = 404 if verified.status is Proof.UNKNOWN else 200
        return self.render(request, "referral/verify.html", {"verified": verified, "now": timezone.now()}, status=status)


def handed(request: HttpRequest, slip: Slip, instead: str) -> HttpResponse:
    """The PDF, or a page that waits for it and loads again by itself."""
    copy = collect(slip, patience=PATIENCE, now=timezone.now())
    if copy.pdf:
        return HttpResponse(copy.pdf, headers=headers_of(slip))
    return render(request, "referral/slip_waiting.html", {"is_slow": copy.is_slow, "instead": instead}, status=202)


def paper(request: HttpRequest, slip: Slip) -> HttpResponse:
    """The frozen content of a copy under the same template, with the browser's sheets."""
    content = json.loads(slip.content)
    sheets = [static("slips/slip.css"), static("slips/browser.css")]
    response = render(request, content["template"], content | {"sheets": sheets})
    response["Cache-Control"] = "no-store"
    return response
