"""The base of every page: policy first, a login page for strangers, a lock screen for the idle, duties for the new."""

import re
from typing import Any, ClassVar, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views import View

from permissions.acting import Acting
from permissions.doors.serializers import sayable
from permissions.doors.strangers import to_duties, to_lock, to_login, to_proof
from permissions.guards import Policies, enforce
from vault.refusal import Refusal, Violation, invalid

# What a form may send but no page may hold: controls, and marks that hide or turn the text around them.
HIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
VISIBLE = "\ufffd"


class Page(View):
    """One HTML page; `policies` names a policy for each method it answers, `repeated` the fields a form may send several times."""

    policies: ClassVar[Policies] = {}
    enforces_policies: ClassVar[bool] = True
    repeated: ClassVar[frozenset[str]] = frozenset()
    of_a_kiosk: ClassVar[bool] = False  # open to a device in a hall, whose login opens nothing else

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            enforce(request, self.policies)
        except Refusal as refusal:
            if refusal.code == "not_signed_in":
                return to_login(request)
            if refusal.code == "session_locked":
                return to_lock(request)
            if refusal.code == "second_factor_required":
                return to_proof(request)
            if refusal.code == "duties_not_accepted":
                return to_duties(request)
            raise
        _refuse_programs(request)
        self._check_said_once(request)
        if getattr(request, "rights_changed", False) and request.method == "GET":
            messages.info(request, _("What you may do here has changed; the page shows it as it is now."))
        return super().dispatch(request, *args, **kwargs)

    @property
    def acting(self) -> Acting:
        """Who acts; only behind a policy that asks for a login."""
        return cast(Acting, self.request.acting)  # type: ignore[attr-defined]

    def render(self, request: HttpRequest, template: str, context: dict[str, Any] | None = None, status: int = 200) -> HttpResponse:
        """The template with `acting` beside the given context. What was typed and cannot be shown is shown as a replacement mark."""
        page = render(request, template, {"acting": getattr(request, "acting", None), **(context or {})}, status=status)
        if request.method == "POST":
            page.content = HIDDEN.sub(VISIBLE, page.content.decode()).encode()
        return page

    def again(self, request: HttpRequest, template: str, refusal: Refusal, context: dict[str, Any] | None = None) -> HttpResponse:
        """The form once more with what was wrong: `refusal`, `violations` for the list above, `errors` by field beside them."""
        violations = refusal.violations or (Violation(refusal.code, refusal.message),)
        errors = {violation.field: violation.message for violation in reversed(violations) if violation.field}
        shown = {"refusal": refusal, "violations": violations, "errors": errors, **(context or {})}
        return self.render(request, template, shown, status=422)

    def http_method_not_allowed(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """A page that says so, not an empty screen."""
        allowed = super().http_method_not_allowed(request, *args, **kwargs)["Allow"]
        refusal = Refusal("method_not_allowed", _("This address does not take that request."))
        page = self.render(
            request,
            "errors/error.html",
            {"refusal": refusal, "title": _("This address does not take that request"), "status": 405},
            status=405,
        )
        page["Allow"] = allowed
        return page

    def _check_said_once(self, request: HttpRequest) -> None:
        """A field that comes twice says two things."""
        twice = [name for name, values in request.POST.lists() if len(values) > 1 and name not in self.repeated]
        if twice:
            raise invalid(sayable(twice[0]), _("This is given twice."))


def _refuse_programs(request: HttpRequest) -> None:
    """A page shows whatever its person may see at a glance; a program's key opens single doors of the interface only."""
    acting: Acting | None = getattr(request, "acting", None)
    if acting is not None and acting.scopes is not None:
        raise Refusal("not_allowed", _("A program's key opens the interface for programs and no page."))
