"""What a person may do where: guardian's rows asked in whole queries, one for each question of a door."""

from collections.abc import Iterable

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from clinics.among import Among
from clinics.models import (
    AllianceMember,
    AllianceUserPermission,
    DepartmentUserPermission,
    Institution,
    InstitutionUserPermission,
)
from permissions.acting import Acting
from permissions.models import User
from vault.refusal import Refusal

REFER_TO_INSTITUTION = "refer_to_institution"
REFER_TO_DEPARTMENT = "refer_to_department"
REFER_TO_ALLIANCE = "refer_to_alliance"
MANAGE_INSTITUTION = "manage_institution"
MANAGE_POOLS = "manage_pools"
RECEIVE_PATIENTS = "receive_patients"


def institutions_where(user: User, codename: str) -> QuerySet[Institution]:
    """The institutions at which guardian lets this person do one thing, in one query."""
    return Institution.objects.filter(institutionuserpermission__user=user, institutionuserpermission__permission__codename=codename)


def may_refer_to(user: User, *, institution: str = "institution", department: str = "department", district: str = "") -> Q:
    """Which rows a person may refer to, as one condition: whole institutions, members of alliances, departments.

    The arguments are the lookups that lead from the row to its institution and its department, and the code of the one
    district wanted. A right must be in force besides: guardian's rows alone open nothing.
    """
    places = InstitutionUserPermission.objects.filter(user=user, permission__codename=REFER_TO_INSTITUTION)
    alliances = AllianceUserPermission.objects.filter(user=user, permission__codename=REFER_TO_ALLIANCE)
    members = AllianceMember.objects.filter(alliance__in=alliances.values("content_object"))
    departments = DepartmentUserPermission.objects.filter(user=user, permission__codename=REFER_TO_DEPARTMENT)
    if district:
        places = places.filter(content_object__district__code=district)
        members = members.filter(institution__district__code=district)
        departments = departments.filter(content_object__institution__district__code=district)
    whole = places.values("content_object").union(members.values("institution"))
    partly = departments.values("content_object__institution")
    # The first condition is what an index is asked with: every hospital of which anything is open.
    own = Q(Among(institution, whole)) | Q(Among(department, departments.values("content_object")))
    return Q(Among(institution, whole.union(partly))) & own


def require_pools_of(by: Acting, institutions: Iterable[int]) -> None:
    """Refuse with `no_grant_on_target` unless the actor runs the pools of every one of these institutions."""
    wanted = set(institutions)
    mine = institutions_where(by.user, MANAGE_POOLS).filter(pk__in=wanted).values_list("pk", flat=True)
    if wanted - set(mine):
        raise Refusal("no_grant_on_target", _("You do not manage the reserved places of this hospital."))
