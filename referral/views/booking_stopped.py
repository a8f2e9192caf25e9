"""The doctor's page about a stopped visit: she chooses for the patient who sits before her (R126)."""

from functools import partial
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from permissions.doors import Needs, Page
from permissions.roles import Capability
from referral.disruptions.choose import NOTHING_HERE, Chooser
from referral.disruptions.models import ChosenBy, Disruption
from referral.disruptions.queries import disruptions_of_unit
from referral.disruptions.rebook import ends_case
from referral.patients.queries import contract_on
from referral.views.saying import say
from referral.views.stopped_choice import choice_of, chosen, refused_here
from referral.views.strip import strip_of
from vault.audit import saw
from vault.refusal import Refusal

CASE_ENDED = gettext_lazy("The visit was booked in the consulting room: its referral has ended with it. Refer again if it is still needed.")
MOVED_CALL = gettext_lazy("Moved. The patient has no mobile number: please call.")


class BookingStopped(Page):
    """GET: the stopped visit of one of the unit's patients and what can be chosen. POST: the choice."""

    policies = {"GET": Needs(Capability.BOOK), "POST": Needs(Capability.BOOK)}

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        disruption = self.found(public_id)
        answer = self.shown(request, disruption)
        saw(self.acting.actor, "booking", disruption.booking.public_id, "booking page")
        return answer

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        disruption = self.found(public_id)
        request.refused = partial(self.refused, request, public_id)  # type: ignore[attr-defined]
        new = chosen(request, disruption, Chooser(self.acting.actor, ChosenBy.REFERRER, self.acting))
        told = said_of(request.POST["act"], disruption)
        say(request, disruption.booking.patient, told, str(MOVED_CALL) if new else told)
        return redirect("booking_done", new.public_id) if new else redirect("disruption_of_booking", public_id)

    def refused(self, request: HttpRequest, public_id: UUID, refusal: Refusal) -> HttpResponse | None:
        """The same page as it is now, with why it could not be done."""
        return self.shown(request, self.found(public_id), refusal) if refused_here(refusal) else None

    def found(self, public_id: UUID) -> Disruption:
        """The disruption of a booking of this unit; everything else is not found alike."""
        disruption = disruptions_of_unit(self.acting).filter(booking__public_id=public_id).first()
        if disruption is None:
            raise Refusal("not_found", NOTHING_HERE)
        return disruption

    def shown(self, request: HttpRequest, disruption: Disruption, refusal: Refusal | None = None) -> HttpResponse:
        booking = disruption.booking
        contract = contract_on(booking.patient, timezone.localdate())
        strip = strip_of(booking.patient, contract, seen_at=booking.referral.encounter.seen_at)
        context = choice_of(disruption, ChosenBy.REFERRER) | {"strip": strip, "referral": booking.referral, "refusal": refusal}
        return self.render(request, "referral/booking_stopped.html", context)


def said_of(act: str, disruption: Disruption) -> str:
    """What the page says after the click."""
    words = {
        "accept": _("Moved to the substitute. The message to the patient is on its way."),
        "other": _("Moved to the new time. The message to the patient is on its way."),
        "decline": CASE_ENDED if ends_case(disruption.booking) else _("Given up. The referral may be booked again."),
        "call": _("The hospital will call the patient."),
    }
    return str(words[act])
