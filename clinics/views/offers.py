"""The services of the hospitals somebody keeps: the list, its file, and one service with everything that belongs to its kind."""

from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from clinics.keeping import places_kept_by
from clinics.models import FactOf, Service, ServiceKind, SlotClass
from clinics.models.post import Title
from clinics.offers.fields import LABELS, SEVERAL_LINES, fields_of
from clinics.offers.queries import STANDINGS, service_kept_by, services_called, services_kept_by, services_standing
from clinics.offers.reading import items_as_text
from clinics.offers.wishes import offer_of
from clinics.register.facts import facts_shown, labels_for
from clinics.register.history import Entry, timeline_of
from clinics.views import typed
from clinics.views.exporting import handed_out
from clinics.views.offer_words import OF_SERVICES
from clinics.views.practitioners import KEEPING, department_options, place_options
from permissions.doors import Page

PER_PAGE = 30
IN_TABLES = ("items", "team")  # shown in tables of their own
PLAIN = ("department", "name")  # in the page's head


class Services(Page):
    """Everything the hospitals somebody keeps offer, filtered by hospital, department, kind, class and standing."""

    policies = {"GET": KEEPING}

    def get(self, request: HttpRequest) -> HttpResponse:
        places = list(places_kept_by(self.acting))
        filters = filters_from(request.GET)
        page = Paginator(filtered(self, filters), PER_PAGE).get_page(request.GET.get("page"))
        today = timezone.localdate()
        context = {
            **filters,
            "page": page,
            "lines": [{"one": one, "tag": tag_of(one)} for one in page],
            "places": place_options(places),
            "departments": department_options(places, filters["institution"]),
            "kinds": [("", _("all")), *ServiceKind.choices],
            "classes": [("", _("all")), *SlotClass.choices],
            "standings": list(STANDINGS.items()),
            "is_filtered": any(filters.values()),
            "today": today,
        }
        return self.render(request, "clinics/services.html", context)


class ServicesExport(Page):
    """The same list as a file."""

    policies = {"POST": KEEPING}

    def post(self, request: HttpRequest) -> HttpResponseBase:
        filters = filters_from(request.GET)
        columns = [_("Hospital"), _("Kind of service"), *(str(words) for words in LABELS.values())]
        said = {name: filters[name] for name in ("institution", "department", "kind", "slot_class", "standing")}
        found = filtered(self, filters).prefetch_related("items", "team")
        return handed_out(request, "services", _("Services"), columns, (line_of(one) for one in found), by=self.acting, filters=said)


class ServicePage(Page):
    """One service."""

    policies = {"GET": KEEPING}

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        return self.render(request, "clinics/service.html", page_of(service_kept_by(self.acting, public_id)))


def page_of(service: Service) -> dict[str, Any]:
    """What the page of a service shows: the fields of its kind that say something, items and team as tables, its history."""
    labels = labels_for(FactOf.SERVICE, service.institution.district_id)
    words = in_words(service)
    shown = [name for name in fields_of(service.kind) if name not in (*IN_TABLES, *PLAIN) and words[name]]
    items, today = list(service.items.all()), timezone.localdate()
    return {
        "one": service,
        "tag": tag_of(service),
        "fields": [{"label": LABELS[name], "value": words[name], "several": name in SEVERAL_LINES} for name in shown],
        "facts": facts_shown(labels, service.facts),
        "has_items": "items" in fields_of(service.kind),
        "items": items,
        "sum": sum((item.fee for item in items if item.fee is not None), start=0) if any(item.fee for item in items) else None,
        "has_team": "team" in fields_of(service.kind),
        "team": sorted(service.team.all(), key=lambda one: one.name),
        "sessions": service.sessions.filter(status="planned", date__gte=today).count(),
        "timeline": timeline_of(service.public_id, OF_SERVICES, beginning=Entry(service.created_at, _("Entered into the register"))),
        "today": today,
    }


def in_words(service: Service) -> dict[str, str]:
    """Every field as people read it."""
    plain = {name: "" if getattr(service, name) is None else str(getattr(service, name)) for name in LABELS if name not in IN_TABLES}
    titles = dict(Title.choices)
    coded = {"slot_class": service.get_slot_class_display(), "title": titles.get(service.title, service.title)}
    return plain | {name: str(words) for name, words in coded.items()} | {"department": service.department.name}


def tag_of(service: Service) -> dict[str, Any]:
    """Whether a service is offered now, later or no longer, as a tag."""
    today = timezone.localdate()
    if service.is_active_on(today):
        if service.active_to is not None:
            return {"kind": "few", "word": _("ends soon")}
        return {"kind": "ok", "word": pgettext("service", "offered")}
    if service.active_to is not None and service.active_to <= today:
        return {"kind": "off", "word": pgettext("service", "ended")}
    return {"kind": "info", "word": _("offered later")}


def filters_from(data: QueryDict) -> dict[str, str]:
    """The filters of an address."""
    place, department = (typed.id_or_none(data.get(name, "")) for name in ("institution", "department"))
    return {
        "institution": str(place) if place else "",
        "department": str(department) if department else "",
        "kind": typed.one_of(data, "kind", ServiceKind.values),
        "slot_class": typed.one_of(data, "slot_class", SlotClass.values),
        "standing": typed.one_of(data, "standing", STANDINGS),
        "q": typed.search_in(data),
    }


def filtered(page: Page, filters: dict[str, str]) -> QuerySet[Service]:
    """The services these filters leave; a class leaves clinics only."""
    found = services_standing(services_kept_by(page.acting), filters["standing"], timezone.localdate())
    for name, lookup in (("institution", "institution__public_id"), ("department", "department__public_id"), ("kind", "kind")):
        found = found.filter(**{lookup: filters[name]}) if filters[name] else found
    if filters["slot_class"]:
        found = found.filter(kind=ServiceKind.CLINIC, slot_class=filters["slot_class"])
    return services_called(found, filters["q"])


def line_of(one: Service) -> list[object]:
    """One line of the file, every field in a column of its own."""
    words = in_words(one) | {
        "items": items_as_text(offer_of(one).items, "; "),
        "team": ", ".join(sorted(doctor.name for doctor in one.team.all())),
        "slot_class": str(one.get_slot_class_display()) if one.kind == ServiceKind.CLINIC else "",
    }
    return [one.institution.name, str(one.get_kind_display()), *(words[name] for name in LABELS)]
