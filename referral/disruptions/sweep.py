"""What the clock does for stopped clinics: searches not made yet, holds that lapse or were lost, bookings that ended another way."""

from collections.abc import Callable
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from clinics.models import ClinicStop
from clinics.register.taking_part import TODAY
from referral.booking.models import Booking, CancelCause
from referral.disruptions.bands import tell_of_bands
from referral.disruptions.messages import STOPPED_CALL, stopped, text_about
from referral.disruptions.models import CallFor, Choice, ChosenBy, Disruption
from referral.disruptions.opening import forgotten, open_forgotten
from referral.disruptions.search import BEHIND, search
from referral.inbox.tell import answering_for, tell
from referral.patients.guardians_reach import reached
from referral.patients.models import Patient
from reserved_pools import holds
from reserved_pools.models import PoolSlot
from vault.actor import SYSTEM
from vault.models import Message, MessageState
from vault.outbox.put import put
from vault.refusal import Refusal
from vault.states import advance, amend

OPEN = Disruption.objects.filter(status="open")
ENDED = ("cancelled", "moved", "fulfilled", "entered_in_error", "noshow")
# A no-show may be taken back on its day; from the next day on it has ended too.
OVER = Q(booking__status__in=ENDED[:-1]) | Q(booking__status="noshow", booking__visit_date__lt=TODAY)
LAPSED = Q(held_until__lte=Now())
CAME = Q(booking__status="arrived", searched_at__isnull=False) & ~Q(call_for=CallFor.HERE_ALREADY)
LOST = Q(pool_slot__slot__session__status="stopped") | Q(pool_slot__slot__is_blocked=True)


def look_after() -> int:
    """Promise that every stop in force is looked after; answers how many disruptions it moved on.

    Each is a transaction of its own. A run that was killed is taken up by the next where it ended, and two runs at once do nothing
    twice: what somebody else was faster with is left alone.
    """
    for stop in forgotten(ClinicStop.objects.filter(status="in_force", last_day__gte=TODAY)):
        open_forgotten(stop)
    done = _each(OPEN.filter(OVER), follow)
    done += _each(OPEN.filter(LAPSED | LOST), let_lapse)
    done += _each(OPEN.filter(CAME), note_arrival)
    done += _each(OPEN.filter(searched_at=None), search)
    return done + tell_of_bands()


def _each(rows: QuerySet[Disruption], act: Callable[[UUID], bool]) -> int:
    done = 0
    for public_id in rows.order_by("booking__starts_at", "pk").values_list("public_id", flat=True):
        try:
            done += act(public_id)
        except Refusal as refusal:
            if refusal.code != "stale_state":
                raise
    return done


@transaction.atomic(durable=True)
def let_lapse(disruption_id: UUID) -> bool:
    """Use case: a hold nobody answered in time, or whose own clinic was stopped, is let go; True when this call did it.

    Without an answer the hospital calls; where the substitute was lost another one is looked for. Locks the patient, then the place.
    """
    disruption = _read(disruption_id, LAPSED | LOST)
    if disruption is None or disruption.pool_slot_id is None:
        return False
    Patient.objects.select_for_update(no_key=True).get(pk=disruption.booking.patient_id)
    slot = PoolSlot.objects.locked().get(pk=disruption.pool_slot_id)
    holds.let_go(slot.pk, about=disruption.public_id, reason="lapsed")
    if not OPEN.filter(LAPSED, pk=disruption.pk).exists():
        asked = CallFor.WANTS_OTHER if disruption.call_for == CallFor.WANTS_OTHER else CallFor.NONE  # who asked for a call keeps it
        amend(disruption, "disruption.lost", by=SYSTEM, pool_slot=None, held_until=None, searched_at=None, call_for=asked)
        return True
    call = disruption.call_for or CallFor.NO_ANSWER
    amend(disruption, "disruption.lapsed", by=SYSTEM, pool_slot=None, held_until=None, call_for=call)
    _say_instead(disruption)
    referral = disruption.booking.referral
    told = answering_for(referral.owner, referral.institution)
    tell(told, "disruption_open", about=disruption.public_id, version=disruption.version)
    return True


def _say_instead(disruption: Disruption) -> None:
    """Step: an offer that never left, kept back by the night or a gateway that was down, is worth nothing now: the stop is said alone."""
    phone = reached(disruption.booking.patient).phone
    if phone and not Message.objects.filter(about=disruption.public_id, state=MessageState.SENT).exists():
        text, words = text_about(STOPPED_CALL, disruption.booking), stopped(disruption.booking)
        put(text.key, phone, words, about=disruption.public_id, version=disruption.version)


@transaction.atomic(durable=True)
def note_arrival(disruption_id: UUID) -> bool:
    """Use case: she came although her clinic was stopped: the hospital has to do something now, whatever it waited for (R127)."""
    disruption = _read(disruption_id, CAME)
    if disruption is None:
        return False
    amend(disruption, "disruption.came", by=SYSTEM, call_for=CallFor.HERE_ALREADY)
    return True


@transaction.atomic(durable=True)
def follow(disruption_id: UUID) -> bool:
    """Use case: the stopped booking ended another way, by the resident, the doctor or the hospital: its disruption ends with it."""
    disruption = _read(disruption_id, OVER)
    if disruption is None:
        return False
    Patient.objects.select_for_update(no_key=True).get(pk=disruption.booking.patient_id)
    booking = Booking.objects.filter(pk=disruption.booking_id, status__in=ENDED).first()
    if booking is None:
        return False
    if disruption.pool_slot_id is not None:
        holds.let_go(disruption.pool_slot_id, about=disruption.public_id, reason="settled")
    target, choice, by = _read_from(booking)
    new = Booking.objects.filter(moved_from=booking, made_for=None).first()
    advance(
        disruption, target, by=SYSTEM, choice=choice, chosen_by=by, chosen_at=Now(), new_booking=new, pool_slot=None, held_until=None,
        call_for=CallFor.NONE, searched_at=disruption.searched_at or Now(),
    )  # fmt: skip
    return True


def _read_from(booking: Booking) -> tuple[str, str, str]:
    """What became of it, what that says was chosen, and by whom; a visit that took place all the same was agreed at the hospital."""
    if booking.status == "moved":
        return "other_time", Choice.OTHER_TIME, ChosenBy.REFERRER
    if booking.cancel_cause == CancelCause.BY_RESIDENT:
        return "declined", Choice.DECLINE, ChosenBy.RESIDENT
    if booking.cancel_cause == CancelCause.BY_REFERRER:
        return "declined", Choice.DECLINE, ChosenBy.REFERRER
    return "negotiated" if booking.status == "fulfilled" else "not_reached", Choice.NONE, ChosenBy.SYSTEM


def _read(disruption_id: UUID, of: Q) -> Disruption | None:
    """Unlocked: what is written later is guarded by the version read here."""
    return OPEN.select_related(*BEHIND).filter(of, public_id=disruption_id).first()
