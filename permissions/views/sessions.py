"""Where I am logged in, and ending it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from permissions import sessions
from permissions.doors import SIGNED_IN, Page
from permissions.queries import sessions_of
from permissions.views.chosen import chosen
from permissions.views.cookies import take_key


class Sessions(Page):
    """My live sessions; each can be ended, or all others at once."""

    policies = {"GET": SIGNED_IN, "POST": SIGNED_IN}

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.render(request, "permissions/sessions.html", {"sessions": sessions_of(self.acting), "current": self.acting.session})

    def post(self, request: HttpRequest) -> HttpResponse:
        if "others" in request.POST:
            sessions.end_other_sessions(by=self.acting)
            messages.success(request, _("All other sessions have ended."))
            return redirect("sessions")
        ended = chosen(request.POST.get("session", ""))
        sessions.end_session(ended, by=self.acting)
        if self.acting.session and self.acting.session.public_id == ended:
            return take_key(redirect("login"))
        messages.success(request, _("The session has ended."))
        return redirect("sessions")
