"""My authenticator: setting it up, another one, new recovery codes, giving it up."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from permissions.doors import EVEN_LOCKED, Page
from permissions.doors.fresh import check_fresh, is_fresh
from permissions.factors import proving, recovery, totp
from permissions.factors.required import held_for_proof, is_compulsory, is_enrolled, other_parts
from permissions.guards import require_person
from permissions.models import Session
from permissions.sessions import act_as
from permissions.views.chosen import chosen
from permissions.views.cookies import give_key, mark_known
from permissions.views.prove import may_set_up, refuse_with
from permissions.visit import visit_of
from vault.refusal import Refusal


class Factor(Page):
    """Open to whoever acts, and to whoever only lacks an authenticator; a locked screen shows nothing of it."""

    policies = {"GET": EVEN_LOCKED, "POST": EVEN_LOCKED}
    template = "permissions/factor.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        session = self._session()
        if session is None:
            return redirect("prove" if held_for_proof(request) else "lock")
        return self.render(request, self.template, self._shown(session))

    def post(self, request: HttpRequest) -> HttpResponse:
        if "part" in request.POST:
            return self._other_part(chosen(request.POST["part"]))
        session = self._session()
        if session is None:
            return redirect("prove" if held_for_proof(request) else "lock")
        act = next((name for name in ("begin", "confirm", "codes", "remove") if name in request.POST), "")
        try:
            return getattr(self, f"_{act or 'nothing'}")(session, request.POST.get("code", "")[:40])
        except Refusal as refusal:
            return refuse_with(self.again(request, self.template, refusal, {**self._shown(session), "act": act}), refusal)

    def _other_part(self, wanted: UUID) -> HttpResponse:
        """Another part of hers instead of the one that asks for more; that one is asked again with the next request."""
        session = held_for_proof(self.request)
        if session is None or wanted not in {part.public_id for part in other_parts(self.request)}:
            raise Refusal("not_allowed", gettext_lazy("Your role does not include this."))
        act_as(session, wanted)
        return redirect("home")

    def _begin(self, session: Session, typed: str) -> HttpResponse:
        if not is_enrolled(session.user):
            check_fresh(session)
        proving.begin_again(session, typed)
        return redirect("factor")

    def _confirm(self, session: Session, typed: str) -> HttpResponse:
        check_fresh(session)
        enrolled = proving.set_up(session, typed, visit_of(self.request))
        page = self._paper(enrolled.codes, first=True)
        page = give_key(page, enrolled.opened.key)
        return mark_known(page, enrolled.opened.browser_key) if enrolled.opened.browser_key else page

    def _codes(self, session: Session, typed: str) -> HttpResponse:
        return self._paper(proving.new_codes(session, typed), first=False)

    def _remove(self, session: Session, typed: str) -> HttpResponse:
        acting = getattr(self.request, "acting", None)
        if acting is None or is_compulsory(acting.role):
            raise Refusal("not_allowed", gettext_lazy("Your role asks for an authenticator. Set up another one instead."))
        proving.give_up(session, typed)
        messages.success(self.request, _("The authenticator is taken away. From now on the code by SMS is enough."))
        return redirect("factor")

    def _nothing(self, session: Session, typed: str) -> HttpResponse:
        return redirect("factor")

    def _paper(self, codes: list[str], *, first: bool) -> HttpResponse:
        """The recovery codes, this once; they stand in no address and in no session."""
        return self.render(self.request, "permissions/recovery_codes.html", {"codes": codes, "first": first})

    def _session(self) -> Session | None:
        """The session whose person may be here."""
        acting = getattr(self.request, "acting", None)
        if acting is not None:
            require_person(acting)
            return acting.session  # type: ignore[no-any-return]
        held = held_for_proof(self.request)
        return held if held is not None and may_set_up(held) else None

    def _shown(self, session: Session) -> dict[str, Any]:
        acting, user = getattr(self.request, "acting", None), session.user
        enrolled, fresh = is_enrolled(user), is_fresh(session)
        return {
            "person": user,
            "enrolled": enrolled,
            "since": totp.in_use_since(user),
            "left": recovery.left_to(user) if enrolled else 0,
            "setting_up": totp.setting_up(user) if fresh else None,
            "fresh": fresh,
            "parts": other_parts(self.request),
            "compulsory": acting is None or is_compulsory(acting.role),
        }
