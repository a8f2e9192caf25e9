"""Forms the care teams residents sign their contracts with."""

from collections.abc import Iterable

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from clinics.models import Institution, Post
from clinics.posts import require_manager
from permissions.acting import Acting
from permissions.models import User
from permissions.roles import Role
from referral.patients.models import CareTeam
from vault.audit import record
from vault.refusal import Refusal, invalid


def form_team(institution: Institution, name: str, doctors: Iterable[User], *, by: Acting) -> CareTeam:
    """Promise a care team of family doctors who hold a live post at the institution or one of its stations.

    Refuses with `not_allowed` (not the manager of the institution, nor its district), `invalid_input` for anybody else's
    doctor, `already_exists` when the institution has a team of this name.
    """
    members = list(doctors)
    require_manager(by, institution)
    _check_members(institution, members)
    try:
        with transaction.atomic(durable=True):
            team = CareTeam.objects.create(institution=institution, name=name)
            team.doctors.set(members)
            record(
                "patient.form_team", "care_team", team.public_id, by=by.actor, details={"doctors": [str(one.public_id) for one in members]}
            )
    except IntegrityError as error:
        raise Refusal("already_exists", _("This institution has a care team of this name.")) from error
    return team


def _check_members(institution: Institution, members: list[User]) -> None:
    unit = [institution.pk, *institution.stations.values_list("pk", flat=True)]
    posted = Post.objects.live().filter(user__in=members, institution__in=unit, kind=Role.FAMILY_DOCTOR)
    if not members or posted.values("user").distinct().count() < len(members):
        raise invalid("doctors", _("A care team consists of family doctors of its institution."))
