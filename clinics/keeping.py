"""Whose doctors and services a person keeps: her own hospital's, or those of every institution of her district."""

from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from clinics.access import MANAGE_INSTITUTION, MANAGE_POOLS, institutions_where
from clinics.models import Department, Institution
from clinics.models.institution import InstitutionKind
from permissions.acting import Acting
from permissions.roles import Capability, Role
from vault.faults import Faults
from vault.refusal import Refusal, invalid

HAS_DEPARTMENTS = Exists(Department.objects.filter(institution=OuterRef("pk")))


def places_kept_by(acting: Acting) -> QuerySet[Institution]:
    """The institutions whose doctors and services this person enters and corrects, by name.

    A coordinator those whose pools she runs, a manager her own, the district its hospitals and whatever else has departments.
    """
    found = Institution.objects.select_related("district").order_by("name")
    if not acting.can(Capability.KEEP_REGISTER):
        return found.none()
    if acting.can(Capability.MANAGE_INSTITUTIONS):
        return found.filter(Q(kind=InstitutionKind.HOSPITAL) | HAS_DEPARTMENTS, district=acting.district_id)
    right = MANAGE_POOLS if acting.role == Role.COORDINATOR else MANAGE_INSTITUTION
    return found.filter(pk__in=institutions_where(acting.user, right).values("pk"))


def place_kept_by(acting: Acting, public_id: UUID | None) -> Institution:
    """One of them; without an id the only one there is. Refuses with `not_found`."""
    found = places_kept_by(acting)
    if public_id is None:
        only = list(found[:2])
        if len(only) == 1:
            return only[0]
    place = found.filter(public_id=public_id).first() if public_id else None
    if place is None:
        raise Refusal("not_found", _("There is nothing here that you may see."))
    return place


def require_kept(by: Acting, institution: int) -> None:
    """Refuse with `no_grant_on_target` unless the actor keeps the register of this institution."""
    if not places_kept_by(by).filter(pk=institution).exists():
        raise Refusal("no_grant_on_target", _("You do not keep the register of this hospital."))


def department_within(institution: Institution, public_id: UUID | None, faults: Faults) -> Department | None:
    """The department somebody chose for a doctor or a service; None without one, and a fault when it is another hospital's."""
    if public_id is None:
        return None
    found = Department.objects.filter(public_id=public_id, institution=institution).first()
    if found is None:
        faults.add(invalid("department", _("Choose a department of this hospital.")))
    return found
