"""The contact list: who answers for each institution of the district, to search, print and take away."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from clinics.models import Institution
from clinics.models.institution import InstitutionKind
from clinics.register.place_queries import contacts_of, institutions_registered, with_contact
from clinics.views import typed
from clinics.views.exporting import handed_out
from permissions.doors import Needs, Page
from permissions.roles import Capability

PER_PAGE, ALL_AT_ONCE = 30, 1000
SEEING = Needs(Capability.MANAGE_INSTITUTIONS, Capability.MANAGE_POSTS, Capability.MANAGE_POOLS)
LACKING = "lacking"


class Contacts(Page):
    """Every institution with its responsible person, or the plain statement that it has none."""

    policies = {"GET": SEEING}

    def get(self, request: HttpRequest) -> HttpResponse:
        everything = contacts_of(self.acting)
        filters = filters_from(request.GET)
        whole = request.GET.get("all") == "1"
        page = Paginator(filtered(everything, filters), ALL_AT_ONCE if whole else PER_PAGE).get_page(request.GET.get("page"))
        context = {
            **filters,
            "whole": whole,
            "page": page,
            "today": timezone.localdate(),
            "lacking": everything.filter(responsible_name="").count(),
            "kinds": [("", _("all")), *InstitutionKind.choices],
            "shown": [("", _("all")), (LACKING, _("without a responsible person"))],
            "mine": self.mine(),
        }
        return self.render(request, "clinics/contacts.html", context)

    def mine(self) -> set[int]:
        """The institutions whose entry this reader keeps right."""
        return set(institutions_registered(self.acting).order_by().values_list("pk", flat=True))


class ContactsExport(Page):
    """The list as a file."""

    policies = {"POST": SEEING}

    def post(self, request: HttpRequest) -> HttpResponseBase:
        filters = filters_from(request.GET)
        columns = [
            _("Institution"),
            _("Kind of institution"),
            _("Responsible person"),
            _("Job title"),
            pgettext("institution", "Phone"),
            _("Switchboard"),
        ]
        rows = (line_of(one) for one in filtered(contacts_of(self.acting), filters))
        chosen = {name: filters[name] for name in ("kind", "show")}
        return handed_out(
            request, "contacts", _("Contact list"), [*columns, pgettext("institution", "Address")], rows, by=self.acting, filters=chosen
        )


def filters_from(data: QueryDict) -> dict[str, str]:
    """The filters of an address."""
    return {
        "kind": typed.one_of(data, "kind", InstitutionKind.values),
        "show": typed.one_of(data, "show", {LACKING}),
        "q": typed.search_in(data),
    }


def filtered(institutions: Any, filters: dict[str, str]) -> Any:
    """The institutions these filters leave; words are looked for in the names of institutions and persons."""
    institutions = with_contact(institutions, filters["q"])
    if filters["kind"]:
        institutions = institutions.filter(kind=filters["kind"])
    return institutions.filter(responsible_name="") if filters["show"] == LACKING else institutions


def line_of(one: Institution) -> list[object]:
    """One line of the file."""
    person = [one.responsible_name, one.responsible_title, one.responsible_phone]
    return [one.name, one.get_kind_display(), *person, one.phone, one.address]
