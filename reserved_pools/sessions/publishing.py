"""Opens pools for services and publishes sessions with their reserved share, in one transaction."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from clinics.access import require_pools_of
from clinics.models import Service
from clinics.timetables.timetable import SessionPlan, publish_sessions
from permissions.acting import Acting
from reserved_pools.carving import carve
from reserved_pools.models import PoolSlot, ReservedPool
from vault import audit
from vault.refusal import invalid


def open_pools(services: Sequence[Service], *, share: Decimal, valid_from: date, by: Acting) -> list[ReservedPool]:
    """Use case: reserve a share of every session of these services from a day on (R040).

    A service that has a pool keeps it. Raises Refusal("invalid_input") for a share outside 0 to 1 and
    Refusal("no_grant_on_target") when the actor does not run the pools of the hospital.
    """
    if not 0 <= share <= 1:
        raise invalid("share", _("A share lies between 0 and 1."))
    with transaction.atomic(durable=True):
        require_pools_of(by, {service.institution_id for service in services})
        had = set(ReservedPool.objects.filter(service__in=services, valid_to=None).values_list("service", flat=True))
        pools = ReservedPool.objects.bulk_create(
            ReservedPool(service=service, share=share, valid_from=valid_from) for service in services if service.pk not in had
        )
        for pool in pools:
            audit.record("open_pool", "reserved_pool", pool.public_id, by=by.actor, details={"share": str(share)})
    return pools


def publish(plans: Sequence[SessionPlan], *, by: Acting) -> list[PoolSlot]:
    """Use case: publish sessions, cut them into bands and reserve the referrers' share of each.

    Publishing the same half-day twice changes nothing. Refusals are those of publish_sessions.
    """
    with transaction.atomic(durable=True):
        sessions = publish_sessions(plans, by=by)
        return carve(sessions)
