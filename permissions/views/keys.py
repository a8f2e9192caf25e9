"""Keys I gave to programs: what each may do, when it was last used, and ending it."""

from collections.abc import Iterable
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from permissions import programs
from permissions.doors import SIGNED_IN, Page
from permissions.doors.fresh import check_fresh, is_fresh
from permissions.roles import Capability
from permissions.views.chosen import chosen
from vault.refusal import Refusal

DAYS = {str(days): days for days in programs.LENGTHS}


class Keys(Page):
    """My keys that are good now; a new one is shown once, on the answer that made it."""

    policies = {"GET": SIGNED_IN, "POST": SIGNED_IN}
    repeated = frozenset({"scope"})

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.shown(request)

    def post(self, request: HttpRequest) -> HttpResponse:
        if "end" in request.POST:
            programs.end_key(chosen(request.POST["end"]), by=self.acting)
            messages.success(request, _("The key is good no more."))
            return redirect("keys")
        check_fresh(self.acting.session)
        request.refused = partial(self.refused, request)  # type: ignore[attr-defined]
        typed = request.POST
        days = DAYS.get(typed.get("days", ""), 0)
        made = programs.make_key(name=typed.get("name", ""), scopes=typed.getlist("scope"), days=days, by=self.acting)
        return self.shown(request, made=made)

    def refused(self, request: HttpRequest, refusal: Refusal) -> HttpResponse | None:
        """The form again with what was typed and why it could not be done."""
        if refusal.code not in ("invalid_input", "limit_reached"):
            return None
        return self.again(request, "permissions/keys.html", refusal, self.context(request, refused=True))

    def shown(self, request: HttpRequest, **more: Any) -> HttpResponse:
        return self.render(request, "permissions/keys.html", {**self.context(request), **more})

    def context(self, request: HttpRequest, *, refused: bool = False) -> dict[str, Any]:
        """The keys with their scopes in words, and the choices of a new one."""
        typed = request.POST if refused else QueryDict()
        ticked = set(typed.getlist("scope"))
        return {
            "keys": [
                {"key": key, "scopes": [Capability(scope).label for scope in key.scopes or ()]} for key in programs.keys_of(self.acting)
            ],
            "choices": [(scope.value, scope.label, scope.value in ticked) for scope in programs.scopes_open_to(self.acting)],
            "lengths": [(str(days), _("%(days)s days") % {"days": days}) for days in programs.LENGTHS],
            "typed": typed,
            "fresh": self.acting.session is not None and is_fresh(self.acting.session),
        }


def words_of(scopes: Iterable[str]) -> list[Any]:
    """Capabilities as people read them."""
    return [Capability(scope).label for scope in scopes]
