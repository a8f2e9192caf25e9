"""Registers places of care: institutions, departments, alliances and the services they offer."""

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from clinics.access import require_pools_of
from clinics.models import Alliance, AllianceMember, Department, Institution, Service
from permissions.acting import Acting
from permissions.roles import Capability
from vault import audit
from vault.models import Public
from vault.refusal import Refusal


def register_institutions(institutions: Sequence[Institution], *, by: Acting) -> list[Institution]:
    """Use case: enter institutions of any district into the register; a name already there is left as it is.

    Raises Refusal("not_allowed") unless a district administrator acts. Parents are registered before their stations.
    """
    _require_district(by)
    with transaction.atomic(durable=True):
        names = [institution.name for institution in institutions]
        known = set(Institution.objects.filter(name__in=names).values_list("name", flat=True))
        fresh = [institution for institution in institutions if institution.name not in known]
        made = Institution.objects.bulk_create(fresh)
        _record("register", "institution", made, by)
    return made


def register_departments(departments: Sequence[Department], *, by: Acting) -> list[Department]:
    """Use case: enter departments with their standard subject codes (R093); a name already there stays as it is."""
    _require_district(by)
    with transaction.atomic(durable=True):
        known = set(
            Department.objects.filter(institution__in={one.institution_id for one in departments}).values_list("institution", "name")
        )
        made = Department.objects.bulk_create([one for one in departments if (one.institution_id, one.name) not in known])
        _record("register", "department", made, by)
    return made


def found_alliance(alliance: Alliance, members: Sequence[Institution], *, by: Acting) -> Alliance:
    """Use case: enter an alliance with its lead and members."""
    _require_district(by)
    with transaction.atomic(durable=True):
        alliance.save(force_insert=True)
        everybody = dict.fromkeys([alliance.lead, *members])
        AllianceMember.objects.bulk_create(AllianceMember(alliance=alliance, institution=one) for one in everybody)
        _record("found", "alliance", [alliance], by)
    return alliance


def offer_services(services: Sequence[Service], *, by: Acting) -> list[Service]:
    """Use case: offer services of a hospital; one already offered stays as it is.

    Raises Refusal("no_grant_on_target") when the actor does not run the pools of every hospital named.
    """
    with transaction.atomic(durable=True):
        require_pools_of(by, {service.institution_id for service in services})
        departments = {service.department_id for service in services}
        known = set(Service.objects.filter(department__in=departments).values_list("department", "kind", "slot_class", "name"))
        made = Service.objects.bulk_create(one for one in services if (one.department_id, one.kind, one.slot_class, one.name) not in known)
        _record("offer", "service", made, by)
    return made


def _require_district(by: Acting) -> None:
    if not by.can(Capability.GRANT_RIGHTS):
        raise Refusal("not_allowed", _("Only the district registers institutions."))


def _record(verb: str, kind: str, objects: Sequence[Public], by: Acting) -> None:
    for one in objects:
        audit.record(verb, kind, one.public_id, by=by.actor, details={"name": str(one)})
