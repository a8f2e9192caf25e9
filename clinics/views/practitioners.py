"""The doctors of the hospitals somebody keeps: the list, its file, and one doctor with her services and history."""

from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from clinics.keeping import places_kept_by
from clinics.models import FactOf, Institution, Practitioner
from clinics.models.post import Title
from clinics.offers.queries import PRESENCE, departments_of_place, found_by, practitioner_kept_by, practitioners_kept_by, present
from clinics.register.facts import facts_shown, labels_for
from clinics.register.history import Entry, timeline_of
from clinics.register.naming import shows_names
from clinics.views import typed
from clinics.views.exporting import handed_out
from clinics.views.offer_words import OF_DOCTORS
from permissions.doors import Needs, Page
from permissions.identity.licences import mask_licence
from permissions.identity.phones import mask_phone
from permissions.roles import Capability

PER_PAGE = 30
KEEPING = Needs(Capability.KEEP_REGISTER)


class Practitioners(Page):
    """Every doctor somebody keeps, filtered by hospital, department, title and presence, found by name, pinyin or number."""

    policies = {"GET": KEEPING}

    def get(self, request: HttpRequest) -> HttpResponse:
        places = list(places_kept_by(self.acting))
        filters = filters_from(request.GET)
        page = Paginator(filtered(self, filters), PER_PAGE).get_page(request.GET.get("page"))
        context = {
            **filters,
            "page": page,
            "places": place_options(places),
            "departments": department_options(places, filters["institution"]),
            "titles": [("", _("all")), *Title.choices],
            "presences": list(PRESENCE.items()),
            "is_filtered": any(filters.values()),
            "today": timezone.localdate(),
        }
        return self.render(request, "clinics/practitioners.html", context)


class PractitionersExport(Page):
    """The same list as a file; licence and phone stay masked."""

    policies = {"POST": KEEPING}

    def post(self, request: HttpRequest) -> HttpResponseBase:
        filters = filters_from(request.GET)
        columns = [_("Hospital"), _("Department"), _("Name"), _("Staff number"), _("Title"), _("Licence number"), _("Phone")]
        columns += [_("Skills"), _("Introduction"), _("Left on")]
        said = {name: filters[name] for name in ("institution", "department", "title", "presence")}
        rows = (line_of(one) for one in filtered(self, filters))
        return handed_out(request, "practitioners", _("Doctors"), columns, rows, by=self.acting, filters=said)


class PractitionerPage(Page):
    """One doctor."""

    policies = {"GET": KEEPING}

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        return self.render(request, "clinics/practitioner.html", page_of(practitioner_kept_by(self.acting, public_id)))


def page_of(practitioner: Practitioner) -> dict[str, Any]:
    """What the page of a doctor shows; her numbers are masked."""
    labels = labels_for(FactOf.PRACTITIONER, practitioner.institution.district_id)
    today = timezone.localdate()
    beginning = Entry(practitioner.created_at, _("Entered into the register"))
    return {
        "one": practitioner,
        "shows_names": shows_names(practitioner.institution, today),
        "licence": mask_licence(practitioner.licence),
        "phone": mask_phone(practitioner.phone) if practitioner.phone else "",
        "facts": facts_shown(labels, practitioner.facts),
        "services": list(practitioner.services.select_related("department").order_by("name")),
        "sessions": practitioner.sessions.filter(status="planned", date__gte=today).count(),
        "timeline": timeline_of(practitioner.public_id, OF_DOCTORS, beginning=beginning),
        "has_left": practitioner.left_on is not None and practitioner.left_on <= today,
        "today": today,
    }


def place_options(places: list[Institution]) -> typed.Options:
    """The hospitals of a filter; none where there is only one."""
    if len(places) < 2:
        return []
    return [("", _("all hospitals")), *((str(one.public_id), one.display_short_name) for one in places)]


def department_options(places: list[Institution], chosen: str) -> typed.Options:
    """The departments of a filter, once it is clear of which hospital."""
    place = places[0] if len(places) == 1 else next((one for one in places if str(one.public_id) == chosen), None)
    if place is None:
        return []
    return [("", _("all departments")), *((str(room.public_id), room.name) for room in departments_of_place(place))]


def filters_from(data: QueryDict) -> dict[str, str]:
    """The filters of an address."""
    place, department = (typed.id_or_none(data.get(name, "")) for name in ("institution", "department"))
    return {
        "institution": str(place) if place else "",
        "department": str(department) if department else "",
        "title": typed.one_of(data, "title", Title.values),
        "presence": typed.one_of(data, "presence", PRESENCE),
        "q": typed.search_in(data),
    }


def filtered(page: Page, filters: dict[str, str]) -> QuerySet[Practitioner]:
    """The doctors these filters leave."""
    found = present(practitioners_kept_by(page.acting), filters["presence"], timezone.localdate())
    if filters["institution"]:
        found = found.filter(institution__public_id=filters["institution"])
    if filters["department"]:
        found = found.filter(department__public_id=filters["department"])
    if filters["title"]:
        found = found.filter(title=filters["title"])
    return found_by(found, filters["q"])


def line_of(one: Practitioner) -> list[object]:
    """One line of the file."""
    return [
        one.institution.name, one.department.name, one.name, one.staff_number, one.get_title_display(), mask_licence(one.licence),
        mask_phone(one.phone) if one.phone else "", one.skills, one.introduction, one.left_on,
    ]  # fmt: skip
