"""Slots to race for: each in a session of its own, one of its places held by somebody already."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

REAL, STOPPED = 10, 7  # one race in so many is booked by the use case; in one of so many the session is stopped
PLACES, CAPACITY = 3, 6
AT_ONCE = 250
HOLD = "SELECT count(*) FROM unnest(%s::bigint[], %s::uuid[]) AS one (slot, holder) WHERE pool_claim(one.slot, 'before', one.holder)"


@dataclass(frozen=True)
class Race:
    """One slot with its session, who holds a place of it from before, and the referral that is booked in earnest, if any."""

    slot: Any
    holder: UUID
    referral: Any = None
    is_stopped: bool = False


def arranged(cast: Any, number: int, bookings: bool) -> list[Race]:
    """A slot in a session of its own for every race, one of its places held by somebody already; in portions, as a
    transaction that waits long for its client is ended.
    """
    from django.db import transaction

    pattern, races = cast.place(ahead=3, places=PLACES), list[Race]()
    while len(races) < number:
        with transaction.atomic():
            for slot, holder in held_slots(pattern, min(AT_ONCE, number - len(races))):
                nth = len(races)
                races.append(Race(slot, holder, cast.referral() if bookings and nth % REAL == 0 else None, nth % STOPPED == 1))
    return races


def held_slots(pattern: Any, number: int) -> list[tuple[Any, UUID]]:
    """So many slots like the pattern, each with who holds one of its places."""
    from clinics.models import ClinicSession, Service, Slot
    from reserved_pools.models import PlaceEvent, PoolSlot
    from vault.actor import SYSTEM
    from vault.states import created_together

    services = Service.objects.bulk_create(
        Service(institution=pattern.institution, department=pattern.department, title="attending", name=f"门诊{uuid4()}")
        for _slot in range(number)
    )
    times = {"starts_at": pattern.starts_at, "ends_at": pattern.ends_at}
    sessions = ClinicSession.objects.bulk_create(
        ClinicSession(service=one, date=pattern.visit_date, half_day="am", capacity=CAPACITY, **times) for one in services
    )
    created_together(sessions, by=SYSTEM)
    bands = Slot.objects.bulk_create(Slot(session=one, capacity=CAPACITY, **times) for one in sessions)
    named = ("pool", "institution", "department", "standard_code", "slot_class", "visit_date", "opens_at", "closes_at")
    same = {name: getattr(pattern, name) for name in named} | times
    slots = PoolSlot.objects.bulk_create(PoolSlot(slot=one, service=one.session.service, published=PLACES, **same) for one in bands)
    PlaceEvent.objects.bulk_create(PlaceEvent(pool_slot=one, move="published", places=PLACES) for one in slots)
    holders = [uuid4() for _slot in slots]
    assert asked(HOLD, [slot.pk for slot in slots], holders) == number
    return list(zip(slots, holders, strict=True))


def asked(query: str, *arguments: Any) -> Any:
    """The one value a statement answers, committed at once."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(query, arguments)
        (value,) = cursor.fetchone()
    return value
