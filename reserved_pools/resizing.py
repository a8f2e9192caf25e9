"""Gives pool slots more places or fewer, between the kinds of a band and between sessions, and sets the share of a pool."""

from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from clinics.access import require_pools_of
from clinics.clock import database_now
from clinics.models import Department
from clinics.policy import Target, values
from permissions.acting import Acting
from reserved_pools.balance.balance import percent
from reserved_pools.models import PoolKind, PoolSlot, ReservedPool
from reserved_pools.parameters import RESERVED_SHARE
from reserved_pools.windows import BEIJING
from vault import audit
from vault.changes import note_changes
from vault.refusal import Refusal, Violation, invalid
from vault.transactions import requires_transaction

PER_MILLE = 1000


def resize(pool_slot_id: int, change: int, *, reason: str, about: UUID | None = None) -> bool:
    """Step: give one pool slot more places or fewer; False when it cannot be done.

    It shrinks by no more than what nobody has, the kinds of a band together never hold more than the band, and a slot that is
    closed or past its cut-off stays as it is. The caller has locked the pool slots of all bands it changes, in key order.
    """
    requires_transaction()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pool_resize(%s, %s, %s, %s)", [pool_slot_id, change, reason, about])
        (done,) = cursor.fetchone()
    return bool(done)


def shift(source: PoolSlot, target: PoolSlot, places: int, *, reason: str, about: UUID | None = None) -> bool:
    """Step: move places from one kind of a band to the other; the band's total stays. False when they are not free."""
    return resize(source.pk, -places, reason=reason, about=about) and resize(target.pk, places, reason=reason, about=about)


def direct_part(referral: PoolSlot, siblings: Sequence[PoolSlot]) -> PoolSlot | None:
    """Step: the residents' part of a referrers' band, made empty when the band had none; None when its session has none at all."""
    requires_transaction()
    own = [one for one in siblings if one.kind == PoolKind.RESIDENT_DIRECT]
    found = next((one for one in own if one.slot_id == referral.slot_id), None)
    if found is not None or not own:
        return found
    repeated = ("pool_id", "institution_id", "department_id", "service_id", "standard_code", "slot_class", "visit_date")
    held = {name: getattr(referral, name) for name in (*repeated, "starts_at", "ends_at", "closes_at")}
    made, _new = PoolSlot.objects.get_or_create(
        slot_id=referral.slot_id, kind=PoolKind.RESIDENT_DIRECT, defaults={"published": 0, "opens_at": own[0].opens_at, **held}
    )
    return made


def deal(places: int, room: Sequence[int]) -> list[int]:
    """Divide places over bands, one at a time to where most room is; fewer than asked when the room is less."""
    given = [0 for _one in room]
    for _place in range(min(places, sum(room))):
        most = max(range(len(room)), key=lambda number: room[number] - given[number])
        given[most] += 1
    return given


@transaction.atomic(durable=True)
def set_places(pool: ReservedPool, share: Decimal, *, by: Acting, seen: int | None = None) -> ReservedPool:
    """Use case: another share of a service's places for referrers (R088); sessions published from now on are cut by it.

    `seen` is the share in thousandths as the caller saw it. Raises Refusal("below_floor") with the rule when the share lies below
    the regulation's, Refusal("invalid_input") outside 0 to 1, Refusal("stale_state") when somebody else changed it meanwhile.
    """
    if not 0 <= share <= 1:
        raise invalid("share", _("A share lies between 0 and 1."))
    require_pools_of(by, {pool.service.institution_id})
    Department.objects.select_for_update(of=("self",), no_key=True).get(pk=pool.service.department_id)
    held = ReservedPool.objects.select_for_update(of=("self",), no_key=True).get(pk=pool.pk)
    if seen is not None and seen != version_of(held):
        raise Refusal("stale_state", _("Somebody changed this share meanwhile."), current={"share": str(held.share)})
    floor = _floor(pool)
    if share < floor:
        raise below_floor(percent(share), percent(floor))
    before, held.share = held.share, share.quantize(Decimal("0.001"))
    if held.share != before:
        ReservedPool.objects.filter(pk=held.pk).update(share=held.share)
        note_changes("reserved_pool", held.public_id, {"share": (str(before), str(held.share))}, by=by.actor)
        audit.record("set_share", "reserved_pool", held.public_id, by=by.actor, details={"from": str(before), "to": str(held.share)})
    pool.share = held.share
    return pool


def version_of(pool: ReservedPool) -> int:
    """What the caller saw of a pool: its share in thousandths."""
    return int(pool.share * PER_MILLE)


def below_floor(share: str, floor: str) -> Refusal:
    """The refusal of a share below the regulation's, with its words (R040)."""
    sentence = _("The regulation asks for at least %(floor)s %%; this would be %(share)s %%.") % {"floor": floor, "share": share}
    violation = Violation(
        "below_floor",
        sentence,
        field="share",
        remedy=_("Enter the regulation's share or more."),
        rule=RESERVED_SHARE.rule,
        source=RESERVED_SHARE.source,
        article=str(RESERVED_SHARE.article),
        quote=RESERVED_SHARE.quote,
    )
    return Refusal("below_floor", sentence, (violation,))


def _floor(pool: ReservedPool) -> Decimal:
    service = pool.service
    target = Target.at(service.institution, service.department)
    today = database_now().astimezone(BEIJING).date()
    return Decimal(values([RESERVED_SHARE], target, today)[RESERVED_SHARE.key].value)  # type: ignore[arg-type]
