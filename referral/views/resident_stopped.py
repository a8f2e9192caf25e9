"""The resident's page about a stopped clinic: what is held for her, and taking it, another time, a call, or nothing (R126)."""

from functools import partial

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect

from permissions.doors import PUBLIC, Page
from referral.booking.sentences_resident import to_resident
from referral.disruptions.choose import Chooser
from referral.disruptions.models import ChosenBy, Disruption
from referral.disruptions.queries import disruption_of
from referral.patients.guardians_reach import greeted, guardian_of
from referral.views.resident import HELP_PHONE, is_stopped, recognised, remember, resident
from referral.views.stopped_choice import choice_of, chosen
from vault.audit import saw
from vault.refusal import Refusal


class ResidentStopped(Page):
    """GET: the stopped visit of whoever was recognised in this browser, and what can be chosen. POST: the choice."""

    policies = {"GET": PUBLIC, "POST": PUBLIC}

    def get(self, request: HttpRequest) -> HttpResponse:
        disruption = stopped_visit(request)
        if disruption is None:
            return redirect("resident")
        answer = self.shown(request, disruption)
        saw(resident(disruption.booking), "booking", disruption.booking.public_id, "resident page")
        return answer

    def post(self, request: HttpRequest) -> HttpResponseBase:
        disruption = stopped_visit(request)
        if disruption is None:
            return redirect("resident")
        request.refused = partial(self.refused, request)  # type: ignore[attr-defined]
        new = chosen(request, disruption, Chooser(resident(disruption.booking), ChosenBy.RESIDENT))
        return remember(redirect("resident"), new) if new is not None else redirect("resident_stopped")

    def refused(self, request: HttpRequest, refusal: Refusal) -> HttpResponse | None:
        """The same page as it is now, with why it could not be done."""
        disruption = stopped_visit(request)
        return self.shown(request, disruption, refusal) if disruption is not None else None

    def shown(self, request: HttpRequest, disruption: Disruption, refusal: Refusal | None = None) -> HttpResponse:
        booking = disruption.booking
        context = choice_of(disruption, ChosenBy.RESIDENT) | {
            "greeting": greeted(booking.patient, guardian_of(booking.patient)),
            "phone": booking.referral.institution.phone or HELP_PHONE,
            "hospital_phone": booking.institution.phone or HELP_PHONE,
            "refusal": to_resident(refusal) if refusal else None,
        }
        return self.render(request, "referral/resident_stopped.html", context)


def stopped_visit(request: HttpRequest) -> Disruption | None:
    """What became of the booking this browser proved to hold; None when its clinic takes place."""
    booking = recognised(request)
    return disruption_of(booking) if booking is not None and is_stopped(booking) else None
