"""Departments of an institution: added and corrected in a dialog on the institution's page."""

from functools import partial
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from clinics.departments import add_department, correct_department
from clinics.models import Institution
from clinics.place_queries import department_of, institution_registered
from clinics.views import typed
from clinics.views.institutions import SEEING, page_of
from permissions.doors import Page
from vault.refusal import Refusal

FIELDS = ("standard_code", "name", "local_code")


class DepartmentNew(Page):
    """POST: one more department of an institution."""

    policies = {"POST": SEEING}

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        request.refused = partial(self.refused, request, public_id)  # type: ignore[attr-defined]
        institution = institution_registered(self.acting, public_id)
        made = add_department(institution, **typed.texts(request, FIELDS), by=self.acting)
        messages.success(request, _("%(name)s was added.") % {"name": made.name})
        return redirect("institution", public_id)

    def refused(self, request: HttpRequest, public_id: UUID, refusal: Refusal) -> HttpResponse | None:
        if refusal.code != "invalid_input":
            return None
        institution = institution_registered(self.acting, public_id)
        return with_dialog(self, request, institution, refusal, open_department_new=True)


class DepartmentEdit(Page):
    """Corrects the code or name of a department."""

    policies = {"GET": SEEING, "POST": SEEING}

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        department = department_of(self.acting, public_id)
        institution = institution_registered(self.acting, department.institution.public_id)
        return with_dialog(self, request, institution, None, department=department)

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        request.refused = partial(self.refused, request, public_id)  # type: ignore[attr-defined]
        department = department_of(self.acting, public_id)
        correct_department(department, **typed.texts(request, FIELDS), by=self.acting)
        messages.success(request, _("Saved. What was there before is in the history."))
        return redirect("institution", department.institution.public_id)

    def refused(self, request: HttpRequest, public_id: UUID, refusal: Refusal) -> HttpResponse | None:
        if refusal.code != "invalid_input":
            return None
        department = department_of(self.acting, public_id)
        institution = institution_registered(self.acting, department.institution.public_id)
        return with_dialog(self, request, institution, refusal, department=department)


def with_dialog(page: Page, request: HttpRequest, institution: Institution, refusal: Refusal | None, **opened: object) -> HttpResponse:
    """The institution's page with a dialog open, and what was typed in it."""
    department = opened.get("department")
    held = {name: getattr(department, name) for name in FIELDS} if department else dict.fromkeys(FIELDS, "")
    said = held | {name: request.POST[name] for name in FIELDS if name in request.POST}
    context = page_of(page, institution) | typed.errors_in(refusal) | {"said": said} | opened
    return page.render(request, "clinics/institution.html", context)
