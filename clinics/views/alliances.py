"""The alliances of the district: the list, founding one, its members coming and going, its history."""

from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clinics.models import Alliance
from clinics.models.alliance import AllianceKind
from clinics.models.institution import InstitutionKind
from clinics.register.alliances import NewAlliance, admit, correct, exclude, found, grants_that_would_end
from clinics.register.history import timeline_of
from clinics.register.place_queries import alliance_of, alliances_of, could_join, institution_registered, members_of
from clinics.views import typed
from clinics.views.institutions import REGISTERING, SEEING
from clinics.views.institutions_words import ALLIANCE_WORDS
from permissions.doors import Page
from permissions.roles import Capability
from vault.refusal import Refusal

PER_PAGE = 30
FIELDS = ("kind", "name")
REDRAWN = frozenset({"invalid_input", "stale_state"})


class Alliances(Page):
    """Every alliance of the district, and the dialog that founds another."""

    policies = {"GET": SEEING, "POST": REGISTERING}
    repeated = frozenset({"member"})

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.listed(request)

    def post(self, request: HttpRequest) -> HttpResponse:
        request.refused = partial(self.refused, request)  # type: ignore[attr-defined]
        alliance = found(new_alliance(request), typed.chosen_ids(request, "member"), by=self.acting)
        messages.success(request, _("%(name)s is founded.") % {"name": alliance.name})
        return redirect("alliance", alliance.public_id)

    def refused(self, request: HttpRequest, refusal: Refusal) -> HttpResponse | None:
        return self.listed(request, refusal, open_new=True) if refusal.code in REDRAWN else None

    def listed(self, request: HttpRequest, refusal: Refusal | None = None, **more: Any) -> HttpResponse:
        text = typed.search_in(request.GET)
        alliances = alliances_of(self.acting)
        page = Paginator(alliances.filter(name__icontains=text) if text else alliances, PER_PAGE).get_page(request.GET.get("page"))
        registers = self.acting.can(Capability.MANAGE_INSTITUTIONS)
        ticked = set(request.POST.getlist("member"))
        members = list(could_join(None, self.acting.district_id)) if registers else []
        context = {
            "q": text,
            "page": page,
            "registers": registers,
            "kinds": [("", _("please choose")), *AllianceKind.choices],
            "leads": leads_of(members),
            "boxes": [(str(one.public_id), one.display_name, str(one.public_id) in ticked) for one in members],
            "said": request.POST,
            **typed.errors_in(refusal),
            **more,
        }
        return self.render(request, "clinics/alliances.html", context)


class AlliancePage(Page):
    """One alliance: kind, lead, members, history; what can be changed opens in dialogs."""

    policies = {"GET": SEEING, "POST": REGISTERING}

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        return self.render(request, "clinics/alliance.html", alliance_context(self, alliance_of(self.acting, public_id)))

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        request.refused = partial(self.refused, request, public_id)  # type: ignore[attr-defined]
        alliance = alliance_of(self.acting, public_id)
        correct(alliance, new_alliance(request), by=self.acting, expected_version=typed.version(request))
        messages.success(request, _("Saved. What was there before is in the history."))
        return redirect("alliance", public_id)

    def refused(self, request: HttpRequest, public_id: UUID, refusal: Refusal) -> HttpResponse | None:
        return refused_alliance(self, request, public_id, refusal, open_edit=True)


class AllianceMembers(Page):
    """POST: institutions join."""

    policies = {"POST": REGISTERING}
    repeated = frozenset({"institution"})

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        request.refused = partial(self.refused, request, public_id)  # type: ignore[attr-defined]
        joined = admit(alliance_of(self.acting, public_id), typed.chosen_ids(request, "institution"), by=self.acting)
        words = ngettext("%(count)d institution joined.", "%(count)d institutions joined.", len(joined))
        messages.success(request, words % {"count": len(joined)})
        return redirect("alliance", public_id)

    def refused(self, request: HttpRequest, public_id: UUID, refusal: Refusal) -> HttpResponse | None:
        return refused_alliance(self, request, public_id, refusal, open_join=True)


class AllianceLeave(Page):
    """A member leaves: first what would end with it, then the deed."""

    policies = {"GET": REGISTERING, "POST": REGISTERING}

    def get(self, request: HttpRequest, public_id: UUID, institution: UUID) -> HttpResponse:
        return self.render(request, "clinics/alliance.html", self.asked(public_id, institution))

    def post(self, request: HttpRequest, public_id: UUID, institution: UUID) -> HttpResponse:
        request.refused = partial(self.refused, request, public_id)  # type: ignore[attr-defined]
        ended = exclude(alliance_of(self.acting, public_id), institution, by=self.acting)
        words = ngettext("It left. %(count)d grant of its doctors ended.", "It left. %(count)d grants of its doctors ended.", ended)
        messages.success(request, words % {"count": ended})
        return redirect("alliance", public_id)

    def asked(self, public_id: UUID, institution: UUID) -> dict[str, Any]:
        alliance = alliance_of(self.acting, public_id)
        leaving = institution_registered(self.acting, institution)
        return alliance_context(self, alliance) | {"leaving": leaving, "grants": grants_that_would_end(alliance, leaving).count()}

    def refused(self, request: HttpRequest, public_id: UUID, refusal: Refusal) -> HttpResponse | None:
        return refused_alliance(self, request, public_id, refusal)


def refused_alliance(page: Page, request: HttpRequest, public_id: UUID, refusal: Refusal, **opened: bool) -> HttpResponse | None:
    """The alliance's page with the dialog open again and what was wrong in it."""
    if refusal.code not in REDRAWN:
        return None
    context = alliance_context(page, alliance_of(page.acting, public_id)) | typed.errors_in(refusal) | opened
    return page.render(request, "clinics/alliance.html", context | ({"said": request.POST} if opened.get("open_edit") else {}))


def alliance_context(page: Page, alliance: Alliance) -> dict[str, Any]:
    """What the page of an alliance shows; each district moves its own institutions, the lead's district the rest."""
    district, registers = page.acting.district_id, page.acting.can(Capability.MANAGE_INSTITUTIONS)
    members = list(members_of(alliance))
    leads = registers and alliance.lead.district_id == district
    return {
        "alliance": alliance,
        "members": [(one, registers and one.district_id == district and one.pk != alliance.lead_id) for one in members],
        "joinable": [(str(one.public_id), one.display_name, False) for one in could_join(alliance, district)] if registers else [],
        "kinds": AllianceKind.choices,
        "leads": leads_of(members_and_hospitals(members, district)) if leads else [],
        "may_edit": leads,
        "registers": registers,
        "timeline": timeline_of(alliance.public_id, ALLIANCE_WORDS),
        "said": {"kind": alliance.kind, "name": alliance.name, "lead": str(alliance.lead.public_id)},
    }


def members_and_hospitals(members: list[Any], district: int) -> list[Any]:
    """Who may lead: the hospitals of the district, members first."""
    own = [one for one in members if one.district_id == district]
    known = {one.pk for one in own}
    return [*own, *(one for one in could_join(None, district) if one.pk not in known)]


def leads_of(institutions: list[Any]) -> typed.Options:
    hospitals = [(str(one.public_id), one.display_name) for one in institutions if one.kind == InstitutionKind.HOSPITAL]
    return [("", _("please choose")), *hospitals]


def new_alliance(request: HttpRequest) -> NewAlliance:
    """The alliance as typed."""
    return NewAlliance(**typed.texts(request, FIELDS), lead=typed.chosen_id(request, "lead"))
