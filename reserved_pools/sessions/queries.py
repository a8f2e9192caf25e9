"""One published session as its coordinator reads it, and the list of sessions of her hospitals."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Prefetch, QuerySet

from clinics.models import ClinicSession, Slot
from clinics.timetables.weekly_queries import NOTHING_HERE, hospitals_run_by
from permissions.acting import Acting
from reserved_pools.models import PoolKind, PoolSlot
from vault.refusal import Refusal


@dataclass(frozen=True, slots=True)
class Band:
    """One band with its places: all, for referrers and for residents, each with what is booked; the rest is the window's."""

    public_id: UUID
    starts_at: datetime
    ends_at: datetime
    capacity: int
    is_blocked: bool
    referral: int
    booked: int
    returned: int
    direct: int
    is_open: bool
    may_open_again: bool

    @property
    def window(self) -> int:
        """What is the window's: the rest, and what went back to it."""
        return max(0, self.capacity - self.referral - self.direct) if not self.is_blocked else 0


def sessions_run_by(acting: Acting) -> QuerySet[ClinicSession]:
    """The sessions of the hospitals whose pools this person runs, in order of time."""
    found = ClinicSession.objects.filter(service__institution__in=hospitals_run_by(acting).order_by().values("pk"))
    held = found.select_related("service__institution", "service__department", "practitioner")
    return held.order_by("starts_at", "service_id", "pk")


def session_run_by(acting: Acting, public_id: UUID) -> ClinicSession:
    """One of them. Refuses with `not_found`."""
    found = sessions_run_by(acting).filter(public_id=public_id).first()
    if found is None:
        raise Refusal("not_found", NOTHING_HERE)
    return found


def sessions_between(acting: Acting, first: date, last: date, institution: UUID | None = None) -> QuerySet[ClinicSession]:
    """Those of some days, both included, with their bands read at once."""
    found = sessions_run_by(acting).filter(date__range=(first, last))
    if institution is not None:
        found = found.filter(service__institution__public_id=institution)
    return found.prefetch_related(*_bands())


def bands_of(session: ClinicSession) -> list[Band]:
    """The bands of a session in order of time, in two queries unless they were read with it."""
    if "slots" not in getattr(session, "_prefetched_objects_cache", {}):
        slots = Slot.objects.filter(session=session).order_by("starts_at").prefetch_related("pool_slots")
    else:
        slots = session.slots.all()
    return [_band(slot) for slot in slots]


def _bands() -> tuple[Prefetch, ...]:
    return (Prefetch("slots", Slot.objects.order_by("starts_at")), Prefetch("slots__pool_slots"))


def _band(slot: Slot) -> Band:
    parts = {one.kind: one for one in slot.pool_slots.all()}
    referral, direct = parts.get(PoolKind.COMMUNITY_REFERRAL), parts.get(PoolKind.RESIDENT_DIRECT)
    lost = any(_closed_early(one) for one in parts.values())
    return Band(
        slot.public_id,
        slot.starts_at,
        slot.ends_at,
        slot.capacity,
        slot.is_blocked,
        referral.published if referral else 0,
        sum(one.claimed + one.held for one in parts.values()),
        sum(one.returned for one in parts.values()),
        direct.published if direct else 0,
        is_open=any(one.closed_at is None for one in parts.values()),
        may_open_again=slot.is_blocked and not lost,
    )


def _closed_early(one: PoolSlot) -> bool:
    return one.closed_at is not None and one.closed_at < one.closes_at
