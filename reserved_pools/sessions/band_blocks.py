"""One band of a published session blocked, and opened again where nothing was lost by it (R125, R159)."""

from dataclasses import dataclass
from datetime import datetime, time
from typing import cast
from uuid import UUID

from django.db import transaction
from django.db.models import F, Sum
from django.utils.translation import gettext_lazy as _

from clinics.models import ChangeKind, ClinicSession, ClinicStop, ScheduleChange, Slot, StopReason, StopStatus
from clinics.timetables.schedule_changes import announce
from clinics.timetables.stopping import judge, terms_of
from clinics.timetables.timetable import BEIJING
from permissions.acting import Acting
from reserved_pools.models import PoolSlot
from reserved_pools.sessions.changes import Ground, band_of, grounded, record_change
from reserved_pools.withdrawing import withdraw
from vault.faults import Faults
from vault.ids import uuid7
from vault.refusal import Refusal, Violation, invalid
from vault.states import amend, created
from vault.transactions import requires_transaction

LOST = _("The reserved places of this band were withdrawn when it was blocked, and nobody can put them back.")


@dataclass(frozen=True, slots=True)
class Blocked:
    """What blocking did: places nobody will book any more, and bookings that stay and need another time."""

    change: ScheduleChange
    withdrawn: int
    booked: int


def block(session: ClinicSession, band: UUID | None, *, reason: str, by: Acting, expected_version: int) -> Blocked:
    """Use case: nobody books this band any more; what is booked stays booked until somebody moves or cancels it.

    Raises Refusal("invalid_input") with every fault at once, Refusal("stale_state"), Refusal("no_grant_on_target"). Locks the
    session, then the band's pool slots by id; a booking that waits for one of them finds it closed.
    """
    with transaction.atomic(durable=True):
        faults = Faults()
        ground = grounded(session, reason, by, faults)
        slot = cast(Slot, faults.of(band_of, session, band, ground.now))  # what was refused is told before it is used
        faults.tell()
        amend(session, "block_band", by=by.actor, reason=ground.reason, expected_version=expected_version)
        Slot.objects.filter(pk=slot.pk).update(is_blocked=True)
        about = uuid7()
        withdrawn = withdraw([slot], reason="blocked", about=about)
        booked = booked_in(slot)
        change = announce(
            session, ChangeKind.BLOCKED, by=by, reason=ground.reason, frozen=ground.frozen, starts_at=slot.starts_at, places=-withdrawn,
            public_id=about,
        )  # fmt: skip
        if PoolSlot.objects.filter(slot=slot, claimed__gt=0).exists():
            counted_as_stop(session, slot, ground, by)
        said = {"band": slot.starts_at.isoformat(), "withdrawn": withdrawn, "booked": booked}
        record_change(change, session, by, said)
    return Blocked(change, withdrawn, booked)


def counted_as_stop(session: ClinicSession, slot: Slot, ground: Ground, by: Acting) -> ClinicStop:
    """Step: a band with bookings that is blocked is a stop of its session in part, judged by the same notice (R126, R128).

    The bands of one session blocked on one day are one stop. As a stop cannot be taken back, it counts also where the band is opened
    again, before anybody was told or after. The caller holds the session.
    """
    requires_transaction()
    service = session.service
    ours = ClinicStop.objects.filter(service=service, bands__session=session, status=StopStatus.IN_FORCE)
    stop = ours.filter(created_at__gte=datetime.combine(ground.today, time.min, BEIJING)).order_by("pk").first()
    if stop is None:
        terms = terms_of(service.institution, service.department, ground.today)
        found = judge(session.date, session.date, today=ground.today, terms=terms)
        stop = ClinicStop.objects.create(
            service=service, first_day=session.date, last_day=session.date, half_day=session.half_day, reason_code=StopReason.OTHER,
            note=ground.reason, is_special=found.is_special, asked_by=by.user, status=StopStatus.IN_FORCE,
        )  # fmt: skip
        created(stop, by=by.actor, reason=stop.reason_code)
    stop.bands.add(slot)
    return stop


def unblock(session: ClinicSession, band: UUID | None, *, reason: str, by: Acting, expected_version: int) -> ScheduleChange:
    """Use case: the band is open again, where blocking it withdrew no reserved places.

    Raises Refusal("places_withdrawn") where it did, and the refusals of `block`.
    """
    with transaction.atomic(durable=True):
        faults = Faults()
        ground = grounded(session, reason, by, faults)
        slot = cast(Slot, faults.of(_blocked_band, session, band))
        faults.tell()
        if lost_places(slot):
            remedy = _("Add a band at the beginning or the end of the session instead.")
            raise Refusal("places_withdrawn", LOST, (Violation("places_withdrawn", LOST, "band", remedy=remedy),))
        amend(session, "unblock_band", by=by.actor, reason=ground.reason, expected_version=expected_version)
        Slot.objects.filter(pk=slot.pk).update(is_blocked=False)
        change = announce(
            session, ChangeKind.UNBLOCKED, by=by, reason=ground.reason, frozen=ground.frozen, starts_at=slot.starts_at
        )  # fmt: skip
        record_change(change, session, by, {"band": slot.starts_at.isoformat()})
    return change


def _blocked_band(session: ClinicSession, public_id: UUID | None) -> Slot:
    slot = Slot.objects.filter(session=session, public_id=public_id, is_blocked=True).first() if public_id else None
    if slot is None:
        raise invalid("band", _("Choose one of the blocked bands of this session."))
    return slot


def booked_in(slot: Slot) -> int:
    """How many places of a band are booked or held."""
    counted = PoolSlot.objects.filter(slot=slot).aggregate(places=Sum(F("claimed") + F("held"), default=0))
    return int(counted["places"])


def lost_places(slot: Slot) -> bool:
    """Whether a band's reserved places were closed before their cut-off: one that was cannot take any again."""
    return PoolSlot.objects.filter(slot=slot, closed_at__lt=F("closes_at")).exists()
