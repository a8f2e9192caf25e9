"""The form of an institution: registering a new one, correcting one; what each kind has, with every fault beside its field."""

from collections.abc import Mapping
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from clinics.models import FactLabel, FactOf, Institution
from clinics.models.institution import Category, InstitutionKind, Level, PickupBy
from clinics.register.facts import fact_fields, labels_for, typed_facts
from clinics.register.particulars import (
    KEPT_BY_MANAGERS,
    LABELS,
    LONGEST,
    NAMES_OF_DOCTORS,
    ONLY_OF_HOSPITALS,
    REQUIRED,
    SEVERAL_LINES,
    Particulars,
)
from clinics.register.place_queries import centres_of, institution_registered
from clinics.register.registry import correct_institution, particulars_of, register_institution
from clinics.views import typed
from clinics.views.institutions import KEEPING, REGISTERING
from permissions.doors import Page
from permissions.roles import Capability
from vault.refusal import Refusal

GROUPS = (
    ("who", ("name", "short_name", "name_en", "parent", "level", "grade", "category")),
    ("where", ("phone", "address", "website", "directions", "introduction")),
    ("arriving", ("pickup_by", "pickup_place", "arrival_text", "referral_window", "help_desk")),
    ("responsible", ("responsible_department", "responsible_name", "responsible_title", "responsible_phone")),
    ("offering", ("shows_doctor_names", "active_from", "active_to")),
)
TYPED = tuple(name for _group, names in GROUPS for name in names if name != "parent")
TYPES = {"phone": "tel", "responsible_phone": "tel", "active_from": "date", "active_to": "date"}
REDRAWN = frozenset({"invalid_input", "stale_state"})


class InstitutionNew(Page):
    """Registers an institution; the kind is chosen first, as each kind has fields of its own."""

    policies = {"GET": REGISTERING, "POST": REGISTERING}

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.form(request, dict.fromkeys(TYPED, "") | {"parent": request.GET.get("parent", "")})

    def post(self, request: HttpRequest) -> HttpResponse:
        request.refused = partial(self.refused, request)  # type: ignore[attr-defined]
        given = Particulars(kind=kind_in(request), **typed_fields(request))
        institution = register_institution(given, by=self.acting, facts=typed_facts(request.POST, self.labels()))
        messages.success(request, _("%(name)s is registered.") % {"name": institution.display_name})
        return redirect("institution", institution.public_id)

    def refused(self, request: HttpRequest, refusal: Refusal) -> HttpResponse | None:
        return self.form(request, request.POST, refusal) if refusal.code in REDRAWN else None

    def form(self, request: HttpRequest, values: Mapping[str, Any], refusal: Refusal | None = None) -> HttpResponse:
        kind = kind_in(request)
        shown = typed.errors_in(refusal)
        context = {
            "kind": kind,
            "kinds": [(value, label, value == kind) for value, label in InstitutionKind.choices],
            "columns": columns_of(self, kind, values, shown["errors"]),
            "facts": fact_fields(self.labels(), {}, values, shown["errors"]),
            "labels": LABELS,
            **shown,
        }
        return self.render(request, "clinics/institution_form.html", context)

    def labels(self) -> list[FactLabel]:
        return labels_for(FactOf.INSTITUTION, self.acting.district_id)


class InstitutionEdit(Page):
    """Corrects an institution: the district everything but its kind, its manager and a hospital's coordinator what is theirs."""

    policies = {"GET": KEEPING, "POST": KEEPING}

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        return self.form(request, institution_registered(self.acting, public_id))

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        request.refused = partial(self.refused, request, public_id)  # type: ignore[attr-defined]
        institution = institution_registered(self.acting, public_id)
        offered = offered_fields(self, institution.kind)
        given = {name: value for name, value in typed_fields(request).items() if name in offered and name in request.POST}
        facts = typed_facts(request.POST, labels_for(FactOf.INSTITUTION, institution.district_id))
        correct_institution(institution, given, by=self.acting, expected_version=typed.version(request), facts=facts)
        messages.success(request, _("Saved. What was there before is in the history."))
        return redirect("institution", public_id)

    def refused(self, request: HttpRequest, public_id: UUID, refusal: Refusal) -> HttpResponse | None:
        if refusal.code not in REDRAWN:
            return None
        return self.form(request, institution_registered(self.acting, public_id), refusal, request.POST)

    def form(
        self, request: HttpRequest, institution: Institution, refusal: Refusal | None = None, said: Mapping[str, Any] | None = None
    ) -> HttpResponse:
        held = particulars_of(institution)
        values = {name: getattr(held, name) for name in (*TYPED, "parent")} | dict(said.items() if said else ())
        shown = typed.errors_in(refusal)
        if refusal is not None and refusal.code == "stale_state":
            shown["errors"] = stands_now(institution, held, values)
        context = {
            "institution": institution,
            "kind": institution.kind,
            "columns": columns_of(self, institution.kind, values, shown["errors"]),
            "facts": fact_fields(labels_for(FactOf.INSTITUTION, institution.district_id), institution.facts, said, shown["errors"]),
            "labels": LABELS,
            **shown,
        }
        return self.render(request, "clinics/institution_form.html", context)


def stands_now(institution: Institution, held: Particulars, values: Mapping[str, Any]) -> dict[str, Any]:
    """What somebody else wrote meanwhile, beside each field where this reader has something else in hers."""
    words = {name: str(getattr(held, name)) for name in TYPED}
    words |= {"level": institution.get_level_display(), "category": institution.get_category_display()}
    words |= {"pickup_by": institution.get_pickup_by_display(), "shows_doctor_names": str(dict(NAMES_OF_DOCTORS)[held.shows_doctor_names])}
    changed = [name for name in TYPED if str(getattr(held, name)) != str(values.get(name) or "")]
    return {name: _("It now says: %(value)s") % {"value": words[name] or _("nothing")} for name in changed}


def kind_in(request: HttpRequest) -> str:
    """The kind that was chosen; a hospital when nothing was."""
    data = request.POST if request.method == "POST" else request.GET
    return data.get("kind", "") or InstitutionKind.HOSPITAL


def typed_fields(request: HttpRequest) -> dict[str, Any]:
    """Every field as typed."""
    return {**typed.texts(request, TYPED, several_lines=SEVERAL_LINES), "parent": typed.chosen_id(request, "parent")}


def offered_fields(page: Page, kind: str) -> frozenset[str]:
    """The fields this person may change of this kind of institution."""
    hidden = set() if kind == InstitutionKind.HOSPITAL else {*ONLY_OF_HOSPITALS, "category", "level"}
    hidden |= set() if kind == InstitutionKind.STATION else {"parent"}
    everything = frozenset(LABELS) - hidden
    return everything if page.acting.can(Capability.MANAGE_INSTITUTIONS) else everything & KEPT_BY_MANAGERS


def columns_of(page: Page, kind: str, values: Mapping[str, Any], errors: Mapping[str, Any]) -> list[list[dict[str, Any]]]:
    """The form in three parts and two columns, each field with what its template asks for."""
    titles = {
        "who": _("What it is"), "where": _("Where it is and how to come"), "arriving": _("What patients find"),
        "responsible": _("Who answers for it"), "offering": _("Taking part and names"),
    }  # fmt: skip
    offered = offered_fields(page, kind)
    groups = [
        {"name": group, "title": titles[group], "fields": [_field(page, name, values, errors) for name in names if name in offered]}
        for group, names in GROUPS
    ]
    shown = [group for group in groups if group["fields"]]
    return [
        column
        for name in (("who", "responsible", "offering"), ("where", "arriving"))
        if (column := [one for one in shown if one["name"] in name])
    ]


def _field(page: Page, name: str, values: Mapping[str, Any], errors: Mapping[str, Any]) -> dict[str, Any]:
    hints = {
        "short_name": _("As it stands in lists and messages."),
        "grade": _("Such as the first of three, where one was given."),
        "responsible_phone": _("A mobile number or a landline with its area code."),
        "website": _("Enter the whole address, as a browser shows it."),
        "referral_window": _("Such as: ground floor, window 2, Monday to Friday 8:00 to 16:30. Printed on the slip."),
        "help_desk": _("Where the desk in the hall stands. Printed on the slip."),
        "pickup_place": _("Printed on the slip and sent in the message."),
        "responsible_department": _("Without a department and a person the hospital publishes nothing."),
        "shows_doctor_names": _("Nothing public ever shows a name."),
        "active_from": _("Empty: from the beginning."),
        "active_to": _("The first day without it; may stay empty."),
    }
    return {
        "name": name, "label": LABELS[name], "value": values.get(name) or "", "error": errors.get(name, ""),
        "hint": hints.get(name, ""), "required": name in REQUIRED or name in ("parent", "level", "category"),
        "rows": 3 if name in SEVERAL_LINES else 0, "limit": LONGEST.get(name, 0) if name in SEVERAL_LINES else 0,
        "options": _options(page, name), "type": TYPES.get(name, "text"),
    }  # fmt: skip


def _options(page: Page, name: str) -> typed.Options | None:
    choose = ("", _("please choose"))
    if name == "level":
        return [choose, *Level.choices]
    if name == "pickup_by":
        return [("", _("not said")), *PickupBy.choices]
    if name == "shows_doctor_names":
        return list(NAMES_OF_DOCTORS)
    if name == "category":
        return [choose, *((value, label) for value, label in Category.choices if value != Category.COMMUNITY)]
    if name == "parent":
        return [choose, *((str(one.public_id), one.display_name) for one in centres_of(page.acting.district_id))]
    return None
