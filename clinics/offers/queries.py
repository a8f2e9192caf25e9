"""Which doctors and services of the register a person may look at, found and filtered."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from clinics.keeping import places_kept_by
from clinics.models import Department, Institution, Practitioner, Service, ServiceItem
from clinics.offers.offered import offered_on
from clinics.register.place_queries import NOTHING_HERE
from permissions.acting import Acting
from permissions.identity.pinyin import query_keys
from vault.refusal import Refusal

PRESENCE = {"": _("working here"), "left": pgettext_lazy("doctor", "left"), "all": _("all")}
STANDINGS = {"": _("offered now or later"), "now": _("offered now"), "ended": pgettext_lazy("service", "ended"), "all": _("all")}


def practitioners_kept_by(acting: Acting) -> QuerySet[Practitioner]:
    """The doctors of the hospitals this person keeps, by hospital, department and name."""
    found = Practitioner.objects.filter(institution__in=places_kept_by(acting).values("pk"))
    found = found.select_related("institution__district", "department")
    return found.order_by("institution__name", "department__standard_code", "department__name", "name", "pk")


def practitioner_kept_by(acting: Acting, public_id: UUID) -> Practitioner:
    """One of them. Refuses with `not_found`."""
    practitioner = practitioners_kept_by(acting).filter(public_id=public_id).first()
    if practitioner is None:
        raise Refusal("not_found", NOTHING_HERE)
    return practitioner


def found_by(practitioners: QuerySet[Practitioner], text: str) -> QuerySet[Practitioner]:
    """Those whose name (characters, pinyin, initials) or staff number matches every word."""
    for word in text.split():
        keys = query_keys(word)
        named = Q(grams__contains=keys) if keys else Q(pk=None)
        practitioners = practitioners.filter(named | Q(staff_number__iexact=word))
    return practitioners


def present(practitioners: QuerySet[Practitioner], presence: str, today: date) -> QuerySet[Practitioner]:
    """Those who work there today, those who left, or all."""
    if presence == "all":
        return practitioners
    left = Q(left_on__lte=today)
    return practitioners.filter(left if presence == "left" else ~left | Q(left_on=None))


def services_kept_by(acting: Acting) -> QuerySet[Service]:
    """The services of the hospitals this person keeps, by hospital, department, kind and name."""
    found = Service.objects.filter(institution__in=places_kept_by(acting).values("pk"))
    found = found.select_related("institution__district", "department")
    return found.order_by("institution__name", "department__standard_code", "department__name", "kind", "name", "pk")


def service_kept_by(acting: Acting, public_id: UUID) -> Service:
    """One of them with its items and team. Refuses with `not_found`."""
    service = services_kept_by(acting).prefetch_related("items", "team").filter(public_id=public_id).first()
    if service is None:
        raise Refusal("not_found", NOTHING_HERE)
    return service


def items_of(services: Collection[UUID]) -> dict[UUID, list[ServiceItem]]:
    """The items of packages by the service's public id, each in its order; one query, none where nothing is asked."""
    found: dict[UUID, list[ServiceItem]] = {}
    rows = ServiceItem.objects.filter(service__public_id__in=services).select_related("service") if services else ()
    for item in rows:
        found.setdefault(item.service.public_id, []).append(item)
    return found


def services_called(services: QuerySet[Service], text: str) -> QuerySet[Service]:
    """The services in whose name, code or disease each word appears."""
    for word in text.split():
        services = services.filter(Q(name__icontains=word) | Q(code__icontains=word) | Q(disease__icontains=word))
    return services


def services_standing(services: QuerySet[Service], standing: str, today: date) -> QuerySet[Service]:
    """Those offered now or later, offered now, ended, or all (R073)."""
    ended = Q(active_to__lte=today)
    if standing == "now":
        return services.filter(offered_on("", day=today))
    if standing == "ended":
        return services.filter(ended)
    return services if standing == "all" else services.filter(~ended | Q(active_to=None))


def departments_of_place(institution: Institution) -> QuerySet[Department]:
    """The departments of a hospital, for a form."""
    return Department.objects.filter(institution=institution).order_by("standard_code", "name")


def doctors_of_place(institution: Institution) -> QuerySet[Practitioner]:
    """The doctors who work at a hospital, by department and name."""
    found = Practitioner.objects.filter(institution=institution, left_on=None).select_related("department")
    return found.order_by("department__standard_code", "department__name", "name", "pk")
