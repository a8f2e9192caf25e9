"""Cuts published sessions into what referrers, residents and the hospital's window get, and deals the parts to their bands."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Sum

from clinics.clock import database_now
from clinics.models import ClinicSession, Slot
from reserved_pools.balance.shares import Offer, places, reserved, spread
from reserved_pools.held import Held, Policies, residents_open_at, target_of, window_of
from reserved_pools.models import PlaceMove, PoolKind, PoolSlot, ReservedPool
from vault.transactions import requires_transaction

Day = tuple[int, date]

PUBLISHED = """
INSERT INTO reserved_pools_placeevent (pool_slot_id, move, places, reason, at)
SELECT id, %s, published, '', created_at FROM reserved_pools_poolslot WHERE id = ANY (%s) ORDER BY id
"""


def carve(sessions: Sequence[ClinicSession]) -> list[PoolSlot]:
    """Step: cut each session that has a pool in three and open two of the parts as pool slots (R040, R082-R084).

    Of all places the bookable share, rounded up; of its base the referrers' share, rounded up, the pool's own and never below the
    regulation's floor, experts holding their part of each department's day; the rest of what is bookable is for contracted
    residents, and what is not bookable stays with the hospital's window. Sessions carved before stay as they are. Every value is
    that of the hospital and department on the visit day.
    """
    requires_transaction()
    pools = _pools(sessions)
    policies = Policies(map(target_of, sessions))
    earlier = _carved(sessions)
    days = _days(sessions, pools, done={offer.key for offers in earlier.values() for offer in offers})
    slots = _slots(sessions)
    made: list[PoolSlot] = []
    now = database_now()
    for day, offered in days.items():
        held = policies.of(target_of(offered[0]), offered[0].date)
        offers = [*earlier[day], *(offer_of(session, pools[session.service_id], held) for session in offered)]
        taken = reserved(offers, held.expert_share)
        for session in offered:
            made += _pool_slots(session, pools[session.service_id], slots[session.pk], taken[session.pk], held, now)
    PoolSlot.objects.bulk_create(made)
    _record(made)
    return made


def foreseen(sessions: Sequence[ClinicSession]) -> dict[int, tuple[int, int]]:
    """What carving would give referrers and residents of sessions that are not written yet, by the keys they carry; writes nothing.

    A service without a pool is cut as if one with the regulation's share stood open.
    """
    pools = {session.service_id: ReservedPool(service=session.service, share=Decimal(0)) for session in sessions} | _pools(sessions)
    policies, earlier = Policies(map(target_of, sessions)), _carved(sessions)
    found: dict[int, tuple[int, int]] = {}
    for day, offered in _days(sessions, pools, done=set()).items():
        held = policies.of(target_of(offered[0]), offered[0].date)
        taken = reserved([*earlier[day], *(offer_of(one, pools[one.service_id], held) for one in offered)], held.expert_share)
        found |= {one.pk: (taken[one.pk], places(one.capacity, held.bookable_share) - taken[one.pk]) for one in offered}
    return found


def held_on(session: ClinicSession) -> Held:
    """What the regulation says of one session's department and day."""
    return Policies([target_of(session)]).of(target_of(session), session.date)


def open_band(session: ClinicSession, slot: Slot, kinds: Mapping[PoolKind, int], held: Held) -> list[PoolSlot]:
    """Step: places of a band that has none of these kinds yet, open as those of its session; a service without a pool has none."""
    requires_transaction()
    pool = _pools([session]).get(session.service_id)
    repeated = _place_and_time(session, slot) | {"slot_id": slot.pk, "pool": pool, "created_at": database_now()}
    window = window_of(session.date, held)
    opens = {
        PoolKind.COMMUNITY_REFERRAL: window.opens_at,
        PoolKind.RESIDENT_DIRECT: residents_open_at(session.date, held, window.closes_at),
    }
    made = PoolSlot.objects.bulk_create(
        PoolSlot(kind=kind, published=number, opens_at=opens[kind], closes_at=window.closes_at, **repeated)
        for kind, number in kinds.items()
        if number and pool is not None
    )
    _record(made)
    return made


def _pools(sessions: Sequence[ClinicSession]) -> dict[int, ReservedPool]:
    services = {session.service_id for session in sessions}
    return {pool.service_id: pool for pool in ReservedPool.objects.filter(service__in=services, valid_to=None)}


def _slots(sessions: Sequence[ClinicSession]) -> dict[int, list[Slot]]:
    found: dict[int, list[Slot]] = defaultdict(list)
    for slot in Slot.objects.filter(session__in=sessions, pool_slots=None).order_by("starts_at"):
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
        PoolSlot.objects.referral()
        .filter(department__in=departments, visit_date__in=dates)
        .values("department", "visit_date", "slot__session", "slot__session__capacity", "slot_class")
        .annotate(places=Sum("published"))
    )
    for row in rows:
        capacity = row["slot__session__capacity"]
        is_expert = row["slot_class"].startswith("expert")
        offer = Offer(row["slot__session"], capacity, capacity, is_expert, Decimal(0), row["places"])
        found[row["department"], row["visit_date"]].append(offer)
    return found


def offer_of(session: ClinicSession, pool: ReservedPool, held: Held) -> Offer:
    """A session as its shares see it: its bookable places, the base of its share, and the share (R040, R082, R088)."""
    bookable = places(session.capacity, held.bookable_share)
    base = bookable if held.reserved_share_base == "bookable" else session.capacity
    exempt = session.service.slot_class in held.exempt_classes
    share = Decimal(0) if exempt else max(pool.share, held.reserved_share)
    return Offer(session.pk, bookable, base, session.service.is_expert and not exempt, share)


def _pool_slots(session: ClinicSession, pool: ReservedPool, slots: Sequence[Slot], total: int, held: Held, now: datetime) -> list[PoolSlot]:
    """The bands of a session, each cut for referrers and for residents; made now, they keep the window of their visit day."""
    referral = spread(total, [slot.capacity for slot in slots])
    rest = places(session.capacity, held.bookable_share) - total
    direct = spread(rest, [slot.capacity - taken for slot, taken in zip(slots, referral, strict=True)])
    late = spread(places(total, held.near_term_share), referral)
    window = window_of(session.date, held)
    opens = asdict(window)
    made: list[PoolSlot] = []
    for slot, of_referrers, of_residents, kept in zip(slots, referral, direct, late, strict=True):
        repeated = _place_and_time(session, slot) | {"slot_id": slot.pk, "pool_id": pool.pk, "created_at": now}
        if of_referrers:
            made.append(PoolSlot(published=of_referrers, late=kept if window.late_opens_at else 0, **repeated, **opens))
        if of_residents:
            own = {"opens_at": residents_open_at(session.date, held, window.closes_at), "closes_at": window.closes_at}
            made.append(PoolSlot(kind=PoolKind.RESIDENT_DIRECT, published=of_residents, **repeated, **own))
    return made


def _place_and_time(session: ClinicSession, slot: Slot) -> dict[str, Any]:
    """What a pool slot repeats of the timetable."""
    service = session.service
    return {
        "institution_id": service.institution_id,
        "department_id": service.department_id,
        "service_id": service.pk,
        "standard_code": service.department.standard_code,
        "slot_class": service.slot_class,
        "visit_date": session.date,
        "starts_at": slot.starts_at,
        "ends_at": slot.ends_at,
    }


def _record(made: Sequence[PoolSlot]) -> None:
    """The first move of each, from the rows just written."""
    with connection.cursor() as cursor:
        cursor.execute(PUBLISHED, [PlaceMove.PUBLISHED, [one.pk for one in made]])
