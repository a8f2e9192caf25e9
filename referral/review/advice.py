"""A referral comes back with signed advice: the booking ends without a strike, the referring doctor hears first, then the resident."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from clinics import policy
from clinics.models import Institution
from permissions.acting import Acting
from permissions.doors.fresh import check_fresh
from permissions.roles import Capability
from referral import parameters
from referral.booking.booker import tell_booker_of_cancelling
from referral.booking.expected import NOTHING_HERE
from referral.booking.facts import SHANGHAI, day_before_at
from referral.booking.models import Booking, CancelCause
from referral.booking.remind import appointment_of
from referral.cases.ending import tell_resident
from referral.cases.messages import ENDED
from referral.cases.queries import referrals_of
from referral.inbox.tell import answering_for, managers_of, tell
from referral.patients.guardians_reach import reached
from referral.patients.models import Patient
from referral.review.decide import tell_doctor
from referral.review.messages import RETURNED, told_of_return
from referral.review.models import LONGEST_ADVICE, Advice, AdviceReason, Decision
from referral.review.questions import checked
from referral.review.scope import Held, booking_under_review, held_for_review, noted, require_reviewer
from reserved_pools import claims
from reserved_pools.models import PoolSlot
from vault import audit
from vault.faults import Faults
from vault.outbox.models import Message, MessageState
from vault.outbox.put import put
from vault.refusal import Refusal, invalid
from vault.states import advance
from vault.transactions import requires_transaction

EVENING_BEFORE: Final = time(18)  # nobody sets out in the morning because her doctor has not read yet
AT_ONCE: Final = 100


@dataclass(frozen=True, slots=True)
class Written:
    """Why the referral comes back, and what the hospital advises instead."""

    reason: str
    text: str


def return_with_advice(referral_id: UUID, written: Written, *, expected_version: int, by: Acting) -> Advice:
    """Use case: promise the signed advice of a named receiving doctor, the booking cancelled by the hospital, its place cooling (R054).

    Nothing counts against the resident (C27), and no message goes to her yet: she hears it from her doctor (`acknowledge`), or from
    the platform when that takes too long (`tell_patients`). Locks the patient, the place, the referral, the booking. Refuses with
    `not_allowed` (only a receiving doctor signs), `second_factor_required` (proof older than a quarter of an hour), `invalid_input`
    (every fault at once), `not_found`, `stale_state`, `past_cutoff`.
    """
    require_signer(by)
    check_fresh(by.session)
    reason, text = checked_advice(written)
    with transaction.atomic(durable=True):
        seen = booking_under_review(by, referral_id)
        Patient.objects.select_for_update(no_key=True).get(pk=seen.patient_id)
        PoolSlot.objects.select_for_update(no_key=True).get(pk=seen.pool_slot_id)
        held = held_for_review(referral_id, by=by, expected_version=expected_version)
        _end_booking(held, reason, by)
        advance(held.referral, "returned_with_advice", by=by.actor, reason=reason)
        made = _signed(held, reason, text, by)
        noted(held, Decision.RETURNED, by=by)
        tell_doctor(held, "referral_returned", held.referral.public_id)
        audit.record("review.return", "referral", held.referral.public_id, by=by.actor, reason=reason)
    return made


def acknowledge(referral_id: UUID, *, by: Acting) -> Advice:
    """Use case: promise that a doctor of the referring unit has read the advice; from now on the resident may hear of it.

    One without a mobile number gets no message: the page asks whoever reads to call (`patient_to_call`).
    Reading twice keeps the first time and sends nothing again. Refuses with `not_allowed`, `not_found`.
    """
    if by.post is None or not by.can(Capability.WRITE_REFERRAL):
        raise Refusal("not_allowed", _("Your role does not include this."))
    with transaction.atomic(durable=True):
        visible = referrals_of(by).filter(public_id=referral_id).values("pk").order_by()
        advice = _locked(Q(referral__in=visible))
        if advice is None:
            raise Refusal("not_found", NOTHING_HERE)
        if advice.seen_at is None:
            Advice.objects.filter(pk=advice.pk).update(seen_at=Now(), seen_by=by.post)
            audit.record("review.acknowledge", "referral", referral_id, by=by.actor)
        _tell_patient(advice)
        advice.refresh_from_db()
    return advice


def tell_patients() -> int:
    """Promise that residents whose doctor did not read the advice in time are told not to come, each once; how many were seen to.

    For one without a mobile number her doctor and the managers get an urgent notice to call.
    """
    due = Advice.objects.filter(patient_told_at=None, tell_patient_at__lte=Now()).order_by("tell_patient_at", "pk")
    return sum(_tell_one(pk) for pk in due.values_list("pk", flat=True)[:AT_ONCE])


def patient_to_call(advice: Advice) -> bool:
    """Whether the resident was to be told by now and no message could be written to her: somebody has to call; one query."""
    if advice.patient_told_at is None:
        return False
    about, text = (advice.booking.public_id, RETURNED) if advice.booking else (advice.referral.public_id, ENDED)
    messages = Message.objects.filter(about=about, template=text.key)
    return not messages.exclude(state=MessageState.WITHHELD).exists()


def require_signer(by: Acting) -> None:
    """Refuse with `not_allowed` whoever is not a doctor that receives patients here: advice bears a doctor's name."""
    require_reviewer(by)
    if not by.can(Capability.RECORD_VISIT):
        raise Refusal("not_allowed", _("Advice is signed by a receiving doctor of the hospital."))


def checked_advice(written: Written) -> tuple[str, str]:
    """Reason and text as they may be signed; refuses with `invalid_input`, both faults at once."""
    faults = Faults()
    if written.reason not in AdviceReason.values:
        faults.add(invalid("reason", _("Choose one of the reasons.")))
    missing = _("Write what the referring doctor should do instead; she reads it first.")
    text = faults.of(checked, "advice", written.text, LONGEST_ADVICE, missing)
    faults.tell()
    assert text is not None
    return written.reason, text


def tell_patient_at(booking: Booking, now: datetime) -> datetime:
    """When the resident is told at the latest: after so many hours, and in any case on the evening before the visit."""
    return max(now, min(told_at_latest(booking.institution, now), day_before_at(booking.visit_date, EVENING_BEFORE)))


def told_at_latest(hospital: Institution, now: datetime) -> datetime:
    """How long her own doctor has for telling her first."""
    hours: Any = policy.value(parameters.ADVICE_PATIENT_HOURS, at=now.astimezone(SHANGHAI).date(), institution=hospital)
    return now + timedelta(hours=int(hours))


def _end_booking(held: Held, reason: str, by: Acting) -> None:
    booking = held.booking
    advance(booking, "cancelled", by=by.actor, reason=reason, cancel_cause=CancelCause.BY_HOSPITAL)
    claims.give_back(booking.pool_slot_id, about=booking.public_id)
    details = {"cause": CancelCause.BY_HOSPITAL.value}
    audit.record("booking.cancel", "booking", booking.public_id, by=by.actor, reason=reason, details=details)


def _signed(held: Held, reason: str, text: str, by: Acting) -> Advice:
    assert by.post is not None
    assert by.session is not None
    return Advice.objects.create(
        referral=held.referral, booking=held.booking, reason=reason, text=text, signed_by=by.post, proved_at=by.session.proved_at,
        tell_patient_at=tell_patient_at(held.booking, held.now),
    )  # fmt: skip


def _locked(which: Q) -> Advice | None:
    """Step: one advice with what a message needs, locked; None when it is not there or somebody else tells at this moment."""
    requires_transaction()
    behind = (
        "referral__patient",
        "referral__institution",
        "booking__patient",
        "booking__institution",
        "booking__department",
        "booking__referral__institution",
    )
    rows = Advice.objects.select_for_update(of=("self",), no_key=True).select_related(*behind)
    return rows.filter(which).first()


def _tell_patient(advice: Advice) -> None:
    """Step: one message to the resident, and to whoever asked for the place, not to come; a landline gets none, her doctor calls.

    `patient_told_at` says from when on nothing is held back from her; whether a message went is what `patient_to_call` asks.
    Where a place was only asked for she is told if she knew of a booking before, as by every other ending (R199), or else of nothing.
    """
    booking = advice.booking
    if advice.patient_told_at is not None or advice.tell_patient_at is None:
        return
    if booking is None:
        tell_resident(advice.referral)
    else:
        if phone := reached(booking.patient).phone:
            put(RETURNED.key, phone, told_of_return(appointment_of(booking)), about=booking.public_id, version=booking.version)
        tell_booker_of_cancelling(booking)
    Advice.objects.filter(pk=advice.pk).update(patient_told_at=Now())


@transaction.atomic(durable=True)
def _tell_one(pk: int) -> bool:
    advice = _locked(Q(pk=pk, patient_told_at=None))
    if advice is None:
        return False
    _tell_patient(advice)
    booking = advice.booking
    if booking is not None and not reached(booking.patient).phone:
        _ask_to_call(booking)
    return True


def _ask_to_call(booking: Booking) -> None:
    """Step: nobody has read the advice and no message can go: she would come for nothing."""
    referral = booking.referral
    people = [*answering_for(referral.owner, referral.institution), *managers_of([referral.institution])]
    tell(people, "patient_to_call", about=booking.public_id, version=booking.version)
