"""Which kinds of posts exist at which kind of institution, and which of them only the district fills."""

from types import MappingProxyType
from typing import Final

from django.utils.translation import gettext_lazy as _

from clinics.models import Institution
from clinics.models.institution import InstitutionKind
from permissions.acting import Acting
from permissions.roles import Capability, Role
from vault.refusal import Refusal, invalid

# A centre answers for its stations (R117), so managers sit in centres and hospitals. Only family doctors and regional-centre
# specialists may hold the right to refer (R045).
KINDS_AT: Final = MappingProxyType(
    {
        InstitutionKind.HOSPITAL: (
            Role.RECEIVING_DOCTOR, Role.REGIONAL_SPECIALIST, Role.WINDOW_CLERK, Role.COORDINATOR, Role.MANAGER,
        ),
        InstitutionKind.CENTRE: (Role.FAMILY_DOCTOR, Role.MANAGER),
        InstitutionKind.STATION: (Role.FAMILY_DOCTOR,),
    }
)  # fmt: skip
ONLY_BY_THE_DISTRICT: Final = frozenset({Role.MANAGER, Role.COORDINATOR})
WITH_DEPARTMENT: Final = frozenset({Role.RECEIVING_DOCTOR, Role.REGIONAL_SPECIALIST})


def kinds_open_to(by: Acting, institution: Institution) -> list[Role]:
    """The posts this person may fill at an institution: managers and coordinators are appointed by the district only (R034)."""
    district = by.can(Capability.MANAGE_INSTITUTIONS) and by.district_id == institution.district_id
    return [kind for kind in KINDS_AT[InstitutionKind(institution.kind)] if district or kind not in ONLY_BY_THE_DISTRICT]


def require_fitting_kind(kind: Role, institution: Institution, by: Acting) -> None:
    """Refuse with `invalid_input` a post that does not exist there, with `not_allowed` one that the district fills."""
    if kind not in KINDS_AT[InstitutionKind(institution.kind)]:
        raise invalid("kind", _("There is no such post at this kind of institution."))
    if kind not in kinds_open_to(by, institution):
        raise Refusal("not_allowed", _("Managers and coordinators are appointed by the district."))
