"""Changes of a published session that add something: more places in a band, one more band (R085, R125, R159)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from typing import Any, cast
from uuid import UUID

from django.db import transaction
from django.db.models import Q, Sum
from django.utils.translation import gettext_lazy as _

from clinics.access import require_pools_of
from clinics.clock import database_now
from clinics.models import ChangeKind, ClinicSession, ScheduleChange, Slot
from clinics.models.timetable import SessionStatus
from clinics.timetables.day_places import require_day_places
from clinics.timetables.half_day_times import EARLIEST, LATEST, whole_number
from clinics.timetables.schedule_changes import announce, checked_reason, freeze_days_of, is_frozen
from clinics.timetables.timetable import BEIJING, band_minutes
from permissions.acting import Acting
from reserved_pools.carving import held_on, open_band
from reserved_pools.held import Held, window_of
from reserved_pools.models import PoolKind, PoolSlot, ReservedPool
from reserved_pools.resizing import resize
from reserved_pools.sessions.extra import Shares, Standing, shared_out
from vault import audit
from vault.faults import Faults
from vault.refusal import Refusal, invalid
from vault.states import amend
from vault.transactions import requires_transaction

MOST_EXTRA = 100
START, END = "start", "end"
KINDS = (PoolKind.COMMUNITY_REFERRAL, PoolKind.RESIDENT_DIRECT)
CHANGED = _("This has changed since you opened it. Look at it again, then decide.")


@dataclass(frozen=True, slots=True)
class Ground:
    """On what a change stands: the moment by the database clock, the reason as kept, and whether the week is frozen."""

    now: datetime
    reason: str
    frozen: bool

    @property
    def today(self) -> date:
        return self.now.astimezone(BEIJING).date()


@dataclass(frozen=True, slots=True)
class Added:
    """What was added, and how it was shared out."""

    change: ScheduleChange
    shares: Shares


def add_places(session: ClinicSession, band: UUID | None, number: int | str, *, reason: str, by: Acting, expected_version: int) -> Added:
    """Use case: more places in one band, shared out by the shares of the session (R040, R083).

    After the cut-off all of them are the window's. Raises Refusal("invalid_input") with every fault at once,
    Refusal("stale_state"), Refusal("no_grant_on_target"). Locks the session, then the band's pool slots by id.
    """
    with transaction.atomic(durable=True):
        faults = Faults()
        ground = grounded(session, reason, by, faults)
        slot = cast(Slot, faults.of(band_of, session, band, ground.now))  # what was refused is told before it is used
        places = cast(int, faults.of(_extra_places, number))
        faults.tell()
        require_day_places([(session.service, session.date, places)], field="places")
        shares = _shares(session, places, ground)
        amend(session, "add_places", by=by.actor, reason=ground.reason, expected_version=expected_version,
              capacity=session.capacity + places)  # fmt: skip
        Slot.objects.filter(pk=slot.pk).update(capacity=slot.capacity + places)
        change = _announced(session, ChangeKind.ADDED_PLACES, ground, by, slot.starts_at, places)
        _put_into(session, slot, shares, change)
    return Added(change, shares)


def add_band(session: ClinicSession, where: str, number: int | str, *, reason: str, by: Acting, expected_version: int) -> Added:
    """Use case: one more band before the first or after the last, as long as bands are at this hospital (R085).

    Raises Refusal("invalid_input") with every fault at once, also when the service or the doctor is busy then,
    Refusal("stale_state"), Refusal("no_grant_on_target").
    """
    with transaction.atomic(durable=True):
        faults = Faults()
        ground = grounded(session, reason, by, faults)
        span = cast(tuple[datetime, datetime], faults.of(_new_band, session, where, ground.now))
        places = cast(int, faults.of(_extra_places, number))
        faults.tell()
        require_day_places([(session.service, session.date, places)], field="places")
        shares = _shares(session, places, ground)
        starts, ends = span
        amend(session, "add_band", by=by.actor, reason=ground.reason, expected_version=expected_version,
              capacity=session.capacity + places, starts_at=min(starts, session.starts_at),
              ends_at=max(ends, session.ends_at))  # fmt: skip
        slot = Slot.objects.create(session=session, starts_at=starts, ends_at=ends, capacity=places)
        change = _announced(session, ChangeKind.ADDED_BAND, ground, by, starts, places)
        _put_into(session, slot, shares, change)
    return Added(change, shares)


def grounded(session: ClinicSession, reason: str, by: Acting, faults: Faults) -> Ground:
    """Step: whether this person may change this session now, and on what ground (R125).

    Refuses with `no_grant_on_target`, and with `stale_state` what is stopped or over; a missing reason goes to the faults.
    """
    requires_transaction()
    institution = session.service.institution
    require_pools_of(by, [institution.pk])
    now = database_now()
    if session.status != SessionStatus.PLANNED:
        raise Refusal("stale_state", _("This session is stopped."), current={"status": session.status, "version": session.version})
    if session.ends_at <= now:
        raise Refusal("stale_state", _("This session is over."), current={"status": session.status, "version": session.version})
    today = now.astimezone(BEIJING).date()
    frozen = is_frozen(session.date, today=today, freeze_days=freeze_days_of(institution, today))
    return Ground(now, faults.of(checked_reason, reason, needed=frozen) or "", frozen)


def band_of(session: ClinicSession, public_id: UUID | None, now: datetime) -> Slot:
    """A band of the session that is not over and not blocked. Refuses with `invalid_input`."""
    slot = Slot.objects.filter(session=session, public_id=public_id).first() if public_id else None
    if slot is None:
        raise invalid("band", _("Choose one of the bands of this session."))
    if slot.ends_at <= now:
        raise invalid("band", _("This band is over."))
    if slot.is_blocked:
        raise invalid("band", _("This band is blocked."), remedy=_("Choose another band."))
    return slot


def record_change(change: ScheduleChange, session: ClinicSession, by: Acting, details: Mapping[str, Any]) -> None:
    """Step: the change in the audit trail, under the session it is about."""
    said = {"kind": change.kind, "date": session.date.isoformat(), "half_day": session.half_day, **details}
    audit.record("change_session", "clinic_session", session.public_id, by=by.actor, reason=change.reason, details=said)


def _extra_places(number: int | str) -> int:
    return whole_number("places", number, range(1, MOST_EXTRA + 1), _("Give a number from 1 to 100."))


def _shares(session: ClinicSession, number: int, ground: Ground) -> Shares:
    """How the extra places are shared out; after the cut-off, and without a pool, they are the window's."""
    held = held_on(session)
    pool = ReservedPool.objects.filter(service=session.service_id, valid_to=None).first()
    if pool is None or window_of(session.date, held).closes_at <= ground.now:
        return Shares(0, 0, number)
    return shared_out(number, _standing(session, pool, held))


def _standing(session: ClinicSession, pool: ReservedPool, held: Held) -> Standing:
    """The session as it stands, blocked bands aside."""
    open_bands = Slot.objects.filter(session=session, is_blocked=False)
    capacity = open_bands.aggregate(places=Sum("capacity", default=0))["places"]
    of_kind = {kind: Sum("published", filter=Q(kind=kind), default=0) for kind in KINDS}
    parts = PoolSlot.objects.filter(slot__in=open_bands).aggregate(**{kind.name: total for kind, total in of_kind.items()})
    exempt = session.service.slot_class in held.exempt_classes
    return Standing(
        capacity,
        parts[PoolKind.COMMUNITY_REFERRAL.name],
        parts[PoolKind.RESIDENT_DIRECT.name],
        Fraction(held.bookable_share),
        Fraction(0) if exempt else Fraction(max(pool.share, held.reserved_share)),
        base_is_all=held.reserved_share_base == "all",
        keeps_part=session.service.is_expert and not exempt,
    )


def _put_into(session: ClinicSession, slot: Slot, shares: Shares, change: ScheduleChange) -> None:
    """The parts of one band: what exists grows, what does not is opened. A band closed at this moment takes nothing."""
    wanted = {PoolKind.COMMUNITY_REFERRAL: shares.referral, PoolKind.RESIDENT_DIRECT: shares.direct}
    there = {PoolKind(one.kind): one for one in PoolSlot.objects.filter(slot=slot).order_by("pk")}
    for kind, number in wanted.items():
        if number and kind in there and not resize(there[kind].pk, number, reason="extra", about=change.public_id):
            raise Refusal("stale_state", CHANGED, current={"version": session.version})
    open_band(session, slot, {kind: number for kind, number in wanted.items() if kind not in there}, held_on(session))


def _announced(session: ClinicSession, kind: ChangeKind, ground: Ground, by: Acting, starts_at: datetime, places: int) -> ScheduleChange:
    change = announce(session, kind, by=by, reason=ground.reason, frozen=ground.frozen, starts_at=starts_at, places=places)
    record_change(change, session, by, {"places": places, "band": starts_at.isoformat()})
    return change


def _new_band(session: ClinicSession, where: str, now: datetime) -> tuple[datetime, datetime]:
    """Beginning and end of the band to add. Refuses with `invalid_input` when it has no room."""
    if where not in (START, END):
        raise invalid("where", _("Choose before the first band or after the last."))
    length = timedelta(minutes=band_minutes(session.service.institution, session.date))
    starts = session.ends_at if where == END else session.starts_at - length
    ends = starts + length
    if starts <= now:
        raise invalid("where", _("There is no time left before the first band."))
    if not (_at(session.date, EARLIEST) <= starts and ends <= _at(session.date, LATEST)):
        raise invalid("where", _("Clinics are held between 06:00 and 22:00."))
    who = Q(service=session.service_id)
    if session.practitioner_id:
        who |= Q(practitioner=session.practitioner_id)
    others = ClinicSession.objects.filter(who, date=session.date, status=SessionStatus.PLANNED).exclude(pk=session.pk)
    if others.filter(starts_at__lt=ends, ends_at__gt=starts).exists():
        raise invalid("where", _("The service or its doctor has another clinic at this time."))
    return starts, ends


def _at(day: date, moment: time) -> datetime:
    return datetime.combine(day, moment, BEIJING)
