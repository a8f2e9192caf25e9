"""Logging in with the phone on file and a code, and logging out."""

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import rotate_token
from django.shortcuts import redirect

from permissions import otp, sessions
from permissions.codes import clean_code
from permissions.doors import PUBLIC, Page
from permissions.identity.phones import mask_phone
from permissions.models import Session
from permissions.shared_browser import phone_of, shown_here
from permissions.views.chosen import chosen
from permissions.views.cookies import give_key, mark_known, safe_next, take_key
from permissions.views.ticket import Ticket, give, take_back, ticket_of
from permissions.visit import visit_of
from vault.refusal import Refusal


class Login(Page):
    """The phone number."""

    policies = {"GET": PUBLIC, "POST": PUBLIC}
    template = "permissions/login.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        address = safe_next(request, request.GET.get("next", ""))
        if getattr(request, "acting", None):
            return redirect(address)
        return self.render(request, self.template, {"next": address, "people": shown_here(visit_of(request))})

    def post(self, request: HttpRequest) -> HttpResponse:
        phone, address = request.POST.get("phone", "")[:40], safe_next(request, request.POST.get("next", ""))
        visit = visit_of(request)
        try:
            if "person" in request.POST:
                phone = phone_of(chosen(request.POST["person"]), visit)
            return send_code(request, phone, address)
        except Refusal as refusal:
            typed = "" if "person" in request.POST else phone
            return self.again(request, self.template, refusal, {"next": address, "phone": typed, "people": shown_here(visit)})


class LoginCode(Page):
    """The code; "send again" asks for a new one, which voids the old."""

    policies = {"GET": PUBLIC, "POST": PUBLIC}
    template = "permissions/login_code.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        ticket = ticket_of(request, otp.LOGIN)
        return self.render(request, self.template, shown(ticket)) if ticket else redirect("login")

    def post(self, request: HttpRequest) -> HttpResponse:
        ticket = ticket_of(request, otp.LOGIN)
        if ticket is None:
            return redirect("login")
        try:
            if "again" in request.POST:
                return send_code(request, ticket.phone, ticket.next)
            return enter(request, ticket)
        except Refusal as refusal:
            return self.again(request, self.template, refusal, shown(ticket))


class Logout(Page):
    """The session ends; a locked one may be left too."""

    policies = {"POST": PUBLIC}

    def post(self, request: HttpRequest) -> HttpResponse:
        acting = getattr(request, "acting", None)
        session = acting.session if acting else getattr(request, "locked_session", None)
        if session is not None:
            sessions.log_out(session)
        return take_key(redirect("login"))


def send_code(request: HttpRequest, phone: str, address: str) -> HttpResponse:
    """Asks for a code and goes on to where it is entered."""
    asked = otp.ask(phone, visit_of(request))
    return give(redirect("login_code"), Ticket(asked.handle, phone, otp.LOGIN, address))


def enter(request: HttpRequest, ticket: Ticket) -> HttpResponse:
    """A new session under a new key, and a new CSRF token; nothing from before the login stays valid."""
    code = clean_code(request.POST.get("code", ""))
    opened = sessions.log_in(ticket.handle, code, visit_of(request), kind=Session.Kind.BROWSER)
    rotate_token(request)
    response = take_back(redirect(safe_next(request, ticket.next)))
    response = give_key(response, opened.key)
    return mark_known(response, opened.browser_key) if opened.browser_key else response


def shown(ticket: Ticket) -> dict[str, str]:
    """What the code page says of the ticket."""
    return {"phone": mask_phone(ticket.phone)}
