"""The form of a service: the kind is chosen first, as each kind has fields of its own; correcting, ending and bringing back."""

from collections.abc import Mapping
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from clinics.keeping import place_kept_by
from clinics.models import FactOf, Institution, Service, ServiceKind
from clinics.offers.fields import SEVERAL_LINES, fields_of
from clinics.offers.offers import bring_back_service, correct_service, end_service, offer_service
from clinics.offers.queries import service_kept_by
from clinics.offers.reading import Offer, clean_fee, clean_places, items_in
from clinics.register.facts import labels_for, typed_facts
from clinics.views import typed
from clinics.views.offers import page_of
from clinics.views.offers_fields import form_of
from clinics.views.practitioners import KEEPING
from clinics.views.practitioners_form import REDRAWN, choose_place, chosen_place, day_in
from permissions.doors import Page
from vault.faults import Faults
from vault.refusal import Refusal

TEXTS = ("slot_class", "title", "disease", "name", "code", "introduction", "indications", "preparation", "eligibility", "notes")
READ = {"fee": clean_fee, "items": items_in, "places_per_day": clean_places}
DAYS = ("active_from", "active_to")


class ServiceNew(Page):
    """Enters a service; who keeps several hospitals chooses one first, then the kind."""

    policies = {"GET": KEEPING, "POST": KEEPING}
    repeated = frozenset({"team"})

    def get(self, request: HttpRequest) -> HttpResponse:
        place = chosen_place(self, request)
        if place is None:
            return choose_place(self, request, _("Enter a service"), "services")
        return self.form(request, place, kind_in(request.GET))

    def post(self, request: HttpRequest) -> HttpResponse:
        request.refused = partial(self.refused, request)  # type: ignore[attr-defined]
        place = place_kept_by(self.acting, typed.chosen_id(request, "institution"))
        kind = request.POST.get("kind", "")
        made = offer_service(place, Offer(kind=kind, **read_fields(request, place)), by=self.acting)
        messages.success(request, _("%(name)s was added.") % {"name": made.name})
        return redirect("service", made.public_id)

    def refused(self, request: HttpRequest, refusal: Refusal) -> HttpResponse | None:
        if refusal.code not in REDRAWN:
            return None
        place = place_kept_by(self.acting, typed.id_or_none(request.POST.get("institution", "")))
        return self.form(request, place, kind_in(request.POST), refusal)

    def form(self, request: HttpRequest, place: Institution, kind: str, refusal: Refusal | None = None) -> HttpResponse:
        return self.render(request, "clinics/service_form.html", form_of(place, kind, None, refusal, request.POST))


class ServiceEdit(Page):
    """Corrects a service; its kind and hospital never change."""

    policies = {"GET": KEEPING, "POST": KEEPING}
    repeated = frozenset({"team"})

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        return self.form(request, service_kept_by(self.acting, public_id))

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        request.refused = partial(self.refused, request, public_id)  # type: ignore[attr-defined]
        service = service_kept_by(self.acting, public_id)
        given = {name: value for name, value in read_fields(request, service.institution).items() if said(name, service, request)}
        correct_service(service, given, by=self.acting, expected_version=typed.version(request))
        messages.success(request, _("Saved. What was there before is in the history."))
        return redirect("service", public_id)

    def refused(self, request: HttpRequest, public_id: UUID, refusal: Refusal) -> HttpResponse | None:
        if refusal.code not in REDRAWN:
            return None
        return self.form(request, service_kept_by(self.acting, public_id), refusal)

    def form(self, request: HttpRequest, service: Service, refusal: Refusal | None = None) -> HttpResponse:
        context = form_of(service.institution, service.kind, service, refusal, request.POST)
        return self.render(request, "clinics/service_form.html", context)


class ServiceEnd(Page):
    """POST: the service is no longer offered from a day on."""

    policies = {"POST": KEEPING}

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        request.refused = partial(self.refused, request, public_id)  # type: ignore[attr-defined]
        service = service_kept_by(self.acting, public_id)
        end_service(service, day_in(request, "active_to"), by=self.acting, expected_version=typed.version(request))
        messages.success(request, _("The service ends on that day. It can be brought back."))
        return redirect("service", public_id)

    def refused(self, request: HttpRequest, public_id: UUID, refusal: Refusal) -> HttpResponse | None:
        if refusal.code not in REDRAWN:
            return None
        context = page_of(service_kept_by(self.acting, public_id)) | typed.errors_in(refusal)
        return self.render(request, "clinics/service.html", context | {"open_end": True, "said": request.POST})


class ServiceBack(Page):
    """POST: the service is offered again."""

    policies = {"POST": KEEPING}

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        bring_back_service(service_kept_by(self.acting, public_id), by=self.acting, expected_version=typed.version(request))
        messages.success(request, _("The service is offered again."))
        return redirect("service", public_id)


def kind_in(data: Mapping[str, Any]) -> str:
    """The kind that was chosen; a clinic when nothing was."""
    kind = data.get("kind", "")
    return kind if kind in ServiceKind.values else ServiceKind.CLINIC


def said(name: str, service: Service, request: HttpRequest) -> bool:
    """Whether the form spoke of a field; one of another kind is refused by the use case. No box ticked is a team of nobody."""
    return name == "facts" or name in request.POST or (name == "team" and "team" in fields_of(service.kind))


def read_fields(request: HttpRequest, place: Institution) -> dict[str, Any]:
    """Every field as typed, amounts and days read; all faults at once."""
    faults = Faults()
    given: dict[str, Any] = dict(faults.of(typed.texts, request, TEXTS, several_lines=SEVERAL_LINES) or {})
    amounts = faults.of(typed.texts, request, READ, several_lines=SEVERAL_LINES) or dict.fromkeys(READ, "")
    given |= {name: faults.of(read, amounts[name], name) for name, read in READ.items()}
    given |= {name: faults.of(day_in, request, name) for name in DAYS if request.POST.get(name, "").strip()}
    given |= {name: None for name in DAYS if name not in given}
    given["department"] = faults.of(typed.chosen_id, request, "department")
    given["team"] = tuple(faults.of(typed.chosen_ids, request, "team") or ())
    faults.tell()
    return given | {"items": given["items"] or (), "facts": typed_facts(request.POST, labels_for(FactOf.SERVICE, place.district_id))}
