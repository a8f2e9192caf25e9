"""Handing a shared machine to the next person: this login ends, and the next one begins with a choice of names."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from permissions import sessions
from permissions.doors import EVEN_LOCKED, Page
from permissions.views.cookies import take_key


class ChangePerson(Page):
    """Nothing of the person before stays on the screen or behind it."""

    policies = {"POST": EVEN_LOCKED}

    def post(self, request: HttpRequest) -> HttpResponse:
        acting = getattr(request, "acting", None)
        sessions.log_out(acting.session if acting else request.locked_session)  # type: ignore[attr-defined]
        return take_key(redirect("login"))
