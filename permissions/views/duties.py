"""The duties of the role, read and accepted before anything else opens."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from permissions import duties
from permissions.doors import BEFORE_DUTIES, Page
from permissions.views.cookies import safe_next
from vault.refusal import Refusal, invalid


class Duties(Page):
    """The text of the acting role; a tick and a button, or, later, when it was accepted."""

    policies = {"GET": BEFORE_DUTIES, "POST": BEFORE_DUTIES}
    template = "permissions/duties.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        if self.acting.role is None:
            return redirect("home")
        return self.render(request, self.template, self._shown(request.GET.get("next", "")))

    def post(self, request: HttpRequest) -> HttpResponse:
        address = safe_next(request, request.POST.get("next", ""))
        try:
            duties.accept(version_in(request), by=self.acting)
        except Refusal as refusal:
            if self.acting.role is None:
                raise
            return self.again(request, self.template, refusal, self._shown(address))
        messages.success(request, _("Your word is noted, with the version and the time."))
        return redirect(address)

    def _shown(self, address: str) -> dict[str, object]:
        role = self.acting.role
        assert role is not None
        text = duties.CURRENT[role]
        accepted = duties.acceptances_of(self.acting.user).filter(role=role, version=text.version).first()
        return {"role": role, "duties": text, "accepted": accepted, "next": safe_next(self.request, address)}


def version_in(request: HttpRequest) -> int:
    """The version beside the tick. Refuses with `invalid_input` when nothing was ticked or no version came with it."""
    if request.POST.get("accept") != "1":
        raise invalid("accept", _("Tick that you have read the duties and will keep them."))
    text = request.POST.get("version", "")
    if not (text.isascii() and text.isdigit() and len(text) < 5):
        raise invalid("version", _("The page was incomplete. Please load it again."))
    return int(text)
