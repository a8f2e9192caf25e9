"""The register of institutions: the list, one institution with its stations, departments, alliances and history."""

from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from clinics.models import FactOf, Institution
from clinics.models.institution import DepartmentCategory, InstitutionKind, Level
from clinics.register.answerable import missing_of
from clinics.register.booking_rules import rules_on
from clinics.register.facts import fact_fields, facts_shown, label_words, labels_for
from clinics.register.history import Entry, timeline_of
from clinics.register.naming import shows_names
from clinics.register.place_queries import (
    STANDINGS,
    counted,
    departments_of,
    institution_registered,
    institutions_registered,
    memberships_of,
    posts_at,
    standing,
    stations_of,
    with_name,
)
from clinics.register.subjects import SUBJECTS
from clinics.views import typed
from clinics.views.exporting import handed_out
from clinics.views.institutions_lines import COLUMNS, kind_of_state, line_of, state_of
from clinics.views.institutions_words import WORDS
from permissions.doors import Needs, Page
from permissions.roles import Capability, Role

PER_PAGE = 30
SEEING = Needs(Capability.MANAGE_INSTITUTIONS, Capability.MANAGE_POSTS)
KEEPING = Needs(Capability.MANAGE_INSTITUTIONS, Capability.MANAGE_POSTS, Capability.KEEP_REGISTER)
REGISTERING = Needs(Capability.MANAGE_INSTITUTIONS)


class Institutions(Page):
    """Every institution somebody answers for, filtered by kind, level, standing and name."""

    policies = {"GET": KEEPING}

    def get(self, request: HttpRequest) -> HttpResponse:
        everything = institutions_registered(self.acting)
        filters = filters_from(request.GET)
        page = Paginator(filtered(everything, filters), PER_PAGE).get_page(request.GET.get("page"))
        for one in page:
            one.state_word, one.state_kind = state_of(one), kind_of_state(one)  # type: ignore[attr-defined]
        context = {
            **filters,
            "page": page,
            "counts": counted(everything),
            "kinds": [("", _("all")), *InstitutionKind.choices],
            "levels": [("", _("all")), *Level.choices],
            "standings": [("", _("all")), *((name, words) for name, (words, _condition) in STANDINGS.items())],
            "registers": self.acting.can(Capability.MANAGE_INSTITUTIONS),
            "keeps_people": self.acting.can(Capability.MANAGE_POSTS),
        }
        return self.render(request, "clinics/institutions.html", context)


class InstitutionsExport(Page):
    """The same list as a file."""

    policies = {"POST": KEEPING}

    def post(self, request: HttpRequest) -> HttpResponseBase:
        filters = filters_from(request.GET)
        rows = filtered(institutions_registered(self.acting), filters)
        labels = labels_for(FactOf.INSTITUTION, self.acting.district_id)
        columns = [*COLUMNS, *(label_words(label) for label in labels)]
        return handed_out(
            request, "institutions", _("Institutions"), columns, (line_of(one, labels) for one in rows), by=self.acting,
            filters={name: filters[name] for name in ("kind", "level", "standing")},
        )  # fmt: skip


class InstitutionPage(Page):
    """One institution with everything that hangs on it."""

    policies = {"GET": KEEPING}

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        institution = institution_registered(self.acting, public_id)
        return self.render(request, "clinics/institution.html", page_of(self, institution))


def page_of(page: Page, institution: Institution) -> dict[str, Any]:
    """What the page of an institution shows."""
    acting = page.acting
    today = timezone.localdate()
    is_hospital = institution.kind == InstitutionKind.HOSPITAL
    return {
        "institution": institution,
        "is_hospital": is_hospital,
        "shows_names": shows_names(institution, today),
        "state": state_of(institution),
        "working": _("working"),
        "lacks": missing_of(institution) if is_hospital else [],
        "rules": rules_on(institution, today) if is_hospital else None,
        "facts_shown": facts_shown(labels_for(FactOf.INSTITUTION, institution.district_id), institution.facts),
        "keeps_people": acting.can(Capability.MANAGE_POSTS),
        "stations": list(stations_of(institution)) if institution.kind == InstitutionKind.CENTRE else [],
        "departments": list(departments_of(institution)),
        "alliances": list(memberships_of(institution)),
        "posts": [(kind, Role(kind).label, number) for kind, number in sorted(posts_at(institution).items())],
        "timeline": timeline_of(institution.public_id, WORDS, beginning=registered(institution)),
        "registers": acting.can(Capability.MANAGE_INSTITUTIONS),
        "subjects": SUBJECTS.values(),
        "subjects_by_code": SUBJECTS,
        "categories": DepartmentCategory.choices,
        "facts": fact_fields(labels_for(FactOf.DEPARTMENT, institution.district_id), {}),
        "today": today,
    }


def registered(institution: Institution) -> Entry:
    """The beginning of its history, where nobody is known to have registered it one by one."""
    return Entry(institution.created_at, _("Entered into the register"), "", institution.source)


def filters_from(data: QueryDict) -> dict[str, str]:
    """The filters of an address."""
    return {
        "kind": typed.one_of(data, "kind", InstitutionKind.values),
        "level": typed.one_of(data, "level", Level.values),
        "standing": typed.one_of(data, "standing", STANDINGS),
        "q": typed.search_in(data),
    }


def filtered(institutions: Any, filters: dict[str, str]) -> Any:
    """The institutions these filters leave."""
    found = with_name(standing(institutions, filters["standing"]), filters["q"])
    plain = {name: filters[name] for name in ("kind", "level") if filters[name]}
    return found.filter(**plain)
