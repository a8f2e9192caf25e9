"""One trial of a document on a page: how far it is, how many bookings each rule would refuse, and the first examples without names."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from clinics.models import PolicySimulation
from clinics.policy import REGISTRY
from clinics.policy.sets import set_named
from clinics.policy.sets_queries import simulation_seen_by
from clinics.policy.typed import said_stored
from clinics.policy.words import words_of
from permissions.doors import Page
from referral.supervision.set_effects import refused_by, seen
from referral.supervision.simulate import MOST_BOOKINGS
from referral.supervision.trying import Tally
from referral.views.policy_set import modes
from referral.views.policy_sets import SETTING, STANDINGS


class PolicySimulationPage(Page):
    """A run: it goes on by itself, this page only looks."""

    policies = {"GET": SETTING}

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        run = simulation_seen_by(self.acting, public_id)
        document, counted = set_named(run.document), Tally.from_json(run.found)
        context = {
            "run": run,
            "document": document,
            "kind": STANDINGS[document.standing],
            "is_working": run.finished_at is None,
            "counted": counted,
            "refused": refused_by(counted),
            "examples": seen(counted.examples),
            "listed_now": run.found.get("listed_now"),
            "listed_then": run.found.get("listed_then"),
            "is_cut": run.total >= MOST_BOOKINGS,
            "most": MOST_BOOKINGS,
            "mode": dict(modes())["alone" if run.is_alone else "together"],
            "values": tried_values(run),
        }
        return self.render(request, "referral/policy_simulation.html", context)


def tried_values(run: PolicySimulation) -> list[tuple[Any, str]]:
    """The values that were tried, in words."""
    document, found = set_named(run.document), []
    for key in run.parameters:
        said = document.of(key)
        if key in REGISTRY and said is not None:
            text = said_stored(REGISTRY[key], said.value) if said.value is not None else _("names no value")
            found.append((words_of(REGISTRY[key]).title, text))
    return found
