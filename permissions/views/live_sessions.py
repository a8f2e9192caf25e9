"""The security administrator's home: who is logged in where, and ending it; nothing of what is done there."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _

from permissions.acting import Acting
from permissions.doors import Needs, Page
from permissions.identity.phones import mask_phone
from permissions.models import Session
from permissions.oversight import end_all_of, end_session_of_other, live_sessions_of
from permissions.people import found, searched
from permissions.roles import Capability
from vault.refusal import Refusal

ENDING = Needs(Capability.END_SESSIONS)
PER_PAGE = 30
TEMPLATE = "permissions/live_sessions.html"


class LiveSessions(Page):
    """Every live session of the district, searched by person."""

    policies = {"GET": ENDING}

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.render(request, TEMPLATE, listed(request, self.acting))


class LiveSession(Page):
    """One session beside its question: end it, or all of its person, and why."""

    policies = {"GET": ENDING, "POST": ENDING}

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        return self.render(request, TEMPLATE, self.asked(request, public_id))

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        session = get_object_or_404(live_sessions_of(self.acting), public_id=public_id)
        act, reason = request.POST.get("act", ""), request.POST.get("reason", "")
        if act not in ("one", "all"):
            raise Refusal("invalid_input", _("The page was incomplete. Please load it again."))
        try:
            if act == "all":
                end_all_of(session.user.public_id, reason, by=self.acting)
            else:
                end_session_of_other(public_id, reason, by=self.acting)
        except Refusal as refusal:
            if refusal.code != "invalid_input":
                raise
            return self.again(request, TEMPLATE, refusal, self.asked(request, public_id))
        messages.success(request, _("Ended. The next click there asks for a new login."))
        return redirect("live_sessions")

    def asked(self, request: HttpRequest, public_id: UUID) -> dict[str, Any]:
        """The list with the question before it."""
        session = get_object_or_404(live_sessions_of(self.acting), public_id=public_id)
        asked = {"session": session, "phone": mask_phone(session.user.phone), "typed": {"reason": request.POST.get("reason", "")}}
        return listed(request, self.acting) | {"asked": asked}


def listed(request: HttpRequest, by: Acting) -> dict[str, Any]:
    """The searched list; what was typed and the kind stand in the address."""
    words, kind = searched(request.GET.get("q", "")), request.GET.get("kind", "")
    sessions = found(live_sessions_of(by), words, "user__")
    if kind in Session.Kind.values:
        sessions = sessions.filter(kind=kind)
    page = Paginator(sessions, PER_PAGE).get_page(request.GET.get("page"))
    return {
        "page": page,
        "rows": [{"session": session, "phone": mask_phone(session.user.phone)} for session in page],
        "q": words,
        "kind": kind,
        "kinds": [("", _("all")), *Session.Kind.choices],
    }
