"""Moves a stopped booking to another place, or ends it: steps inside one transaction, every row locked by the caller (R126, R127)."""

from dataclasses import replace

from permissions.acting import Acting
from referral.booking import articles, codes, limits, rules, sentences
from referral.booking.booker import tell_booker_of_booking, tell_booker_of_cancelling, words_of
from referral.booking.exam_messages import text_for
from referral.booking.messages import CANCELLED, MOVED, NEXT_CANCELLED_BY_HOSPITAL, told_of_cancelling, told_of_moving
from referral.booking.models import Booking
from referral.booking.read import Judged, as_it_was_let_pass
from referral.booking.remind import appointment_of
from referral.booking.stopped import WHY, end_as_stopped, end_place, ends_case, tell_of_stopped
from referral.booking.write import policy_of
from referral.cases.models import Referral
from referral.disruptions.models import Disruption
from referral.patients.guardians_reach import reached
from reserved_pools import claims, holds
from reserved_pools.models import PoolSlot
from vault import audit
from vault.actor import Actor
from vault.crypto import keyed_hash
from vault.outbox.put import put
from vault.states import advance, created
from vault.transactions import requires_transaction


def move_to(disruption: Disruption | None, old: Booking, slot: PoolSlot, judged: Judged, *, referrer: Acting, by: Actor) -> Booking:
    """Step: the old booking ends as stopped, which never counts, and a new one linked to it takes this place; the patient is told.

    Without a disruption it was a band that was blocked (`band_calls`).

    Refuses with `slot_not_available` when somebody else was faster, or when this clinic was stopped as well.
    """
    requires_transaction()
    new = _new_booking(old, slot, judged, referrer)
    mine = disruption is not None and slot.pk == disruption.pool_slot_id
    taken = holds.take_up if mine else claims.claim
    if not taken(slot.pk, about=new.public_id, reason="substitute"):
        raise sentences.refusal_of((rules.violation_of(articles.TAKEN, "slot_not_available"),))
    if not mine:
        let_go(disruption)
    end_place(old, by)
    new.save(force_insert=True)
    created(new, by=by, reason=WHY)
    _reopen_for(new, old.referral, by)
    appointment = appointment_of(new)
    words = told_of_moving(appointment, old.starts_at)
    put(text_for(MOVED, appointment).key, reached(old.patient).phone, words, about=new.public_id, version=new.version)
    tell_booker_of_booking(new.public_id, old.referral.booker_phone, words_of(new))
    stop = {"stop": str(disruption.stop.public_id)} if disruption else {}
    details = {"from": str(old.public_id), "visit_date": new.visit_date.isoformat(), **stop}
    audit.record("booking.substitute", "booking", new.public_id, by=by, reason=WHY, details=details)
    return new


def give_up(disruption: Disruption | None, old: Booking, *, by: Actor, tell_patient: bool = True, note: str = "") -> None:
    """Step: the booking ends as stopped and nothing takes its place; the referral can be booked again, what was held is let go.

    A visit booked in the consulting room has no encounter of a family doctor behind it: its referral ends with it (R120).
    Without `tell_patient` neither she nor whoever booked for her is written to: what was agreed was said on the telephone.
    """
    requires_transaction()
    let_go(disruption)
    end_as_stopped(old, by=by, note=note)
    if tell_patient:
        _tell_of_end(old)
    if ends_case(old):
        tell_of_stopped(old, by=by)


def let_go(disruption: Disruption | None) -> None:
    """Step: the substitute held for somebody who chose otherwise opens again."""
    if disruption is not None and disruption.pool_slot_id is not None:
        holds.let_go(disruption.pool_slot_id, about=disruption.public_id, reason="settled")


def _tell_of_end(old: Booking) -> None:
    text = NEXT_CANCELLED_BY_HOSPITAL if ends_case(old) else CANCELLED
    put(text.key, reached(old.patient).phone, told_of_cancelling(appointment_of(old)), about=old.public_id, version=old.version)
    tell_booker_of_cancelling(old)


def _new_booking(old: Booking, slot: PoolSlot, judged: Judged, referrer: Acting) -> Booking:
    """The row as it will be written: facts of the new place, policy of today, a code and a slip of its own."""
    assert referrer.post is not None
    code, passed = codes.new_code(), replace(judged, facts=as_it_was_let_pass(judged))
    return Booking(
        number=old.number, referral=old.referral, patient=old.patient, pool_slot=slot, right=referrer.post.right, post=referrer.post,
        institution=slot.institution, department=slot.department, standard_code=slot.standard_code, visit_date=slot.visit_date,
        starts_at=slot.starts_at, ends_at=slot.ends_at, slot_class=slot.slot_class, title=slot.service.title, mode=old.mode,
        moved_from=old, confirmation_code=code, code_hash=keyed_hash(code, codes.PURPOSE), slip_token=codes.new_token(),
        cancel_until=limits.cancel_until(judged.values, slot.visit_date), policy=policy_of(passed),
    )  # fmt: skip


def _reopen_for(new: Booking, referral: Referral, by: Actor) -> None:
    """Another hospital reviews for itself: what the first accepted or asked does not bind it (R114)."""
    first = new.moved_from
    if first is None or first.institution_id == new.institution_id or referral.status == "booked":
        return
    advance(referral, "draft", by=by, reason=WHY)
    advance(referral, "booked", by=by, reason=WHY)
