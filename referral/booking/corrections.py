"""Takes a cancellation pressed by mistake back within minutes, as long as the place still rests and the rules still hold (R151)."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clinics import policy
from permissions.acting import Acting
from permissions.roles import Capability, Role
from referral import parameters
from referral.booking import rules, sentences
from referral.booking.booker import tell_booker_of_booking, words_of
from referral.booking.cancel import RELATED, bookings_released_by, lock_case, stale, those_concerned
from referral.booking.exam_messages import text_for
from referral.booking.expected import NOTHING_HERE, today
from referral.booking.facts import SHANGHAI, BookingFacts
from referral.booking.messages import RESTORED, told
from referral.booking.models import Booking, BookingMode, CancelCause, CancelReason
from referral.booking.next_visit import first_booker
from referral.booking.read import as_it_was_let_pass, booking_facts
from referral.booking.remind import appointment_of
from referral.booking.visit_behind import BEHIND
from referral.cases.models import Referral
from referral.inbox.tell import tell
from referral.patients.guardians_reach import reached
from referral.patients.queries import of_unit
from reserved_pools import claims
from reserved_pools.models import PoolSlot
from vault.actor import Actor, ActorKind
from vault.audit import record
from vault.outbox.put import put
from vault.refusal import Refusal
from vault.states import Event, advance
from vault.transactions import requires_transaction

UNBOOKED: Final = ("draft", "submitted")  # whoever drops such a referral takes no booking back with it
TAKEN_MEANWHILE: Final = _("The place is open to others by now. Book again, please.")
WENT_BACK: Final = _("Booking for that day had closed: the place went to the hospital at once, and this cannot be taken back here.")


def undo_cancel(booking_id: UUID, *, expected_version: int, by: Acting) -> Booking:
    """Promise that the booking stands again as it was, with its code and its place; its resident is told.

    Only who cancelled it, within `arrival_undo_minutes`, while the place still rests and every rule of a booking still holds.
    A referral that ended with it comes back too: by a wrong tick (R058), or because it was booked in the consulting room; that one
    while the visit before it stands (R120). Locks right, patient, place, referrals, booking. Refuses with `not_allowed`, `not_found`,
    `stale_state`, `undo_too_late`, `slot_not_available`, `already_exists` (another referral was written meanwhile from the same
    visit) and every broken rule.
    """
    seen = _visible(by).filter(public_id=booking_id).select_related("post__user").first()
    if seen is None:
        raise Refusal("not_found", NOTHING_HERE)
    with transaction.atomic(durable=True):
        return _restored(seen, by.actor, expected_version, by=by if by.can(Capability.BOOK) else None)


def undo_cancel_by_resident(booking: Booking) -> Booking:
    """Promise the same to the resident who cancelled on her own page."""
    with transaction.atomic(durable=True):
        return _restored(booking, Actor(ActorKind.PATIENT, booking.patient.public_id), booking.version)


def undo_until(booking: Booking, actor: Actor) -> datetime | None:
    """Until when this person may take her own cancellation back; None when it is not hers, or nothing that can be taken back.

    Never later than booking for that day closes (R107): what was given up after that is the hospital's, and nobody books it again.
    """
    at = cancelled_at(booking, actor)
    closes = booking.pool_slot.closes_at
    return None if at is None or at >= closes else min(at + minutes_of(booking), closes)


def cancelled_at(booking: Booking, actor: Actor) -> datetime | None:
    """When this person cancelled it; None when somebody else did, or a way was gone by which nothing is taken back."""
    if booking.status != "cancelled" or booking.referral.status != left_as(booking):
        return None
    if booking.cancel_cause not in (CancelCause.BY_REFERRER, CancelCause.BY_RESIDENT, CancelCause.BY_HOSPITAL):
        return None
    last = Event.objects.filter(object_id=booking.public_id, target="cancelled").order_by("-id").first()
    if last is None or (last.actor_kind, last.actor_id) != (actor.kind, actor.public_id):
        return None
    return last.at


def left_as(booking: Booking) -> str:
    """The state in which a cancellation that can be taken back left the referral: ended with it, or a draft that waits for another time.

    A visit of the consulting room always ends its own (R120). A draft that was dropped afterwards, by an act of its own, stays dropped.
    """
    if booking.mode == BookingMode.CONSULTATION:
        return "cancelled"
    if booking.referral.status != "cancelled":
        return "draft"
    ended, came = _came_from(booking.referral, "cancelled"), _came_from(booking.referral, "accepted")
    unbooked = ended in UNBOOKED or (ended == "accepted" and came == "submitted")  # a day was still to be chosen (R072)
    return "draft" if unbooked else "cancelled"


def _came_from(referral: Referral, target: str) -> str | None:
    """The state from which a referral came when it last came to this one."""
    return Event.objects.filter(object_id=referral.public_id, target=target).order_by("-id").values_list("source", flat=True).first()


def minutes_of(booking: Booking) -> timedelta:
    """How long a wrong act about this booking can be taken back, by the policy of its hospital."""
    minutes: Any = policy.value(parameters.ARRIVAL_UNDO_MINUTES, at=today(), institution=booking.institution)
    return timedelta(minutes=int(minutes))


def own_undo(bookings: Iterable[Booking], by: Acting, now: datetime) -> tuple[Booking, datetime] | None:
    """The newest of these cancellations that this person may still take back, and until when; None when there is none."""
    for booking in bookings:
        until = undo_until(booking, by.actor) if booking.status == "cancelled" else None
        if until is not None and now < until:
            return booking, until
    return None


def too_late_to_undo(until: datetime) -> Refusal:
    """The minutes are over."""
    at = until.astimezone(SHANGHAI).strftime("%H:%M")
    return Refusal("undo_too_late", _("This could be taken back until %(at)s.") % {"at": at})


def _visible(by: Acting) -> Any:
    """What this person may have cancelled: her unit's bookings, those of the hospital whose places she manages, visits she booked."""
    released = Q(pk__in=bookings_released_by(by).order_by().values("pk"))
    if by.post is not None and by.can(Capability.CANCEL_BOOKING):
        released |= of_unit(by.post, "referral__institution")
    return Booking.objects.filter(released)


def _booker(seen: Booking) -> Acting:
    """Who booked it: under her right a resident's and a hospital's own act is judged."""
    return Acting(seen.post.user, Role(seen.post.kind), seen.post)


def _restored(seen: Booking, actor: Actor, expected_version: int, *, by: Acting | None = None) -> Booking:
    """Step: judged anew under locks, then the place first, because somebody else may have it."""
    requires_transaction()
    facts, among = _judged_in_consultation(seen) if seen.mode == BookingMode.CONSULTATION else _judged(seen, by or _booker(seen))
    lock_case(seen)
    held = Booking.objects.select_related(*RELATED).get(pk=seen.pk)
    if (held.status, held.version) != ("cancelled", expected_version):
        raise stale(held)
    if facts is None or held.referral.status != left_as(held):
        raise stale(held.referral)
    until = undo_until(held, actor)
    if until is None:
        raise _never(held, actor)
    if facts.now >= until:
        raise too_late_to_undo(until)
    violations = rules.broken_rules(replace(facts, place_is_free=True), among)
    if violations:
        raise sentences.refusal_of(violations)
    return _as_it_was(held, actor)


def _never(held: Booking, actor: Actor) -> Refusal:
    """Somebody else's cancellation, or her own of a place that was the hospital's at once."""
    if cancelled_at(held, actor) is None:
        return Refusal("not_allowed", _("Only the person who cancelled takes it back."))
    return Refusal("undo_too_late", WENT_BACK)


def _judged(seen: Booking, judged_as: Acting) -> tuple[BookingFacts | None, Sequence[rules.Rule]]:
    """Step: lock right and patient; the facts of this booking as of one that is moved."""
    judged = booking_facts(
        seen.referral.public_id, seen.pool_slot.public_id, "", judged_as, without=seen.public_id, kind=seen.pool_slot.kind
    )  # fmt: skip
    return as_it_was_let_pass(judged) if judged else None, rules.RULES_OF_A_MOVE


def _judged_in_consultation(seen: Booking) -> tuple[BookingFacts | None, Sequence[rules.Rule]]:
    """Step: lock patient, place and the referral followed; the facts as when it was booked, none once that visit is taken back."""
    rows = Booking.objects.filter(referral=seen.referral.follows_id, status="fulfilled").select_related(*BEHIND, "referral__follows")
    visit = rows.order_by("-pk").first()
    if visit is None:
        return None, ()
    judged = booking_facts(visit.referral.public_id, seen.pool_slot.public_id, "", first_booker(visit), kind=seen.pool_slot.kind)
    list(PoolSlot.objects.locked().filter(pk=seen.pool_slot_id))
    Referral.objects.select_for_update(no_key=True).get(pk=visit.referral_id)
    if judged is None or not rows.filter(pk=visit.pk).exists():
        return None, ()
    return replace(judged.facts, let_pass=frozenset()), rules.RULES_IN_CONSULTATION


def _as_it_was(held: Booking, actor: Actor) -> Booking:
    """Step: place, booking and referral as before, everybody told, also whoever had asked for the place (R105)."""
    if not claims.take_back(held.pool_slot_id, about=held.public_id):
        raise Refusal("slot_not_available", TAKEN_MEANWHILE)
    advance(held, "booked", by=actor, cancel_cause=CancelCause.NONE, cancel_reason=CancelReason.NONE, cancel_note="")
    _case_stands(held.referral, actor)
    appointment = appointment_of(held)
    words = told(appointment)
    put(text_for(RESTORED, appointment).key, reached(held.patient).phone, words, about=held.public_id, version=held.version)
    tell_booker_of_booking(held.public_id, held.referral.booker_phone, words_of(held), version=held.version)
    record("booking.undo_cancel", "booking", held.public_id, by=actor)
    tell(those_concerned(held), "booking_corrected", about=held.public_id, version=held.version, by=actor)
    return held


def _case_stands(referral: Referral, actor: Actor) -> None:
    """Step: the referral is booked again, unless its visit has led to another one since it ended."""
    try:
        advance(referral, "booked", by=actor)
    except IntegrityError as error:
        if "encounter_used_for_one_referral" not in str(error):
            raise
        raise Refusal("already_exists", _("Another referral was written from the same visit meanwhile. Book that one.")) from error
