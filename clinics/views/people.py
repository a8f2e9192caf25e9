"""The people of an institution or a district: the list, and one person with her posts, rights, duties and history."""

from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.utils.translation import gettext as _

from clinics.models import Institution
from clinics.people_queries import STATES, chosen, people_seen_by, person_seen_by, with_posts
from clinics.register.place_queries import institutions_registered
from clinics.views import typed
from clinics.views.exporting import handed_out
from clinics.views.people_page import person_context
from permissions.doors import Needs, Page
from permissions.roles import POST_KIND_CHOICES, POST_KINDS, Capability

PER_PAGE = 30
SEEING = Needs(Capability.MANAGE_INSTITUTIONS, Capability.MANAGE_POSTS)


class People(Page):
    """Everybody somebody answers for, filtered by kind of post, institution and state, found by name or phone."""

    policies = {"GET": SEEING}

    def get(self, request: HttpRequest) -> HttpResponse:
        filters = filters_from(request.GET)
        found = with_posts(filtered(self, filters), self.acting)
        page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
        context = {
            **filters,
            "page": page,
            "kinds": [("", _("all")), *kinds()],
            "institutions": institution_choices(self),
            "states": list(STATES.items()),
        }
        return self.render(request, "clinics/people.html", context)


class PeopleExport(Page):
    """The same list as a file: one line a post, phones by their last four."""

    policies = {"POST": SEEING}

    def post(self, request: HttpRequest) -> HttpResponseBase:
        filters = filters_from(request.GET)
        columns = [_("Name"), _("Last four of the phone"), _("Institution"), _("Kind of post"), _("Department"), _("Title"), _("Begun on")]
        rows = (line for person in with_posts(filtered(self, filters), self.acting) for line in lines_of(person))
        said = {name: filters[name] for name in ("kind", "institution", "state")}
        return handed_out(request, "people", _("People"), columns, rows, by=self.acting, filters=said)


class PersonPage(Page):
    """One person."""

    policies = {"GET": SEEING}

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        return self.render(request, "clinics/person.html", person_context(self.acting, person_seen_by(self.acting, public_id)))


def filters_from(data: QueryDict) -> dict[str, str]:
    """The filters of an address."""
    place = typed.id_or_none(data.get("institution", ""))
    return {
        "kind": typed.one_of(data, "kind", {kind.value for kind in POST_KINDS}),
        "institution": str(place) if place else "",
        "state": typed.one_of(data, "state", STATES),
        "q": typed.search_in(data),
    }


def filtered(page: Page, filters: dict[str, str]) -> Any:
    """The people these filters leave."""
    place = typed.id_or_none(filters["institution"])
    people = people_seen_by(page.acting)
    return chosen(people, page.acting, text=filters["q"], kind=filters["kind"], institution=place, state=filters["state"])


def kinds() -> typed.Options:
    """The kinds of posts in the order of the list of roles."""
    return POST_KIND_CHOICES


def institution_choices(page: Page) -> typed.Options:
    """The institutions in scope, for the filter."""
    return [("", _("all institutions")), *((str(one.public_id), named(one)) for one in institutions_registered(page.acting))]


def named(institution: Institution) -> str:
    return institution.display_short_name


def lines_of(person: Any) -> list[list[object]]:
    """One line for each live post; somebody without one has a line too."""
    lines = [
        [
            person.name, person.phone_tail, post.institution.name, post.get_kind_display(),
            post.department.name if post.department else "", post.get_title_display(), post.valid_from,
        ]
        for post in person.shown_posts
    ]  # fmt: skip
    return lines or [[person.name, person.phone_tail, "", "", "", "", ""]]
