"""Moving a booking: the same calendar as for booking, its own department only, old and new beside each other before it is done."""

from functools import partial
from uuid import UUID, uuid4

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from permissions.doors import Needs, Page
from permissions.roles import Capability
from referral.booking.models import Booking
from referral.booking.move import move
from referral.booking.override_models import Overridable
from referral.booking.override_queries import lets_pass
from referral.booking.queries import booking_of
from referral.views.availability import look
from referral.views.book import chosen_slot, refused_context, slot_of, uuid_from, version_from
from referral.views.booked import booking_context
from referral.views.exceptions import ask_link
from referral.views.later_days import Beyond
from referral.views.saying import say
from vault.audit import saw
from vault.refusal import Refusal


class BookingMove(Page):
    """Filters and the chosen band stand in the address; the move itself is one POST (R057, R148)."""

    policies = {"GET": Needs(Capability.BOOK), "POST": Needs(Capability.BOOK)}

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        booking = booking_of(self.acting, public_id)
        if booking.status != "booked":
            return redirect("referral", booking.referral.public_id)
        answer = self.page(request, booking)
        saw(self.acting.actor, "booking", public_id, "booking page")
        return answer

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        request.refused = partial(self.refused, request, public_id)  # type: ignore[attr-defined]
        made = move(
            public_id,
            pool_slot=uuid_from(request, "pool_slot"),
            expected_version=version_from(request),
            key=str(uuid_from(request, "idempotency_key")),
            by=self.acting,
        )
        say(
            request, booking_of(self.acting, made).patient, _("Moved. The message with the new code is on its way; print the new slip."),
            _("Moved. The patient has no mobile number and gets no message: please call, and print the new slip."),
        )  # fmt: skip
        return redirect("booking_done", made)

    def refused(self, request: HttpRequest, public_id: UUID, refusal: Refusal) -> HttpResponse | None:
        """The same page with the rule and what can be had instead; a page that was changed is no page of ours."""
        ours = refusal.code != "invalid_input" or any(one.remedy for one in refusal.violations)
        if refusal.code in ("not_found", "idempotency_mismatch", "right_not_in_force", "not_allowed") or not ours:
            return None
        return self.page(request, booking_of(self.acting, public_id), refusal)

    def page(self, request: HttpRequest, booking: Booking, refusal: Refusal | None = None) -> HttpResponse:
        service = booking.pool_slot.service
        seen = look(
            self.acting, within_department(request.GET, booking), asked=timezone.localdate(booking.referral.created_at),
            name=service.name if service.is_booked_by_name else "",
            beyond=Beyond.OPENED if lets_pass(Overridable.HORIZON, booking.referral, booking) else Beyond.MAY_BE_ASKED,
        )  # fmt: skip
        slot = None if refusal and refusal.code != "outcome_unknown" else slot_of(seen.panel, chosen_slot(request))
        context = {
            **seen.context,
            **booking_context(booking),
            "kinds": [],
            "departments": [(booking.standard_code, seen.choices.subject(booking.standard_code) or booking.department.name)],
            "slot": slot if slot is None or slot.pk != booking.pool_slot_id else None,
            "idempotency_key": request.POST.get("idempotency_key") or uuid4(),
            "too_late": timezone.now() >= booking.change_until,
            **refused_context(refusal, seen.panel, chosen_slot(request), seen.filters),
            "ask_exception": ask_link(booking.referral, refusal.violations, chosen_slot(request)) if refusal else "",
        }
        return self.render(request, "referral/move.html", context)


def within_department(data: QueryDict, booking: Booking) -> QueryDict:
    """The address with the booking's own department and kind, of a bed or day surgery also its hospital, whatever it says."""
    asked = data.copy()
    asked["department"] = booking.standard_code
    asked["kind"] = asked["of"] = booking.pool_slot.service.kind
    if booking.pool_slot.service.is_asked_first:  # the hospital that accepted the patient, and no other
        asked["institution"] = str(booking.institution.public_id)
    return asked
