"""Departments of an institution: added and corrected in a dialog on the institution's page."""

from functools import partial
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from clinics.models import Department, DepartmentCategory, FactLabel, FactOf, Institution
from clinics.register.departments import FIELDS, LABELS, Room, add_department, correct_department
from clinics.register.facts import fact_fields, labels_for, typed_facts
from clinics.register.place_queries import department_of, institution_registered
from clinics.views import typed
from clinics.views.institutions import KEEPING, page_of
from permissions.doors import Page
from vault.refusal import Refusal

SEVERAL_LINES = frozenset({"introduction"})


class DepartmentNew(Page):
    """POST: one more department of an institution."""

    policies = {"POST": KEEPING}

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        request.refused = partial(self.refused, request, public_id)  # type: ignore[attr-defined]
        institution = institution_registered(self.acting, public_id)
        given = typed.texts(request, FIELDS, several_lines=SEVERAL_LINES)
        given["category"] = given["category"] or DepartmentCategory.CLINICAL
        facts = typed_facts(request.POST, facts_of(institution))
        made = add_department(institution, Room(**given), by=self.acting, facts=facts)
        messages.success(request, _("%(name)s was added.") % {"name": made.name})
        return redirect("institution", public_id)

    def refused(self, request: HttpRequest, public_id: UUID, refusal: Refusal) -> HttpResponse | None:
        if refusal.code != "invalid_input":
            return None
        institution = institution_registered(self.acting, public_id)
        return with_dialog(self, request, institution, refusal)


class DepartmentEdit(Page):
    """Corrects a department: subject and own code, name, category, introduction, further facts."""

    policies = {"GET": KEEPING, "POST": KEEPING}

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        department = department_of(self.acting, public_id)
        institution = institution_registered(self.acting, department.institution.public_id)
        return with_dialog(self, request, institution, None, department)

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        request.refused = partial(self.refused, request, public_id)  # type: ignore[attr-defined]
        department = department_of(self.acting, public_id)
        given = typed.texts(request, FIELDS, several_lines=SEVERAL_LINES)
        given["category"] = given["category"] or department.category
        correct_department(department, given, by=self.acting, facts=typed_facts(request.POST, facts_of(department.institution)))
        messages.success(request, _("Saved. What was there before is in the history."))
        return redirect("institution", department.institution.public_id)

    def refused(self, request: HttpRequest, public_id: UUID, refusal: Refusal) -> HttpResponse | None:
        if refusal.code != "invalid_input":
            return None
        department = department_of(self.acting, public_id)
        institution = institution_registered(self.acting, department.institution.public_id)
        return with_dialog(self, request, institution, refusal, department)


def facts_of(institution: Institution) -> list[FactLabel]:
    """The further facts the institution's district asks of a department."""
    return labels_for(FactOf.DEPARTMENT, institution.district_id)


def with_dialog(
    page: Page, request: HttpRequest, institution: Institution, refusal: Refusal | None, department: Department | None = None
) -> HttpResponse:
    """The institution's page with a dialog open, and what was typed in it."""
    held = {name: getattr(department, name) for name in FIELDS} if department else dict.fromkeys(FIELDS, "")
    said = held | {name: request.POST[name] for name in FIELDS if name in request.POST}
    shown = typed.errors_in(refusal)
    context = page_of(page, institution) | shown | {"said": said, "labels": LABELS, "department": department}
    context["facts"] = fact_fields(facts_of(institution), department.facts if department else {}, request.POST, shown["errors"])
    return page.render(request, "clinics/institution.html", context | {"open_department_new": department is None})
