"""Reserves the regulation's share of published sessions and deals it to their bands."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Sum

from clinics.clock import database_now
from clinics.models import ClinicSession, Slot
from clinics.parameters import BOOKING_CUTOFF
from clinics.policy import Resolved, Row, Target, resolve, rows_in_force
from reserved_pools import windows
from reserved_pools.models import PlaceEvent, PlaceMove, PoolSlot, ReservedPool
from reserved_pools.parameters import EXPERT_SHARE, POOL_LEAD_DAYS, RESERVED_SHARE
from reserved_pools.shares import Offer, reserved, spread
from vault.transactions import requires_transaction

PARAMETERS = (RESERVED_SHARE, EXPERT_SHARE, POOL_LEAD_DAYS, BOOKING_CUTOFF)

Held = dict[str, Resolved]
Day = tuple[int, date]


def carve(sessions: Sequence[ClinicSession]) -> list[PoolSlot]:
    """Step: reserve the share of each session that has a pool, rounded up, and open it as pool slots (R040).

    The share is the pool's own, never below the regulation's floor; experts hold their part of each department's day.
    Sessions carved before stay as they are. Shares, lead days and cut-off are those of the hospital on the visit day.
    """
    requires_transaction()
    pools = _pools(sessions)
    policies = _Policies(sessions)
    earlier = _carved(sessions)
    days = _days(sessions, pools, done={offer.key for offers in earlier.values() for offer in offers})
    slots = _slots(sessions)
    made: list[PoolSlot] = []
    now = database_now()
    for day, offered in days.items():
        held = policies.of(offered[0])
        offers = [*earlier[day], *(_offer(session, pools[session.service_id], held) for session in offered)]
        taken = reserved(offers, _fraction(held, EXPERT_SHARE.key))
        for session in offered:
            made += _pool_slots(session, pools[session.service_id], slots[session.pk], taken[session.pk], held, now)
    PoolSlot.objects.bulk_create(made)
    _record(made)
    return made


class _Policies:
    """The carving values of every department and day at hand, from one query."""

    def __init__(self, sessions: Sequence[ClinicSession]) -> None:
        targets = {_target(session) for session in sessions}
        self.rows: list[Row] = rows_in_force(PARAMETERS, targets)

    def of(self, session: ClinicSession) -> Held:
        target = _target(session)
        return {one.key: resolve(one, session.date, target, self.rows) for one in PARAMETERS}


def _target(session: ClinicSession) -> Target:
    return Target.at(session.service.institution, session.service.department)


def _pools(sessions: Sequence[ClinicSession]) -> dict[int, ReservedPool]:
    services = {session.service_id for session in sessions}
    return {pool.service_id: pool for pool in ReservedPool.objects.filter(service__in=services, valid_to=None)}


def _slots(sessions: Sequence[ClinicSession]) -> dict[int, list[Slot]]:
    found: dict[int, list[Slot]] = defaultdict(list)
    for slot in Slot.objects.filter(session__in=sessions, pool_slot=None).order_by("starts_at"):
        found[slot.session_id].append(slot)
    return found


def _days(sessions: Sequence[ClinicSession], pools: dict[int, ReservedPool], done: set[int]) -> dict[Day, list[ClinicSession]]:
    """The sessions to carve, one list for each department and day: the base of the experts' part."""
    days: dict[Day, list[ClinicSession]] = defaultdict(list)
    for session in sessions:
        if session.service_id in pools and session.pk not in done:
            days[session.service.department_id, session.date].append(session)
    return days


def _carved(sessions: Sequence[ClinicSession]) -> dict[Day, list[Offer]]:
    """What earlier publications reserved on the same days; it counts for the experts' part."""
    found: dict[Day, list[Offer]] = defaultdict(list)
    departments = {session.service.department_id for session in sessions}
    dates = {session.date for session in sessions}
    rows = (
        PoolSlot.objects.filter(department__in=departments, visit_date__in=dates)
        .values("department", "visit_date", "slot__session", "slot__session__capacity", "slot_class")
        .annotate(places=Sum("published"))
    )
    for row in rows:
        offer = Offer(
            row["slot__session"],
            row["slot__session__capacity"],
            row["slot_class"].startswith("expert"),
            Decimal(0),
            row["places"],
        )
        found[row["department"], row["visit_date"]].append(offer)
    return found


def _offer(session: ClinicSession, pool: ReservedPool, held: Held) -> Offer:
    share = max(pool.share, _fraction(held, RESERVED_SHARE.key))
    return Offer(session.pk, session.capacity, session.service.is_expert, share)


def _fraction(held: Held, key: str) -> Decimal:
    value = held[key].value
    assert isinstance(value, Decimal)
    return value


def _pool_slots(session: ClinicSession, pool: ReservedPool, slots: Sequence[Slot], total: int, held: Held, now: datetime) -> list[PoolSlot]:
    """The bands of a session that got places; they are made now and keep the window of their visit day."""
    opens = windows.opens_at(session.date, int(held[POOL_LEAD_DAYS.key].value))  # type: ignore[arg-type]
    closes = windows.closes_at(session.date, held[BOOKING_CUTOFF.key].value)  # type: ignore[arg-type]
    shares = spread(total, [slot.capacity for slot in slots])
    return [
        PoolSlot(slot=slot, published=places, opens_at=opens, closes_at=closes, created_at=now, pool=pool, **_place_and_time(session, slot))
        for slot, places in zip(slots, shares, strict=True)
        if places
    ]


def _place_and_time(session: ClinicSession, slot: Slot) -> dict[str, Any]:
    """What a pool slot repeats of the timetable."""
    service = session.service
    return {
        "institution_id": service.institution_id,
        "department_id": service.department_id,
        "service": service,
        "standard_code": service.department.standard_code,
        "slot_class": service.slot_class,
        "visit_date": session.date,
        "starts_at": slot.starts_at,
        "ends_at": slot.ends_at,
    }


def _record(made: Sequence[PoolSlot]) -> None:
    PlaceEvent.objects.bulk_create(
        [PlaceEvent(pool_slot=one, move=PlaceMove.PUBLISHED, places=one.published, at=one.created_at) for one in made]
    )
