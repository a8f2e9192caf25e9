"""The referring doctor after a visit nobody came to: what was recorded, another place, or the end of the referral."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from permissions.doors import Needs, Page
from permissions.roles import Capability
from referral.booking.told_of_visits import cause_of, missed_booking_of
from referral.cases.after_miss import SEE_FIRST, close_missed, may_be_booked_again, open_again
from referral.cases.models import Referral
from referral.credit.models import STANDING
from referral.credit.queries import breach_of
from referral.views import typed

WRITING = Needs(Capability.WRITE_REFERRAL)


class ReferralAgain(Page):
    """POST: the referral is a draft again; the next page chooses a place."""

    policies = {"POST": WRITING}

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        open_again(public_id, expected_version=typed.version(request), by=self.acting)
        messages.success(request, _("The referral can be booked again."))
        return redirect("book", public_id)


class ReferralClose(Page):
    """POST: no other visit is wanted."""

    policies = {"POST": WRITING}

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        said = typed.printable_texts(request, ("reason",), one_line={"reason"})
        close_missed(public_id, reason=said["reason"], expected_version=typed.version(request), by=self.acting)
        messages.success(request, _("The referral is closed."))
        return redirect("referral", public_id)


def missed_of(referral: Referral) -> dict[str, Any] | None:
    """What the case page says of a missed visit: its cause in words and the breach that counts; None unless it was missed."""
    if referral.status != "not_attended":
        return None
    booking = missed_booking_of(referral)
    instead = "" if may_be_booked_again(referral) else SEE_FIRST
    if booking is None:
        return {"cause": "", "breach": None, "instead": instead}
    breach = breach_of(booking)
    return {"cause": cause_of(booking), "breach": breach if breach and breach.status in STANDING else None, "instead": instead}
