"""A hospital's base subjects with its own departments and codes (R091): the page and the file."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _

from clinics.models import Department, Institution
from clinics.register.departments import LABELS
from clinics.register.place_queries import departments_of, institution_registered
from clinics.register.subject_map import Mapped, mapping, not_offered
from clinics.views import typed
from clinics.views.exporting import handed_out
from clinics.views.institutions import KEEPING
from permissions.doors import Page

SHOWN = ("lacking", "whole")


class SubjectMap(Page):
    """Which base subject is which of the hospital's departments; what lacks its mapping stands first."""

    policies = {"GET": KEEPING}

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        institution = institution_registered(self.acting, public_id)
        everything = mapping(departments_of(institution))
        show, text = typed.one_of(request.GET, "show", SHOWN), typed.search_in(request.GET)
        context = {
            "institution": institution,
            "rows": filtered(everything, show, text),
            "total": sum(len(row.departments) for row in everything),
            "lacking": sum(1 for row in everything for one in row.departments if not one.local_code or row.subject is None),
            "absent": not_offered(everything),
            "shows": [("", _("all")), ("lacking", _("mapping incomplete")), ("whole", _("mapped"))],
            "show": show,
            "q": text,
        }
        return self.render(request, "clinics/subject_map.html", context)


class SubjectMapExport(Page):
    """The same as a file, a line for every department."""

    policies = {"POST": KEEPING}

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponseBase:
        institution = institution_registered(self.acting, public_id)
        show = typed.one_of(request.GET, "show", SHOWN)
        rows = filtered(mapping(departments_of(institution)), show, typed.search_in(request.GET))
        columns = [LABELS["standard_code"], _("Base subject"), _("Department"), LABELS["local_code"], LABELS["category"], _("Mapping")]
        lines = (line_of(row, one) for row in rows for one in row.departments)
        return handed_out(request, "subject_map", title_of(institution), columns, lines, by=self.acting, filters={"show": show})


def title_of(institution: Institution) -> str:
    """What the file is called."""
    return _("Subjects and departments of %(name)s") % {"name": institution.display_short_name}


def line_of(row: Mapped, one: Department) -> list[object]:
    """One department of one subject."""
    word = _("not a listed code") if row.subject is None else _("mapped") if one.local_code else _("no own code")
    return [row.code, row.subject.words if row.subject else "", one.name, one.local_code, one.get_category_display(), word]


def filtered(rows: list[Mapped], show: str, text: str) -> list[Mapped]:
    """The subjects a filter and a search leave; a search looks at codes, subjects and departments."""
    wanted = text.lower()
    return [
        row
        for row in rows
        if (not show or row.is_whole == (show == "whole")) and (not wanted or any(wanted in word.lower() for word in words_of(row)))
    ]


def words_of(row: Mapped) -> list[str]:
    """Everything a search may find a subject by."""
    subject = [row.subject.name, row.subject.name_en] if row.subject else []
    return [row.code, *subject, *(word for one in row.departments for word in (one.name, one.local_code))]
