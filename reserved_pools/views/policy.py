"""The regulation's values on pages: all of them for one place, and what waits for a second person."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _

from clinics.criteria.queries import sets_to_decide
from clinics.models import Institution
from clinics.models.institution import InstitutionKind
from clinics.policy import REGISTRY
from clinics.policy.board import board, lines_of, standing, waiting
from clinics.policy.scope import Scope, governs, institutions_of, place_words, scope_of
from clinics.policy.sets_queries import choices_to_decide
from clinics.policy.typed import said_stored
from clinics.policy.words import words_of
from clinics.timetables.calendar import known_until
from clinics.views import typed
from clinics.views.exporting import handed_out
from permissions.acting import Acting
from permissions.doors import Needs, Page
from permissions.roles import Capability

SETTING = Needs(Capability.SET_POLICY, Capability.MANAGE_POOLS)
PER_PAGE = 30


class Policy(Page):
    """Every value that holds today for the district or one of its institutions, with its ground and what is coming."""

    policies = {"GET": SETTING}

    def get(self, request: HttpRequest) -> HttpResponse:
        places = list(institutions_of(self.acting))
        scope = chosen_scope(self.acting, places, request.GET.get("institution", ""))
        today = timezone.localdate()
        context = {
            **place_filter(self.acting, places, scope),
            "groups": board(scope, today) if scope else [],
            "waiting": waiting(self.acting).count(),
            "sets_waiting": choices_to_decide(self.acting),
            "criteria_waiting": sets_to_decide(self.acting),
            "today": today,
            "known_until": known_until(today),
        }
        return self.render(request, "reserved_pools/policy.html", context)


class PolicyExport(Page):
    """The same values of every hospital somebody sees as a file."""

    policies = {"POST": SETTING}

    def post(self, request: HttpRequest) -> HttpResponseBase:
        today, rows = timezone.localdate(), []
        for place in institutions_of(self.acting).filter(kind=InstitutionKind.HOSPITAL):
            rows += [
                [place.name, line.words.title, line.value, line.level, line.source, line.article, line.quote]
                for line in lines_of(list(REGISTRY.values()), Scope(place.district, place), today)
            ]
        columns = [_("Institution"), _("Parameter"), _("Value"), _("Decided by"), _("Source"), _("Article"), _("Quotation")]
        return handed_out(request, "policy", _("Values of the regulation"), columns, rows, by=self.acting)


class PolicyDrafts(Page):
    """Drafts and ends that wait for a second person."""

    policies = {"GET": SETTING}

    def get(self, request: HttpRequest) -> HttpResponse:
        found = waiting(self.acting)
        places = list(institutions_of(self.acting))
        scope = chosen_scope(self.acting, places, request.GET.get("institution", ""))
        if scope is not None and scope.institution is not None and request.GET.get("institution"):
            found = found.filter(institution=scope.institution) | found.filter(department__institution=scope.institution)
        page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
        context = {
            **place_filter(self.acting, places, scope),
            "page": page,
            "lines": [row_line(row) for row in page],
            "decides": governs(self.acting),
            "me": self.acting.user.pk,
        }
        return self.render(request, "reserved_pools/policy_drafts.html", context)


def row_line(row: Any) -> dict[str, Any]:
    """One row as a table shows it."""
    parameter = REGISTRY.get(row.parameter)
    kind, word = standing(row, timezone.localdate())
    return {
        "row": row,
        "title": words_of(parameter).title if parameter else row.parameter,
        "place": place_words(row),
        "value": said_stored(parameter, row.value) if parameter else str(row.value),
        "kind": kind,
        "word": word,
    }


def chosen_scope(acting: Acting, places: list[Institution], wanted: str) -> Scope | None:
    """The place an address names, or the widest somebody sees; None for a coordinator without a hospital."""
    named = next((one for one in places if str(one.public_id) == wanted), None)
    if named is not None:
        return Scope(named.district, named)
    if governs(acting):
        return scope_of(acting, None, None)
    return Scope(places[0].district, places[0]) if places else None


def place_filter(acting: Acting, places: list[Institution], scope: Scope | None) -> dict[str, Any]:
    """The filter of places and what it is set to; one that only has one choice is not shown."""
    everybody: typed.Options = [("", _("the whole district"))] if governs(acting) else []
    options = [*everybody, *((str(one.public_id), one.display_name) for one in places)]
    held = str(scope.institution.public_id) if scope and scope.institution else ""
    return {"scope": scope, "options": options if len(options) > 1 else [], "institution": held}
