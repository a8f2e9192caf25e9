"""The locked screen: the same session goes on after a code or an authenticator's, with the form that was being sent."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import rotate_token
from django.shortcuts import redirect

from permissions import otp, sessions
from permissions.codes import clean_code
from permissions.doors import EVEN_LOCKED, Page
from permissions.doors.draft import released
from permissions.factors import proving
from permissions.factors.required import held_for_proof, is_enrolled
from permissions.identity.phones import mask_phone
from permissions.kiosk import is_kiosk
from permissions.models import Session
from permissions.views.cookies import give_key, safe_next
from permissions.views.prove import refuse_with
from permissions.views.ticket import Ticket, give, take_back, ticket_of
from permissions.visit import visit_of
from vault.refusal import Refusal


class Lock(Page):
    """A button that sends a code to the person's own phone, then the code; or the code of her authenticator at once.

    In a hall it says neither who she is nor where the code goes.
    """

    policies = {"GET": EVEN_LOCKED, "POST": EVEN_LOCKED}
    template = "permissions/lock.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        address = safe_next(request, request.GET.get("next", ""))
        session = locked(request)
        if session is None or held_for_proof(request):
            return redirect(address)
        return self.render(request, self.template, self._shown(session, address, ""))

    def post(self, request: HttpRequest) -> HttpResponse:
        session = locked(request)
        address, held = safe_next(request, request.POST.get("next", "")), request.POST.get("held", "")
        if session is None or held_for_proof(request):
            return redirect(address)
        shown = self._shown(session, address, held)
        ticket = ticket_of(request, otp.UNLOCK)
        try:
            if "factor" in request.POST:
                opened = proving.prove(session, request.POST["factor"][:40], visit_of(request))
                return self._go_on(request, session, opened, address, held)
            if "code" in request.POST and ticket is not None:
                opened = sessions.unlock(session, ticket.handle, clean_code(request.POST["code"]), visit_of(request))
                return self._go_on(request, session, opened, address, held)
            asked = otp.ask(session.user.phone, visit_of(request), purpose=otp.UNLOCK)
        except Refusal as refusal:
            beside = {"errors": {"factor": refusal.message}} if "factor" in request.POST else {}
            return refuse_with(self.again(request, self.template, refusal, {**shown, **beside, "sent": ticket is not None}), refusal)
        page = self.render(request, self.template, {**shown, "sent": True})
        return give(page, Ticket(asked.handle, session.user.phone, otp.UNLOCK))

    def _go_on(self, request: HttpRequest, session: Session, opened: sessions.Opened, address: str, held: str) -> HttpResponse:
        rotate_token(request)
        draft = released(held, session)
        response = self.render(request, "permissions/resume.html", {"draft": draft}) if draft else redirect(address)
        return give_key(take_back(response), opened.key)

    def _shown(self, session: Session, address: str, held: str) -> dict[str, Any]:
        enrolled = is_enrolled(session.user)
        shown = {"next": address, "held": held, "enrolled": enrolled}
        if is_kiosk(session):
            return shown | {"kiosk": True}
        return shown | {"person": session.user, "phone": mask_phone(session.user.phone)}


def locked(request: HttpRequest) -> Session | None:
    """The session behind the lock, or None when the screen is open."""
    return getattr(request, "locked_session", None)
