"""What was entered wrongly about a visit: one person of the hospital says so, another confirms or leaves it."""

from functools import partial
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from permissions.doors import Needs, Page
from permissions.roles import Capability
from referral.booking.in_error import ask_in_error, decide_in_error, withdraw_in_error
from referral.booking.models import Booking
from referral.views import typed
from referral.views.absent import refused
from vault.refusal import invalid

CALLING = Needs(Capability.CALL_ABSENT)
CONFIRMING = Needs(Capability.CONFIRM_ERRORS)
DECISIONS = {"confirmed": True, "refused": False}


class ErrorAsk(Page):
    """POST: this arrival, visit or absence was entered in error, nothing changes yet; with `withdraw` that is taken back."""

    policies = {"POST": CALLING}

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        request.refused = partial(refused, self, request, public_id)  # type: ignore[attr-defined]
        if request.POST.get("withdraw"):
            withdraw_in_error(public_id, expected_version=typed.version(request), by=self.acting)
            messages.success(request, _("Taken back; everything stands."))
            return redirect("absent_one", public_id)
        said = typed.printable_texts(request, ("reason",), one_line={"reason"})
        ask_in_error(public_id, said["reason"], expected_version=typed.version(request), by=self.acting)
        messages.success(request, _("Noted. A coordinator of the hospital confirms it; until then everything stands."))
        return redirect("absent_one", public_id)


class ErrorDecide(Page):
    """POST: it was, or it was not."""

    policies = {"POST": CONFIRMING}

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        request.refused = partial(refused, self, request, public_id)  # type: ignore[attr-defined]
        decision = typed.text(request, "decision")
        if decision not in DECISIONS:
            raise invalid("decision", _("Choose one of the two."))
        decided = decide_in_error(public_id, confirmed=DECISIONS[decision], expected_version=typed.version(request), by=self.acting)
        if DECISIONS[decision]:
            messages.success(request, said_of(decided))
            return redirect("absent")
        messages.success(request, _("It stands as it was."))
        return redirect("absent_one", public_id)


def said_of(decided: Booking) -> str:
    """What came of a confirmed error."""
    if decided.status == "booked":
        return _("The arrival is taken back: the visit is still to come and stands.")
    if decided.referral.status != "draft":
        return _("Entered in error: the booking is void and its referral ended with it.")
    return _("Entered in error: the booking is void, the referring doctor is told and can book again.")
