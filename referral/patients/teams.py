"""Forms and changes the care teams residents sign their contracts with."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from clinics.models import Institution, Post
from clinics.posts import require_manager
from permissions.acting import Acting
from permissions.models import User
from permissions.roles import Capability, Role
from referral.patients.models import CareTeam, FamilyDoctorContract
from referral.patients.queries import care_teams_of, of_unit
from vault.audit import record
from vault.changes import note_changes
from vault.refusal import Refusal, invalid
from vault.transactions import requires_transaction

NAME = 70


def form_team(institution: Institution, name: str, doctors: Iterable[User], *, by: Acting) -> CareTeam:
    """Promise a care team of family doctors who hold a live post at the institution or one of its stations.

    Refuses with `not_allowed` (not the manager of the institution, nor its district), `invalid_input` for anybody else's
    doctor, `already_exists` when the institution has a team of this name.
    """
    members = list(doctors)
    require_manager(by, institution)
    _check_name(name)
    if not members:
        raise invalid("doctors", _("A care team consists of family doctors of its institution."))
    _check_members(institution, members)
    try:
        with transaction.atomic(durable=True):
            team = CareTeam.objects.create(institution=institution, name=name.strip())
            team.doctors.set(members)
            record("patient.form_team", "care_team", team.public_id, by=by.actor, details={"doctors": _ids(members)})
    except IntegrityError as error:
        raise _name_taken() from error
    return team


def change_team(team_id: UUID, *, name: str, doctors: Iterable[User], successor: User | None = None, by: Acting, today: date) -> CareTeam:
    """Promise the team under this name with exactly these doctors; contracts of a doctor who leaves go to the successor.

    Refuses with `not_found`, `not_allowed`, `invalid_input` (`successor` when somebody leaves residents behind and nobody
    of the team takes them over), `already_exists` for a name that is taken. Without a difference nothing is written.
    """
    members = list(doctors)
    _check_name(name)
    try:
        with transaction.atomic(durable=True):
            team = _locked(team_id, by)
            before = list(team.doctors.order_by("pk"))
            _check_members(team.institution, [one for one in members if one not in before])
            if not members:
                raise invalid("doctors", _("A care team consists of family doctors of its institution."))
            _hand_over_residents(team, [one for one in before if one not in members], members, successor, by, today)
            _write(team, name.strip(), before, members, by)
    except IntegrityError as error:
        raise _name_taken() from error
    return team


def doctors_named(ids: Iterable[UUID], field: str = "doctors") -> list[User]:
    """The people with these ids; whether they may be in a team is asked later. Refuses with `invalid_input` an unknown one."""
    wanted = list(dict.fromkeys(ids))
    found = {one.public_id: one for one in User.objects.filter(public_id__in=wanted)}
    if len(found) < len(wanted):
        raise invalid(field, _("A care team consists of family doctors of its institution."))
    return [found[one] for one in wanted]


def reassign(team: CareTeam, leaving: User, successor: User, *, by: Acting, today: date) -> int:
    """Step: the successor is the doctor of every contract of the team that is not over and named the leaving one; answers how many."""
    requires_transaction()
    rows = _open_contracts(today).filter(care_team=team, doctor=leaving)
    number = rows.update(doctor=successor)
    if number:
        details = {"from": str(leaving.public_id), "to": str(successor.public_id), "contracts": number}
        record("patient.reassign", "care_team", team.public_id, by=by.actor, details=details)
    return number


def teams_managed_by(acting: Acting, today: date) -> QuerySet[CareTeam]:
    """The teams of the acting unit by name, each with how many contracts in force or to come it has."""
    open_ones = Count("contracts", filter=Q(contracts__valid_to__gt=today))
    return care_teams_of(acting).annotate(residents=open_ones).order_by("institution", "name", "pk")


def team_managed_by(acting: Acting, public_id: UUID) -> CareTeam:
    """One of them. Refuses with `not_found`."""
    team = care_teams_of(acting).filter(public_id=public_id).first()
    if team is None or not acting.can(Capability.MANAGE_RESIDENTS):
        raise Refusal("not_found", _("There is nothing here that you may see."))
    return team


def own_root(acting: Acting) -> Institution:
    """The centre the acting post belongs to, also when she works at one of its stations. Refuses with `not_allowed`."""
    if acting.post is None:
        raise Refusal("not_allowed", _("Your role does not include this."))
    place: Institution = acting.post.institution
    return place.parent or place


def doctors_to_choose(acting: Acting) -> QuerySet[User]:
    """The family doctors with a live post in the acting unit."""
    if acting.post is None or not acting.can(Capability.MANAGE_RESIDENTS):
        return User.objects.none()
    posts = Post.objects.live().filter(of_unit(acting.post), kind=Role.FAMILY_DOCTOR)
    return User.objects.filter(pk__in=posts.values("user")).order_by("name", "pk")


def _locked(team_id: UUID, by: Acting) -> CareTeam:
    team = CareTeam.objects.select_for_update(of=("self",), no_key=True).filter(public_id=team_id).first()
    if team is None or not care_teams_of(by).filter(pk=team.pk).exists():
        raise Refusal("not_found", _("There is nothing here that you may see."))
    require_manager(by, team.institution)
    return team


def _hand_over_residents(team: CareTeam, leaving: list[User], staying: list[User], successor: User | None, by: Acting, today: date) -> None:
    for doctor in leaving:
        if not _open_contracts(today).filter(care_team=team, doctor=doctor).exists():
            continue
        if successor is None or successor not in staying:
            sentence = _("%(doctor)s has residents in this team; choose who of the team takes them over.")
            raise invalid("successor", sentence % {"doctor": doctor.name})
        reassign(team, doctor, successor, by=by, today=today)


def _write(team: CareTeam, name: str, before: list[User], members: list[User], by: Acting) -> None:
    joined, left = [one for one in members if one not in before], [one for one in before if one not in members]
    if not joined and not left and name == team.name:
        return
    members = sorted(members, key=lambda one: one.pk)
    names = ("、".join(one.name for one in before), "、".join(one.name for one in members))
    note_changes("care_team", team.public_id, {"name": (team.name, name), "doctors": names}, by=by.actor)
    CareTeam.objects.filter(pk=team.pk).update(name=name)
    team.doctors.set(members)
    team.name = name
    record("patient.change_team", "care_team", team.public_id, by=by.actor, details={"joined": _ids(joined), "left": _ids(left)})


def _open_contracts(today: date) -> QuerySet[FamilyDoctorContract]:
    return FamilyDoctorContract.objects.filter(valid_to__gt=today)


def _ids(users: Iterable[User]) -> list[str]:
    return [str(one.public_id) for one in users]


def _name_taken() -> Refusal:
    return Refusal("already_exists", _("This institution has a care team of this name."))


def _check_name(name: str) -> None:
    if not name.strip():
        raise invalid("name", _("Give the care team a name."))
    if len(name.strip()) > NAME:
        raise invalid("name", _("At most %(limit)d characters; now %(count)d.") % {"limit": NAME, "count": len(name.strip())})


def _check_members(institution: Institution, members: list[User]) -> None:
    unit = [institution.pk, *institution.stations.values_list("pk", flat=True)]
    posted = Post.objects.live().filter(user__in=members, institution__in=unit, kind=Role.FAMILY_DOCTOR)
    if posted.values("user").distinct().count() < len(members):
        raise invalid("doctors", _("A care team consists of family doctors of its institution."))
