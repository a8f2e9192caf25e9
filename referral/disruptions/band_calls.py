"""What the hospital agrees on the telephone with who is booked in a band it blocked: another time, or that the visit ends (R127)."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from permissions.acting import Acting
from permissions.roles import Capability
from referral.booking import sentences
from referral.booking.cancel import bookings_released_by, lock_case, stale
from referral.booking.models import Booking, CancelCause
from referral.disruptions.candidates import referrer_of
from referral.disruptions.choose import NOTHING_HERE, check_noted, place_of
from referral.disruptions.judging import broken, judged_for
from referral.disruptions.rebook import ends_case, give_up, move_to
from referral.inbox.tell import answering_for, tell
from referral.patients.models import Patient
from vault.refusal import Refusal
from vault.transactions import requires_transaction

BEHIND = (
    "patient", "institution__district", "department", "pool_slot__service", "pool_slot__slot__session", "referral__institution",
    "referral__owner__user", "referral__owner__institution", "post__user", "post__institution",
)  # fmt: skip


def is_in_blocked_band(booking: Booking) -> bool:
    """Whether this visit still stands in a band that was blocked while its session takes place; of a stopped one see `disruption_of`."""
    slot = booking.pool_slot.slot
    return booking.status == "booked" and slot.is_blocked and slot.session.status == "planned" and booking.ends_at > timezone.now()


@transaction.atomic(durable=True)
def move_from_band(booking_id: UUID, pool_slot: UUID, *, expected_version: int, by: Acting) -> Booking:
    """Use case: another lawful time agreed on the telephone, also after the cut-off of the blocked one; it never counts against her.

    Locks the referrer's right, the patient, both places, the referral and the booking. Refuses with `not_found`, `stale_state` (moved,
    ended or open again meanwhile), `right_not_in_force`, `slot_not_available`, and the limits of booking.
    """
    seen = _seen(booking_id, by)
    referrer = referrer_of(seen)
    judged = judged_for(seen, pool_slot, referrer)
    if judged is None:
        raise Refusal("not_found", NOTHING_HERE)
    old = _held(seen, expected_version, judged.row.pool_slot)
    violations = broken(judged, old)
    if violations:
        raise sentences.refusal_of(violations)
    slot = place_of(judged.row.pool_slot, old, referrer)
    new = move_to(None, old, slot, judged, referrer=referrer, by=by.actor)
    tell(answering_for(old.referral.owner, old.referral.institution), "booking_moved", about=new.public_id, by=by.actor)
    return new


@transaction.atomic(durable=True)
def end_from_band(booking_id: UUID, *, note: str, tell_patient: bool = False, expected_version: int, by: Acting) -> Booking:
    """Use case: something else was agreed, or nobody could be reached: the booking ends as stopped, which counts for nothing.

    The note says what; whom nobody reached is written to (`tell_patient`). The referral may be booked again, and its doctor is told.
    Refuses with `not_found`, `stale_state`, and `invalid_input` without a note.
    """
    seen = _seen(booking_id, by)
    check_noted(note)
    Patient.objects.select_for_update(no_key=True).get(pk=seen.patient_id)
    old = _held(seen, expected_version)
    give_up(None, old, by=by.actor, tell_patient=tell_patient, note=note.strip())
    if not ends_case(old):
        cause = {"cause": CancelCause.STOPPED.value}
        told = answering_for(old.referral.owner, old.referral.institution)
        tell(told, "booking_cancelled", about=old.public_id, version=old.version, params=cause, by=by.actor)
    return old


def _seen(booking_id: UUID, by: Acting) -> Booking:
    if not by.can(Capability.MANAGE_POOLS):
        raise Refusal("not_found", NOTHING_HERE)
    seen: Booking | None = bookings_released_by(by).select_related(*BEHIND).filter(public_id=booking_id).first()
    if seen is None:
        raise Refusal("not_found", NOTHING_HERE)
    return seen


def _held(seen: Booking, expected_version: int, *more_places: int) -> Booking:
    """Step: places, referral and booking locked, right and patient held; still in a blocked band and as the caller saw it."""
    requires_transaction()
    lock_case(seen, *more_places)
    held = Booking.objects.select_related(*BEHIND).get(pk=seen.pk)
    if held.version != expected_version or not is_in_blocked_band(held) or held.referral.owner_id != seen.referral.owner_id:
        raise stale(held)
    return held
