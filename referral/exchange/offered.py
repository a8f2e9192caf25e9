"""Which of a hospital's services and doctors a row of its system means: by our id, or by the hospital's own codes (R093)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from clinics.models import Institution, Practitioner, Service
from clinics.offers.ranks import fits
from vault.refusal import invalid


@dataclass(frozen=True, slots=True)
class Offered:
    """The services and doctors that a batch names, by every word they may be named by."""

    services: Mapping[str, list[Service]] = field(default_factory=dict)
    practitioners: Mapping[str, Practitioner] = field(default_factory=dict)

    def service(self, given: Mapping[str, Any]) -> Service:
        """The one service meant; `department` (id, own or standard code) decides between several with one code."""
        found = self.services.get(str(given["service"]).lower(), [])
        if not found:
            raise invalid("service", _("No service of this hospital has this code or id."))
        if "department" in given:
            found = [one for one in found if str(given["department"]).lower() in _words_of(one)]
        if not found:
            raise invalid("department", _("The service is not one of this department."))
        if len(found) > 1:
            raise invalid("department", _("Several services have this code. Say the department too."))
        return found[0]

    def practitioner(self, given: Mapping[str, Any], service: Service) -> Practitioner | None:
        """The doctor by the hospital's staff number, of the service's subject and rank; None when nobody is named."""
        number = given.get("practitioner", "")
        if not number:
            return None
        found = self.practitioners.get(number)
        if found is None or found.department.standard_code != service.department.standard_code:
            raise invalid("practitioner", _("No doctor of this subject at this hospital has this staff number."))
        if not fits(found, service):
            raise invalid("practitioner", _("The doctor's title is lower than the one this service is offered with."))
        return found


def offered_by(hospital: Institution, rows: Iterable[Mapping[str, Any]]) -> Offered:
    """What these rows name; two queries."""
    given = list(rows)
    named = {str(row["service"]) for row in given if "service" in row}
    ids = {found for found in map(_uuid, named) if found is not None}
    services: dict[str, list[Service]] = defaultdict(list)
    for one in services_of(hospital).filter(Q(code__in=named) | Q(public_id__in=ids)):
        services[str(one.public_id)].append(one)
        if one.code:
            services[one.code.lower()].append(one)
    numbers = {row["practitioner"] for row in given if row.get("practitioner")}
    people = Practitioner.objects.filter(institution=hospital, staff_number__in=numbers, left_on=None).select_related("department")
    return Offered(services, {one.staff_number: one for one in people})


def services_of(hospital: Institution) -> "QuerySet[Service]":
    """Every service of a hospital with its department, by department and name."""
    found = Service.objects.filter(institution=hospital).select_related("institution", "department")
    return found.order_by("department__standard_code", "department__name", "name", "pk")


def _words_of(service: Service) -> set[str]:
    department = service.department
    return {str(department.public_id), department.standard_code, department.local_code.lower()} - {""}


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
