"""Chooses for a stopped visit: the held substitute, another lawful time, or nothing; by the patient, her doctor or the hospital (R126)."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from clinics.queries import require_right
from permissions.acting import Acting
from permissions.models import ReferralRight
from referral.booking import sentences
from referral.booking.models import Booking
from referral.cases.models import Referral
from referral.disruptions.candidates import candidates, referrer_of
from referral.disruptions.judging import broken, judged_for
from referral.disruptions.models import CallFor, Choice, ChosenBy, Disruption
from referral.disruptions.rebook import WHY, give_up, let_go, move_to
from referral.disruptions.search import BEHIND
from referral.inbox.tell import answering_for, tell
from referral.patients.models import Patient
from reserved_pools.models import PoolSlot
from vault.actor import Actor
from vault.refusal import Refusal, invalid
from vault.states import advance
from vault.transactions import requires_transaction

NOTHING_HERE = _("There is nothing here that you may see.")
CHANGED = _("This has changed since you opened it. Look at it again, then decide.")
SETTLED = _("This was settled already. Look at what was agreed.")
HERE = _("The patient has arrived at the hospital; the hospital agrees with her what happens.")
NOT_HERE = _("This patient has not arrived. Agree another time, or that the visit is given up.")
BY_OTHERS = ("booked",)
BY_HOSPITAL = ("booked", "arrived")


@dataclass(frozen=True, slots=True)
class Chooser:
    """Who chooses: the actor of the trail, in which part, and the account of somebody who works on it for others."""

    actor: Actor
    part: ChosenBy
    acting: Acting | None = None


def accept(disruption: Disruption, *, expected_version: int, by: Chooser) -> Booking:
    """Use case: the held substitute is taken (R126); the stopped booking is replaced, no limit is touched.

    Locks the referrer's right, the patient, both places, the referral and the booking. Refuses with `stale_state`, `offer_lapsed`,
    `right_not_in_force`, `limit_reached`, and `slot_not_available` when the substitute's clinic was stopped as well.
    """
    with transaction.atomic(durable=True):
        held = _open(disruption, expected_version, by)
        if held.pool_slot is None or held.held_until is None:
            raise Refusal("offer_lapsed", _("The place is no longer held. Choose another time, or call the hospital."))
        new = _moved(held, held.pool_slot.public_id, by, is_held=True)
        _settle(held, "substituted", Choice.ACCEPT, by, new_booking=new)
    return new


def take_other(disruption: Disruption, pool_slot: UUID, *, expected_version: int, by: Chooser, note: str = "") -> Booking:
    """Use case: another lawful time instead; agreed on the telephone it counts as negotiated (R127).

    Locks and refuses as `accept` does, and with the rules of booking where the time is not lawful for this patient.
    """
    with transaction.atomic(durable=True):
        held = _open(disruption, expected_version, by)
        is_held = held.pool_slot is not None and held.pool_slot.public_id == pool_slot
        new = _moved(held, pool_slot, by, is_held=is_held)
        target = "negotiated" if by.part == ChosenBy.HOSPITAL else "substituted" if is_held else "other_time"
        choice = Choice.ACCEPT if is_held else Choice.OTHER_TIME
        _settle(held, target, choice, by, new_booking=new, note=note)
    return new


def decline(disruption: Disruption, *, expected_version: int, by: Chooser, note: str = "") -> Disruption:
    """Use case: no other time is wanted: the booking ends as stopped, which counts for nothing, and the referral can be booked again.

    Refuses with `stale_state`.
    """
    return _ended(disruption, "declined", expected_version, by, note)


def settle_otherwise(
    disruption: Disruption, *, note: str, tell_patient: bool = False, expected_version: int, by: Chooser
) -> Disruption:  # fmt: skip
    """Use case: the hospital and the patient agreed something outside the platform, or she could not be reached at all (R127).

    The note says what. Whom nobody reached is written to (`tell_patient`) that the visit is off, and nothing counts as settled; after
    an agreement that would contradict what was said. Refuses with `stale_state`, and `invalid_input` without a note.
    """
    check_noted(note)
    target = "not_reached" if tell_patient else "negotiated"
    return _ended(disruption, target, expected_version, by, note, tell_patient=tell_patient)


def seen_here(disruption: Disruption, *, note: str, expected_version: int, by: Chooser) -> Disruption:
    """Use case: who had arrived at the stopped clinic was seen by somebody else of the hospital: her visit goes on as it is (R127).

    The note says by whom. Refuses with `stale_state`, also while she has not arrived, and `invalid_input` without a note.
    """
    check_noted(note)
    with transaction.atomic(durable=True):
        held = _open(disruption, expected_version, by)
        if held.booking.status != "arrived":
            raise Refusal("stale_state", NOT_HERE, current={"status": held.status, "version": held.version})
        _lock(held, [held.pool_slot_id])
        let_go(held)
        _settle(held, "negotiated", Choice.NONE, by, note=note)
    return held


def may_choose(disruption: Disruption, part: ChosenBy) -> bool:
    """Whether something can still be chosen; for who has arrived at the stopped clinic only by the hospital, where she stands."""
    return disruption.status == "open" and disruption.booking.status in (BY_HOSPITAL if part == ChosenBy.HOSPITAL else BY_OTHERS)


def check_noted(note: str) -> None:
    """Refuses with `invalid_input` what says nothing."""
    if not note.strip():
        raise invalid("note", _("Say in a few words what was agreed."))


def _ended(
    disruption: Disruption, target: str, expected_version: int, by: Chooser, note: str, *, tell_patient: bool = True
) -> Disruption:  # fmt: skip
    with transaction.atomic(durable=True):
        held = _open(disruption, expected_version, by)
        _lock(held, [held.booking.pool_slot_id, held.pool_slot_id])
        _leave(held, by)
        give_up(held, held.booking, by=by.actor, tell_patient=tell_patient)
        _settle(held, target, Choice.DECLINE if target == "declined" else Choice.NONE, by, note=note)
    return held


def _moved(held: Disruption, pool_slot: UUID, by: Chooser, *, is_held: bool) -> Booking:
    """Step: judged under the locks of right and patient, then everything else locked in the house's order and moved."""
    requires_transaction()
    referrer = referrer_of(held.booking)
    judged = judged_for(held.booking, pool_slot, referrer)
    if judged is None:
        raise Refusal("not_found", NOTHING_HERE)
    _lock(held, [held.booking.pool_slot_id, held.pool_slot_id, judged.row.pool_slot])
    violations = broken(judged, held.booking, is_held=is_held)
    if violations:
        raise sentences.refusal_of(violations)
    _leave(held, by)
    slot = place_of(judged.row.pool_slot, held.booking, referrer, is_held=is_held)
    return move_to(held, held.booking, slot, judged, referrer=referrer, by=by.actor)


def place_of(pk: int, booking: Booking, referrer: Acting, *, is_held: bool = False) -> PoolSlot:
    """The place itself; one that is not held has to be among those that could take this patient."""
    related = ("institution", "department", "service")
    rows = PoolSlot.objects.select_related(*related) if is_held else candidates(booking, referrer).order_by()
    found = rows.filter(pk=pk).first()
    if found is None:
        raise Refusal("slot_not_available", _("This time is no longer free. Choose another one."))
    return found


def _open(disruption: Disruption, expected_version: int, by: Chooser) -> Disruption:
    """Step: the disruption as it is now, still open and as the caller saw it, after the patient's lock.

    Everything that settles a disruption or moves its hold locks the patient first, so that accepting, lapsing and cancelling
    never cross; the right is locked before the patient, and only then is what was read here true. A doctor chooses for a patient
    with a right of her own in force.
    """
    requires_transaction()
    if by.part == ChosenBy.REFERRER and by.acting is not None:
        require_right(by.acting)
    seen = Disruption.objects.select_related("booking__referral__owner", "booking__post").get(pk=disruption.pk)
    right = _right_of(seen)
    ReferralRight.objects.locked().filter(pk=right).first()
    Patient.objects.select_for_update(no_key=True).get(pk=seen.booking.patient_id)
    held = Disruption.objects.select_related(*BEHIND).get(pk=disruption.pk)
    current = {"status": held.status, "version": held.version}
    if not may_choose(held, by.part):
        waits = held.status == "open" and held.booking.status == "arrived"
        raise Refusal("stale_state", HERE if waits else SETTLED, current=current)
    if held.version != expected_version or _right_of(held) != right:
        raise Refusal("stale_state", CHANGED, current=current)
    return held


def _right_of(disruption: Disruption) -> int | None:
    """The right the next booking would be made under."""
    return (disruption.booking.referral.owner or disruption.booking.post).right_id


def _lock(held: Disruption, slots: list[int | None]) -> None:
    """Step: places by key, then the referral, then the booking; right and patient are held."""
    wanted = {pk for pk in slots if pk is not None}
    list(PoolSlot.objects.locked().filter(pk__in=wanted).values_list("pk", flat=True))
    held.booking.referral = (
        Referral.objects.select_for_update(of=("self",), no_key=True)
        .select_related("owner", "institution")
        .get(pk=held.booking.referral_id)
    )
    list(Booking.objects.select_for_update(of=("self",), no_key=True).filter(pk=held.booking_id).values_list("pk", flat=True))


def _leave(held: Disruption, by: Chooser) -> None:
    """Step: who has arrived and is not seen here after all is booked again, so that her visit can be moved or end."""
    if held.booking.status == "arrived":
        advance(held.booking, "booked", by=by.actor, reason=WHY)


def _settle(held: Disruption, target: str, choice: Choice, by: Chooser, *, new_booking: Any = None, note: str = "") -> None:
    """Step: the disruption is over; who did not choose herself is told."""
    fields: dict[str, Any] = {"choice": choice, "chosen_at": Now(), "chosen_by": by.part, "new_booking": new_booking, "note": note.strip()}
    if by.part == ChosenBy.HOSPITAL and by.acting is not None:
        fields["worked_by"] = by.acting.user
    advance(held, target, by=by.actor, reason=str(choice), pool_slot=None, held_until=None, call_for=CallFor.NONE, **fields)
    referral = held.booking.referral
    if by.part != ChosenBy.REFERRER:
        told = answering_for(referral.owner, referral.institution)
        tell(told, "disruption_answered", about=held.public_id, version=held.version, params={"choice": str(choice) or target})
