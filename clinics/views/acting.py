"""Changing to another post of one's own."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from clinics.acting import choose
from permissions.doors import BEFORE_DUTIES, Page
from vault.refusal import Refusal


class ChangePart(Page):
    """POST: act under another post or role, then start at its home page."""

    policies = {"POST": BEFORE_DUTIES}

    def post(self, request: HttpRequest) -> HttpResponse:
        wanted = request.POST.get("post", "")
        mine = {str(choice.public_id) for choice in request.acting_choices}  # type: ignore[attr-defined]
        if wanted not in mine or self.acting.session is None:
            raise Refusal("not_allowed")
        choose(self.acting.session, UUID(wanted))
        return redirect("home")
