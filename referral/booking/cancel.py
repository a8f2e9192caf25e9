"""Takes a booking back in time: the place cools, the referral may be booked again, everybody concerned is told."""

from dataclasses import replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from clinics.access import MANAGE_POOLS, institutions_where
from clinics.models import Institution
from clinics.parameters import CANCEL_CUTOFF
from permissions.acting import Acting
from permissions.models import ReferralRight
from permissions.roles import Capability
from referral.booking import articles, rules, sentences
from referral.booking.booker import tell_booker_of_cancelling
from referral.booking.expected import NOTHING_HERE, database_now
from referral.booking.facts import SHANGHAI
from referral.booking.frozen import citing
from referral.booking.messages import CANCELLED, CANCELLED_BY_HOSPITAL, NEXT_CANCELLED_BY_HOSPITAL, told_of_cancelling
from referral.booking.models import Booking, BookingMode, CancelCause, CancelReason
from referral.booking.remind import appointment_of
from referral.booking.who_cancels import require_side
from referral.booking.why import OF_DOCTORS, OF_HOSPITALS, OF_THE_SYSTEM, UNASKED, Why, why, why_said
from referral.cases.models import Referral
from referral.inbox.tell import answering_for, tell
from referral.patients.guardians_reach import reached
from referral.patients.models import Patient
from referral.patients.queries import of_unit
from reserved_pools import claims
from reserved_pools.models import PoolSlot
from vault.actor import SYSTEM, Actor, ActorKind
from vault.audit import record
from vault.outbox.put import put
from vault.outbox.templates import SmsTemplate
from vault.refusal import Refusal
from vault.states import advance
from vault.transactions import requires_transaction

IN_TIME: Final = frozenset({CancelCause.BY_REFERRER, CancelCause.BY_RESIDENT})  # whom the cut-off binds
RELATED: Final = ("patient", "institution", "department", "post__user", "referral__institution", "referral__owner", "pool_slot__service")


def cancel_by_referrer(
    booking_id: UUID, *, expected_version: int, reason: str, note: str = "", ends_case: bool = False, by: Acting,
    referral_version: int | None = None,
) -> Booking:  # fmt: skip
    """Promise that the booking is cancelled by a doctor of the unit that made it (R058, R151), before its own cut-off.

    `reason` is a code of her list, or free words. With `ends_case` the referral ends too instead of waiting for another time; who cancels
    it as the referral names that one's version. Locks the acting right, the patient, the place, the referral, the booking.
    Refuses with `not_allowed` (also where only the resident cancels, C19), `right_not_in_force`, `not_found`, `stale_state`,
    `invalid_input`, and `past_cutoff` from the very instant of `cancel_until` (R022).
    """
    if by.post is None or not by.can(Capability.CANCEL_BOOKING):
        raise Refusal("not_allowed", _("Your role does not include this."))
    said = why_said(reason, note, OF_DOCTORS)
    with transaction.atomic(durable=True):
        lock_right(by)
        seen = Booking.objects.filter(of_unit(by.post, "referral__institution"), public_id=booking_id).first()
        if seen is None:
            raise Refusal("not_found", NOTHING_HERE)
        held = locked(seen)
        if referral_version not in (None, held.referral.version):
            raise stale(held.referral)
        return _cancelled(held, CancelCause.BY_REFERRER, by.actor, said, expected_version, ends_case=ends_case)


def cancel_by_resident(booking: Booking, *, expected_version: int | None = None) -> Booking:
    """Promise that the resident's own booking, recognised by number and code, is cancelled before its cut-off (R020).

    Refuses with `stale_state`, `past_cutoff`, and `not_allowed` where only the referring unit cancels (C19). Who asks is the door's
    matter: it has seen number and code.
    """
    with transaction.atomic(durable=True):
        held = locked(booking)
        actor = Actor(ActorKind.PATIENT, held.patient.public_id)
        return _cancelled(held, CancelCause.BY_RESIDENT, actor, UNASKED, expected_version)


def cancel_by_hospital(booking_id: UUID, *, expected_version: int, reason: str, note: str = "", by: Acting) -> Booking:
    """Promise that the hospital releases one booking by its own decision, after the cut-off too, until the visit's end.

    It never counts against the resident (R151); she and the referring doctor are told. Refuses with `not_allowed`, `not_found`
    for other hospitals' bookings, `invalid_input`, `stale_state`, and `visit_over`.
    """
    _may_release(by)
    said = why(reason, note, OF_HOSPITALS)
    with transaction.atomic(durable=True):
        seen = bookings_released_by(by).filter(public_id=booking_id).first()
        if seen is None:
            raise Refusal("not_found", NOTHING_HERE)
        held = locked(seen)
        if held.status == "booked" and database_now() >= held.ends_at:
            raise Refusal("visit_over", _("The time of this visit is over. Say instead what became of it."))
        return _cancelled(held, CancelCause.BY_HOSPITAL, by.actor, said, expected_version)


def cancel_by_system(booking_id: UUID, *, reason: str) -> Booking | None:
    """Promise that a booking nobody can keep any more is cancelled, whoever failed; None when it is over already."""
    with transaction.atomic(durable=True):
        seen = Booking.objects.filter(public_id=booking_id, status="booked").first()
        held = locked(seen) if seen else None
        if held is None or held.status != "booked":
            return None
        return _cancelled(held, CancelCause.BY_SYSTEM, SYSTEM, why_said(reason, "", OF_THE_SYSTEM), None)


def bookings_released_by(by: Acting) -> Any:
    """What a coordinator may release: the bookings of the hospital whose places she manages; and a doctor: visits she booked herself."""
    if by.post is None:
        return Booking.objects.none()
    hers = Q(pk__in=[])
    if by.can(Capability.MANAGE_POOLS):
        hers |= Q(institution__in=institutions_where(by.user, MANAGE_POOLS).filter(pk=by.post.institution_id))
    if by.can(Capability.BOOK_NEXT):
        hers |= Q(mode=BookingMode.CONSULTATION, post=by.post)
    return Booking.objects.filter(hers).select_related(*RELATED, "referral__encounter", "pool_slot__service")


def lock_right(by: Acting) -> None:
    """Step: the acting right, locked first and in force by the database clock."""
    post: Any = by.post
    right = ReferralRight.objects.locked().filter(pk=post.right_id).first()
    if right is None or not ReferralRight.objects.in_force().filter(pk=right.pk).exists():
        raise sentences.refusal_of((rules.violation_of(articles.RIGHT, "right_not_in_force"),))


def locked(seen: Booking, *more_places: int) -> Booking:
    """Step: everything a cancellation touches, and these other places, locked in the house's order; the booking as it is now."""
    requires_transaction()
    Patient.objects.select_for_update(no_key=True).get(pk=seen.patient_id)
    lock_case(seen, *more_places)
    return Booking.objects.select_related(*RELATED).get(pk=seen.pk)


def lock_case(seen: Booking, *more_places: int) -> None:
    """Step: the places by key, then the referral, then the booking; right and patient are held by the caller."""
    requires_transaction()
    list(PoolSlot.objects.locked().filter(pk__in={seen.pool_slot_id, *more_places}))
    Referral.objects.select_for_update(no_key=True).get(pk=seen.referral_id)
    Booking.objects.select_for_update(of=("self",), no_key=True).get(pk=seen.pk)


def stale(held: Booking | Referral) -> Refusal:
    """The object is not what the caller saw."""
    current = {"status": held.status, "version": held.version}
    return Refusal("stale_state", _("This has changed since you opened it. Look at it again, then decide."), current=current)


def too_late(booking: Booking) -> Refusal:
    """It is too late to cancel here; whom to call instead, for only the hospital may still release the place."""
    found = replace(rules.violation_of(articles.CANCEL, "past_cutoff"), message=moment_words(booking.cancel_until))
    refusal = sentences.refusal_of((citing(found, booking, CANCEL_CUTOFF),))
    refusal.violations = tuple(replace(one, remedy=whom_to_call(booking.institution)) for one in refusal.violations)
    return refusal


def moment_words(at: datetime) -> str:
    """An instant in Beijing, as a sentence says it."""
    local = at.astimezone(SHANGHAI)
    return f"{date_format(local, 'DATE_FORMAT')} {local:%H:%M}"


def whom_to_call(hospital: Institution) -> Any:
    """The hospital's help desk, where it has named one, and its phone."""
    desk = "　".join(part for part in (hospital.display_name, hospital.help_desk, hospital.phone) if part)
    return _("Please call the hospital: %(desk)s. Only the hospital can still release the place.") % {"desk": desk}


def _may_release(by: Acting) -> None:
    if by.post is None or not (by.can(Capability.MANAGE_POOLS) or by.can(Capability.BOOK_NEXT)):
        raise Refusal("not_allowed", _("Your role does not include this."))


def _cancelled(
    booking: Booking, cause: CancelCause, actor: Actor, said: Why, expected_version: int | None, *, ends_case: bool = False
) -> Booking:
    """Step: the cancellation itself, once the rows are held.

    A visit booked in the consulting room has no encounter of a family doctor behind it: its referral ends with it (R120).
    """
    require_side(booking, cause)
    still_booked = booking.STATES.find(booking.status, "cancelled") is not None
    if still_booked and cause in IN_TIME and database_now() >= booking.cancel_until:
        raise too_late(booking)
    advance(
        booking, "cancelled", by=actor, reason=said.said, expected_version=expected_version,
        cancel_cause=cause, cancel_reason=said.code, cancel_note=said.note,
    )  # fmt: skip
    claims.give_back(booking.pool_slot_id, about=booking.public_id)
    ends = ends_case or booking.mode == BookingMode.CONSULTATION
    advance(booking.referral, "cancelled" if ends else "draft", by=actor, reason=said.said)
    _tell(booking, cause, actor, died=said.code is CancelReason.DIED)
    details = {"cause": cause.value, "reason": said.code.value, "ends_case": ends}
    record("booking.cancel", "booking", booking.public_id, by=actor, reason=said.said, details=details)
    return booking


def those_concerned(booking: Booking) -> list[Any]:
    """Who is told of a booking's end or return: who answers for the referral, and of a visit booked in the consulting room its doctor."""
    answering = answering_for(booking.referral.owner, booking.referral.institution)
    return [*answering, booking.post] if booking.mode == BookingMode.CONSULTATION else answering


def _text(booking: Booking, cause: CancelCause) -> SmsTemplate:
    """After a hospital's release her doctor looks for another time; not after a visit of the consulting room, whose case is over (R120)."""
    if cause not in (CancelCause.BY_HOSPITAL, CancelCause.BY_SYSTEM):
        return CANCELLED
    return NEXT_CANCELLED_BY_HOSPITAL if booking.mode == BookingMode.CONSULTATION else CANCELLED_BY_HOSPITAL


def _tell(booking: Booking, cause: CancelCause, actor: Actor, *, died: bool) -> None:
    """Step: the resident by SMS, whoever booked for her, and all concerned but the one who did it; of the dead only these."""
    if not died:
        text = _text(booking, cause)
        words = told_of_cancelling(appointment_of(booking))
        put(text.key, reached(booking.patient).phone, words, about=booking.public_id, version=booking.version)
        tell_booker_of_cancelling(booking)
    tell(
        those_concerned(booking), "booking_cancelled", about=booking.public_id, version=booking.version,
        params={"cause": cause.value}, by=actor,
    )  # fmt: skip
