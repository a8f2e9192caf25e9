"""What one run of the import knows: the centre's teams and doctors, and what the rows read so far have taken."""

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from clinics import policy
from clinics.models.institution import InstitutionKind
from permissions.acting import Acting
from permissions.models import User
from referral.patients.accepted import accepted_kinds
from referral.patients.correct import edits_allowed
from referral.patients.models import CareTeam
from referral.patients.queries import care_teams_of
from referral.patients.roster.columns import vocabulary
from vault.refusal import Refusal, invalid

TAIL = re.compile(r"\A(.*?)[(（]?([0-9]{4})[)）]?\Z")


@dataclass
class Roster:
    """One run: who imports, on which day, for which unit, and the traces of the rows before.

    The traces are keyed by half a hash, so that a list of fifty thousand rows holds a few megabytes.
    """

    by: Acting
    today: date
    place: Any
    unit: frozenset[int]
    teams: dict[str, list[CareTeam]]
    edits: policy.Resolved
    words: dict[str, dict[str, str]]
    accepted: frozenset[str]
    documents: dict[int, int] = field(default_factory=dict)
    records: dict[str, tuple[int, int]] = field(default_factory=dict)
    mobiles: dict[int, list[int]] = field(default_factory=dict)
    shortened: bool = False  # a number of a row before had lost its last three digits

    @classmethod
    def of(cls, by: Acting, today: date) -> "Roster":
        """The run of a manager of a centre. Refuses with `not_allowed` anybody else."""
        place = by.post.institution if by.post else None
        if place is None or place.kind == InstitutionKind.HOSPITAL:
            raise Refusal("not_allowed", _("Residents are kept by community health centres."))
        teams: dict[str, list[CareTeam]] = {}
        for team in care_teams_of(by):
            teams.setdefault(team.name, []).append(team)
        root = place.parent or place
        unit = frozenset([root.pk, *root.stations.values_list("pk", flat=True)])
        return cls(by, today, place, unit, teams, edits_allowed(root.district, today), vocabulary(), accepted_kinds(by, today))

    def team_named(self, name: str) -> CareTeam:
        """The one team of the unit with this name. Refuses with `invalid_input`."""
        found = self.teams.get(name, [])
        if not found:
            known = "、".join(sorted(self.teams)[:5])
            remedy = _("Write its name as it is, or form it first. Your teams: %(teams)s") % {"teams": known or "—"}
            raise invalid("care_team", _("Your centre has no care team of this name."), remedy=remedy)
        if len(found) > 1:
            raise invalid(
                "care_team",
                _("Your centre and its stations have several teams of this name."),
                remedy=_("Give each team a name of its own."),
            )
        return found[0]

    def doctor_named(self, team: CareTeam, text: str) -> User:
        """The doctor of the team with this name, the last four of her phone beside it where two share it. Refuses with `invalid_input`."""
        members = list(team.doctors.all())
        if not text:
            if len(members) == 1:
                return members[0]
            raise invalid("doctor", _("The team has several doctors."), remedy=_("Write the name of the doctor of this contract."))
        plain = text.replace(" ", "")
        with_tail = TAIL.match(plain)
        found = [one for one in members if one.name == plain] or [
            one for one in members if with_tail and (one.name, one.phone_tail) == with_tail.groups()
        ]
        if not found:
            names = "、".join(one.name for one in members[:8])
            remedy = _("Write a doctor of this team (%(names)s), or take the doctor into the team first.") % {"names": names}
            raise invalid("doctor", _("No doctor of this name is in the team."), remedy=remedy)
        if len(found) > 1:
            tail = _("Add the last four digits of the phone, like 周晓岚(0001).")
            raise invalid("doctor", _("Two doctors of the team have this name."), remedy=tail)
        return found[0]


def trace(key: str) -> int:
    """A keyed hash, or a few joined, as a small number."""
    return hash(key)
