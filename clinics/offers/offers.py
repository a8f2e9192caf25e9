"""What a hospital offers: services entered, corrected, ended and brought back one at a time (R070-R073, R089, R093-R095)."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from operator import itemgetter
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from clinics.keeping import require_kept
from clinics.models import FactOf, Institution, Service, ServiceItem
from clinics.offers.fields import FIXED_ONCE_PUBLISHED
from clinics.offers.reading import Offer
from clinics.offers.wishes import Wish, differences, offer_of, wish_of
from clinics.register.facts import fact_changes, labels_for
from clinics.register.history import BEGINS
from clinics.register.registry import STALE
from permissions.acting import Acting
from vault import audit
from vault.changes import note_changes
from vault.faults import Faults
from vault.refusal import Refusal, invalid
from vault.transactions import requires_transaction


def offer_service(institution: Institution, given: Offer, *, by: Acting) -> Service:
    """Use case: a service of a hospital begins to be offered.

    Raises Refusal("invalid_input") with every fault at once, Refusal("no_grant_on_target") for a hospital that is not the actor's.
    """
    require_kept(by, institution.pk)
    faults = Faults()
    wish = wish_of(institution, given, faults)
    faults.tell()
    try:
        with transaction.atomic(durable=True):
            return enter(institution, wish, by=by)
    except IntegrityError as error:  # somebody else entered the same one at this moment
        raise _taken() from error


def correct_service(service: Service, changes: Mapping[str, Any], *, by: Acting, expected_version: int) -> Service:
    """Use case: change some fields of a service; what they held before stays in its history.

    Department, class and title of a service with published sessions stay; so do its days where sessions lie outside the new ones.
    Its places a day do not fall below what its half-days of the week give out.
    Raises Refusal("invalid_input") with every fault at once, Refusal("stale_state") for another version.
    """
    require_kept(by, service.institution_id)
    before, faults = offer_of(service), Faults()
    after = replace(before, **changes)
    if after.slot_class != before.slot_class and "title" not in changes:
        after = replace(after, title="")  # the new class may bring another one
    wish = wish_of(service.institution, replace(after, facts=dict(changes.get("facts", {}))), faults, own=service)
    for check in (_check_fixed, _check_days, _check_places):
        faults.of(check, service, before, wish.offer)
    faults.tell()
    try:
        with transaction.atomic(durable=True):
            amend(service, wish, by=by, expected_version=expected_version)
    except IntegrityError as error:
        raise _taken() from error
    return complete(service.pk)


def end_service(service: Service, day: date, *, by: Acting, expected_version: int) -> Service:
    """Use case: a service is no longer offered from a day on; nothing published may lie after it. Refusals of `correct_service`."""
    return correct_service(service, {"active_to": day}, by=by, expected_version=expected_version)


def bring_back_service(service: Service, *, by: Acting, expected_version: int) -> Service:
    """Use case: a service that ended or will end is offered again without an end. Refusals of `correct_service`."""
    return correct_service(service, {"active_to": None}, by=by, expected_version=expected_version)


def enter(institution: Institution, wish: Wish, *, by: Acting) -> Service:
    """Step: the service with its items and team, its history begun."""
    requires_transaction()
    made = Service.objects.create(institution=institution, department=wish.department, **wish.columns, facts=wish.facts)
    _keep_parts(made, wish)
    note_changes("service", made.public_id, {BEGINS: ("", made.name)}, by=by.actor)
    audit.record("offer", "service", made.public_id, by=by.actor, details={"name": made.name, "kind": made.kind})
    return made


def amend(service: Service, wish: Wish, *, by: Acting, expected_version: int) -> None:
    """Step: one guarded UPDATE on the version that was read, items and team anew, and what changed into the history."""
    requires_transaction()
    noted = differences(service, wish)
    labels = labels_for(FactOf.SERVICE, service.institution.district_id)
    noted |= fact_changes(service.facts, wish.facts, labels)
    seen = Service.objects.filter(pk=service.pk, version=expected_version)
    if not seen.update(version=expected_version + 1, department=wish.department, facts=wish.facts, **wish.columns):
        current = Service.objects.filter(pk=service.pk).values("version").first()
        raise Refusal("stale_state", STALE, current=dict(current or {}))
    _keep_parts(service, wish)
    note_changes("service", service.public_id, noted, by=by.actor)
    audit.record("correct", "service", service.public_id, by=by.actor, details={"fields": sorted(noted)})


def complete(pk: int) -> Service:
    """The service as a page or answer shows it, in three queries."""
    return Service.objects.select_related("institution__district", "department").prefetch_related("items", "team").get(pk=pk)


def _keep_parts(service: Service, wish: Wish) -> None:
    items = [
        ServiceItem(service=service, position=position, name=item.name, code=item.code, fee=item.fee)
        for position, item in enumerate(wish.offer.items, start=1)
    ]
    ServiceItem.objects.filter(service=service).delete()
    ServiceItem.objects.bulk_create(items)
    service.team.set(wish.team)


def _check_fixed(service: Service, before: Offer, after: Offer) -> None:
    changed = [name for name in FIXED_ONCE_PUBLISHED if getattr(before, name) != getattr(after, name)]
    if changed and service.sessions.exists():
        remedy = _("End this service and enter a new one.")
        raise invalid(changed[0], _("Places were published under this; it no longer changes."), remedy=remedy)


def _check_days(service: Service, before: Offer, after: Offer) -> None:
    """R073: what is published stays within the days on which the service is offered."""
    if (before.active_from, before.active_to) == (after.active_from, after.active_to):
        return
    planned = service.sessions.filter(status="planned", date__gte=timezone.localdate())
    for name, outside in (("active_from", {"date__lt": after.active_from}), ("active_to", {"date__gte": after.active_to})):
        count = planned.filter(**outside).count() if getattr(after, name) else 0
        if count:
            words = ngettext("%(n)d published half-day lies outside.", "%(n)d published half-days lie outside.", count) % {"n": count}
            raise invalid(name, words, remedy=_("Stop them first, or choose another day."))


def _check_places(service: Service, before: Offer, after: Offer) -> None:
    """R094, R095: a day of the standing week never gives out more places than are left, or it would be left out week after week."""
    limit = after.places_per_day
    if limit is None or (before.places_per_day is not None and limit >= before.places_per_day):
        return
    days = service.templates.filter(valid_to=None).order_by("weekday").values_list("weekday").annotate(places=Sum("capacity"))
    weekday, count = max(days, key=itemgetter(1), default=(0, 0))
    if count > limit:
        words = _("The half-days of %(weekday)s give out %(count)d places every week.") % {"weekday": WEEKDAYS[weekday - 1], "count": count}
        raise invalid("places_per_day", words, remedy=_("Give those half-days fewer places first, or choose a larger number."))


def _taken() -> Refusal:
    remedy = _("Look for it in the list; correct it there.")
    return invalid("name", _("This department offers a service of this name already."), remedy=remedy)
