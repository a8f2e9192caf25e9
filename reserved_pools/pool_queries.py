"""The pools of a person's hospitals: which services keep a share for referrals, how much, and the floor below which it never goes."""

from collections.abc import Iterable
from decimal import Decimal
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clinics.access import MANAGE_POOLS, institutions_where
from clinics.policy import Target, resolve, rows_in_force
from permissions.acting import Acting
from reserved_pools.models import PoolSlot, ReservedPool
from reserved_pools.parameters import RESERVED_SHARE
from vault.refusal import Refusal


def pools_of(acting: Acting) -> QuerySet[ReservedPool]:
    """The open pools of the hospitals whose places this person manages, by hospital, department and service."""
    mine = institutions_where(acting.user, MANAGE_POOLS)
    pools = ReservedPool.objects.filter(service__institution__in=mine, valid_to=None)
    order = ("service__institution__name", "service__department__standard_code", "service__department__name", "service__name", "pk")
    return pools.select_related("service__institution", "service__department").order_by(*order)


def pool_of(acting: Acting, public_id: UUID) -> ReservedPool:
    """One of them. Raises Refusal("not_found")."""
    found = pools_of(acting).filter(public_id=public_id).first()
    if found is None:
        raise Refusal("not_found", _("There is no such pool."))
    return found


def referrers_place(public_id: UUID) -> PoolSlot | None:
    """One place reserved for referrers, with where it is; None when there is none of this id."""
    return PoolSlot.objects.referral().select_related("institution", "department").filter(public_id=public_id).first()


def floors_of(pools: Iterable[ReservedPool]) -> dict[int, Decimal]:
    """The regulation's share for each of these pools today, by the pool's key; one query."""
    targets = {one.pk: Target.at(one.service.institution, one.service.department) for one in pools}
    rows, today = rows_in_force([RESERVED_SHARE], set(targets.values())), timezone.localdate()
    return {pk: Decimal(resolve(RESERVED_SHARE, today, target, rows).value) for pk, target in targets.items()}  # type: ignore[arg-type]
