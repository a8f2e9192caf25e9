"""Never more places on a day than a bed or an operating place has: what every way of publishing asks (R094, R095)."""

from collections import Counter
from collections.abc import Iterable
from datetime import date

from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from clinics.models import ClinicSession, Service
from vault.refusal import Refusal, invalid
from vault.transactions import requires_transaction


def require_day_places(wanted: Iterable[tuple[Service, date, int]], *, field: str = "capacity") -> None:
    """Step: refuse with `invalid_input` whatever would bring the planned sessions of a day above the service's places a day.

    A service without such a number has none. Locks those that have one, by key, so that two who publish at once count each other.
    """
    requires_transaction()
    more: Counter[tuple[int, date]] = Counter()
    services: dict[int, Service] = {}
    for service, day, places in wanted:
        if service.places_per_day is not None:
            services[service.pk] = service
            more[service.pk, day] += places
    if not services:
        return
    rows = Service.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=services).order_by("pk")
    most: dict[int, int | None] = dict(rows.values_list("pk", "places_per_day"))
    planned = planned_places(services, {day for _service, day in more})
    for (key, day), places in more.items():
        limit, count = most[key], planned[key, day] + places
        if limit is not None and count > limit:
            raise too_many(field, limit, count)


def too_many(field: str, limit: int, count: int) -> Refusal:
    """More places than the service has on a day."""
    return invalid(
        field,
        _("This service has %(limit)d places a day; there would be %(count)d.") % {"limit": limit, "count": count},
        remedy=_("Give fewer places, or correct the places a day of the service first."),
    )


def planned_places(services: Iterable[int], days: Iterable[date]) -> Counter[tuple[int, date]]:
    """What is planned already, by service and day."""
    rows = ClinicSession.objects.filter(service__in=list(services), date__in=list(days), status="planned").order_by()
    found = rows.values_list("service", "date").annotate(places=Sum("capacity"))
    return Counter({(service, day): places for service, day, places in found})
