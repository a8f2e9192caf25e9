"""The offices of the district: who waits to be confirmed, who holds one, and the decisions about them."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from permissions import administrators
from permissions.acting import Acting
from permissions.administrators import NewOffice
from permissions.doors import Needs, Page
from permissions.identity.phones import mask_phone
from permissions.models import RoleAssignment
from permissions.offices import IN_FORCE, OFFICES, OVER, WAITING, WORDS, offices_of, standing_of
from permissions.people import found, searched
from permissions.roles import Capability
from vault.refusal import Refusal

APPOINTING = Needs(Capability.MANAGE_ROLES)
PER_PAGE = 30
TEMPLATE = "permissions/administrators.html"
SHOWN_AGAIN = frozenset({"invalid_input", "already_exists", "offices_apart"})


class Administrators(Page):
    """The list, and the form that enters one more office."""

    policies = {"GET": APPOINTING, "POST": APPOINTING}

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.render(request, TEMPLATE, listed(request, self.acting))

    def post(self, request: HttpRequest) -> HttpResponse:
        typed = {name: request.POST.get(name, "") for name in ("name", "phone", "role")}
        try:
            office = administrators.appoint(NewOffice(**typed), by=self.acting)
        except Refusal as refusal:
            if refusal.code not in SHOWN_AGAIN:
                raise
            return self.again(request, TEMPLATE, refusal, listed(request, self.acting) | {"typed": typed, "open_appoint": True})
        messages.success(
            request, _("%(name)s is entered. Another district administrator confirms it.") % {"name": office.user.display_name}
        )
        return redirect("administrators")


class Administrator(Page):
    """One office: asked for the reason it ends, and the decision: confirm, take back, or end."""

    policies = {"GET": APPOINTING, "POST": APPOINTING}

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        return self.render(request, TEMPLATE, self.asked(request, public_id))

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        decide = DECISIONS.get(request.POST.get("act", ""))
        if decide is None:
            raise Refusal("invalid_input", _("The page was incomplete. Please load it again."))
        try:
            said = decide(public_id, request, self.acting)
        except Refusal as refusal:
            if refusal.code not in ("invalid_input", "last_two"):
                raise
            return self.again(request, TEMPLATE, refusal, self.asked(request, public_id))
        messages.success(request, said)
        return redirect("administrators")

    def asked(self, request: HttpRequest, public_id: UUID) -> dict[str, Any]:
        """The list with the question before it."""
        ending = offices_of(self.acting, standing=IN_FORCE).filter(public_id=public_id).first()
        if ending is None:
            raise Http404
        return listed(request, self.acting) | {"ending": ending, "typed": {"reason": request.POST.get("reason", "")}}


def _confirm(public_id: UUID, _request: HttpRequest, by: Acting) -> str:
    office = administrators.confirm(public_id, by=by)
    return _("%(name)s has this office from now on.") % {"name": office.user.display_name}


def _withdraw(public_id: UUID, _request: HttpRequest, by: Acting) -> str:
    administrators.withdraw(public_id, by=by)
    return _("The entry is taken back; nothing came of it.")


def _end(public_id: UUID, request: HttpRequest, by: Acting) -> str:
    administrators.end(public_id, request.POST.get("reason", ""), by=by)
    return _("The office is over, from the next click on.")


DECISIONS = {"confirm": _confirm, "withdraw": _withdraw, "end": _end}


def listed(request: HttpRequest, by: Acting) -> dict[str, Any]:
    """The filtered list; the filters stand in the address."""
    role, standing, words = request.GET.get("role", ""), request.GET.get("standing", ""), searched(request.GET.get("q", ""))
    page = Paginator(found(offices_of(by, role, standing), words, "user__"), PER_PAGE).get_page(request.GET.get("page"))
    return {
        "page": page,
        "rows": [row_of(office, by.user.pk) for office in page],
        "q": words,
        "role": role,
        "standing": standing,
        "offices": OFFICES,
        "roles": [("", _("all")), *OFFICES],
        "standings": [("", _("all")), *WORDS.items()],
        "typed": {},
    }


def row_of(office: RoleAssignment, reader: int) -> dict[str, Any]:
    """One office as the list shows it, with what this reader may decide."""
    standing = standing_of(office)
    return {
        "office": office,
        "phone": mask_phone(office.user.phone),
        "kind": {WAITING: "few", IN_FORCE: "ok", OVER: "off"}[standing],
        "word": WORDS[standing],
        "is_waiting": standing == WAITING,
        "is_in_force": standing == IN_FORCE,
        "may_confirm": standing == WAITING and reader not in (office.entered_by_id, office.user_id),
    }
