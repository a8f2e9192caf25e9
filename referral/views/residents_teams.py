"""The care teams of a centre: formed, renamed, doctors in and out; nobody's residents are left without a doctor."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from permissions.doors import Page
from permissions.doors.fields import ID
from permissions.models import User
from referral.patients.models import CareTeam
from referral.patients.teams import change_team, doctors_to_choose, form_team, own_root, team_managed_by, teams_managed_by
from referral.views import typed
from referral.views.residents import MANAGING
from referral.views.residents_contracts import said
from vault.refusal import Refusal, invalid


class CareTeams(Page):
    """Every team with its doctors and how many residents it has; a new one is formed here."""

    policies = {"GET": MANAGING, "POST": MANAGING}
    repeated = frozenset({"doctors"})

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.form("", [])

    def post(self, request: HttpRequest) -> HttpResponse:
        name, ticked = typed.text(request, "name"), request.POST.getlist("doctors")
        request.refused = lambda refusal: self.form(name, ticked, refusal)  # type: ignore[attr-defined]
        typed.check_printable({"name": name}, one_line={"name"})
        form_team(own_root(self.acting), name, chosen(doctors_to_choose(self.acting), ticked), by=self.acting)
        messages.success(request, _("The care team is formed."))
        return redirect("care_teams")

    def form(self, name: str, ticked: list[str], refusal: Refusal | None = None) -> HttpResponse:
        context: dict[str, Any] = {
            "teams": teams_managed_by(self.acting, timezone.localdate()),
            "doctors": [(str(one.public_id), one.display_name, str(one.public_id) in ticked) for one in doctors_to_choose(self.acting)],
            "name": name,
        }
        return self.render(self.request, "referral/residents_teams.html", context | said(refusal))


class CareTeamPage(Page):
    """One team: its name, its doctors, and who takes over the residents of a doctor who leaves it."""

    policies = {"GET": MANAGING, "POST": MANAGING}
    repeated = frozenset({"doctors"})

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        team = team_managed_by(self.acting, public_id)
        return self.form(team, team.name, [str(one.public_id) for one in team.doctors.all()], "")

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        team = team_managed_by(self.acting, public_id)
        name, ticked, heir = typed.text(request, "name"), request.POST.getlist("doctors"), typed.text(request, "successor")
        request.refused = lambda refusal: self.form(team, name, ticked, heir, refusal)  # type: ignore[attr-defined]
        typed.check_printable({"name": name}, one_line={"name"})
        people = self.people(team)
        successor = chosen(people, [heir], "successor")[0] if heir else None
        change_team(public_id, name=name, doctors=chosen(people, ticked), successor=successor, by=self.acting, today=timezone.localdate())
        messages.success(request, _("The care team is changed."))
        return redirect("care_teams")

    def people(self, team: CareTeam) -> list[User]:
        """Whoever is in the team or could be."""
        return sorted({*team.doctors.all(), *doctors_to_choose(self.acting)}, key=lambda one: (one.name, one.pk))

    def form(self, team: CareTeam, name: str, ticked: list[str], heir: str, refusal: Refusal | None = None) -> HttpResponse:
        people = self.people(team)
        context: dict[str, Any] = {
            "team": team,
            "name": name,
            "doctors": [(str(one.public_id), one.display_name, str(one.public_id) in ticked) for one in people],
            "heirs": [("", _("nobody has residents to hand over")), *((str(one.public_id), one.display_name) for one in people)],
            "heir": heir,
        }
        return self.render(self.request, "referral/residents_team.html", context | said(refusal))


def chosen(people: Iterable[User], ticked: list[str], field: str = "doctors") -> list[User]:
    """The people behind the boxes that were ticked; refuses with `invalid_input` what no box offered."""
    known = {str(one.public_id): one for one in people}
    if any(not ID.match(one) or one not in known for one in ticked):
        raise invalid(field, _("Choose one of those shown."))
    return [known[one] for one in dict.fromkeys(ticked)]
