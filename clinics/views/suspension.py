"""The district suspends, excludes and reinstates whole institutions; who is affected stands there before anything happens."""

from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from clinics.models import Institution, InstitutionSanction
from clinics.views.right_words import row_of
from clinics.views.rights import note_in, version_in
from clinics.views.typed import search_in
from clinics.watch import suspension
from clinics.watch.queries import institution_watched, institutions_watched, sanctions_of
from clinics.watch.states import LIFTED, MISCONDUCT, REVOKED, SUSPENDED, SanctionReason
from clinics.watch.timeline import steps_of
from permissions.doors import Needs, Page
from permissions.roles import Capability
from vault.refusal import Refusal, invalid

DECIDING = Needs(Capability.GRANT_RIGHTS)
PER_PAGE, SHOWN = 30, 50
STANDINGS = {"suspended": True, "working": False}


class Suspensions(Page):
    """Every institution of the district, the suspended ones first; the way to suspending one."""

    policies = {"GET": DECIDING}

    def get(self, request: HttpRequest) -> HttpResponse:
        rows, text = institutions_watched(self.acting), search_in(request.GET)
        for word in text.split():
            rows = rows.filter(name__icontains=word)
        standing = request.GET.get("standing", "")
        if standing in STANDINGS:
            rows = rows.filter(is_suspended=STANDINGS[standing])
        page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
        standings = [("", _("all")), ("suspended", _("suspended")), ("working", _("taking part"))]
        context = {"page": page, "lines": [line_of(one) for one in page], "standings": standings, "standing": standing, "q": text}
        return self.render(request, "clinics/suspensions.html", context)


class Suspension(Page):
    """One institution: what would happen to whom, and the three decisions."""

    policies = {"GET": DECIDING, "POST": DECIDING}

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        return self.shown(request, public_id)

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        request.refused = partial(self.refused, request, public_id)  # type: ignore[attr-defined]
        institution = institution_watched(self.acting, public_id)
        decide = DECISIONS.get(request.POST.get("act", ""))
        if decide is None:
            raise invalid("act", _("Choose what to do."))
        messages.success(request, decide(institution, request.POST, self.acting) % {"name": institution.short_name})
        return redirect("suspension", public_id)

    def refused(self, request: HttpRequest, public_id: UUID, refusal: Refusal) -> HttpResponse | None:
        """The same dialog again with what was typed and why it could not be done."""
        if refusal.code in ("not_found", "not_allowed"):
            return None
        act = request.POST.get("act", "")
        opened = {f"open_{act}": True} if act in DECISIONS else {"loose": True}
        return self.shown(request, public_id, refusal=refusal, typed=request.POST, **opened)

    def shown(self, request: HttpRequest, public_id: UUID, **more: Any) -> HttpResponse:
        institution = institution_watched(self.acting, public_id)
        held = next(iter(institution.held), None)  # type: ignore[attr-defined]
        history = sanctions_of(institution)
        affected = {status: suspension.affected_rights(institution, status) for status in (SUSPENDED, REVOKED)}
        context = {
            "institution": institution, "held": held, "history": history, "timeline": steps_of(history),
            "affected": [row_of(post) for post in affected[REVOKED if held else SUSPENDED][:SHOWN]],
            "to_suspend": len(affected[SUSPENDED]), "to_revoke": len(affected[REVOKED]),
            "to_return": held.rights.count() if held and held.status == SUSPENDED else 0,
            "may": may(held), "reasons": [("", _("please choose")), *SanctionReason.choices],
            "asked": held.return_asked_by if held else None, "two": held is not None and held.reason_code in MISCONDUCT,
        }  # fmt: skip
        return self.render(request, "clinics/suspension.html", context | more)


def line_of(institution: Institution) -> dict[str, Any]:
    """One line of the list."""
    held = next(iter(institution.held), None)  # type: ignore[attr-defined]
    by_centre = held is None and institution.is_suspended
    return {"institution": institution, "held": held, "by_centre": by_centre}


def may(held: InstitutionSanction | None) -> set[str]:
    """The decisions open from here, by the table of states."""
    source = held.status if held else ""
    named = {SUSPENDED: "suspend", REVOKED: "revoke", LIFTED: "reinstate"}
    return {named[step.target] for step in InstitutionSanction.STATES.transitions if step.source == source}


def _suspend(institution: Institution, typed: QueryDict, by: Any) -> str:
    suspension.suspend(institution, by=by, reason=typed.get("reason", ""), note=note_in(typed))
    return _("%(name)s is suspended; the next click of each of its doctors is refused.")


def _revoke(institution: Institution, typed: QueryDict, by: Any) -> str:
    version = version_in(typed) if typed.get("version") else None
    suspension.revoke(institution, by=by, reason=typed.get("reason", ""), note=note_in(typed), expected_version=version)
    return _("%(name)s is excluded; every right of its doctors is revoked.")


def _reinstate(institution: Institution, typed: QueryDict, by: Any) -> str:
    after = suspension.reinstate(institution, by=by, expected_version=version_in(typed))
    if after.status != LIFTED:
        return _("Your agreement is noted. A second person of the district has to agree before %(name)s may refer again.")
    return _("%(name)s takes part again.")


DECISIONS = {"suspend": _suspend, "revoke": _revoke, "reinstate": _reinstate}
