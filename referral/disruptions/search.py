"""Looks for a substitute, holds it and tells the patient: one disruption, one transaction, as often as one likes (R126)."""

from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now

from clinics import policy
from permissions.acting import Acting
from referral.booking.booker import tell_booker_of_stop
from referral.booking.expected import database_now
from referral.booking.facts import SHANGHAI
from referral.booking.models import Booking
from referral.disruptions.candidates import candidates, one_by_one, referrer_of
from referral.disruptions.judging import broken, judged_for
from referral.disruptions.messages import STOPPED_CALL, STOPPED_OFFER, offered, stopped, text_about
from referral.disruptions.models import CallFor, Disruption
from referral.disruptions.parameters import SUBSTITUTE_HOLD_HOURS
from referral.inbox.tell import answering_for, tell
from referral.patients.guardians_reach import reached
from reserved_pools import holds
from reserved_pools.models import PoolSlot
from vault.actor import SYSTEM
from vault.outbox.put import put
from vault.refusal import Refusal
from vault.states import amend
from vault.transactions import requires_transaction

BEHIND: Final = (
    "stop", "pool_slot", "booking__patient", "booking__institution__district", "booking__department", "booking__pool_slot__service",
    "booking__referral__institution", "booking__referral__owner__user", "booking__referral__owner__institution", "booking__post__user",
    "booking__post__institution",
)  # fmt: skip


@transaction.atomic(durable=True)
def search(disruption_id: UUID) -> bool:
    """Use case: the first search for one disruption; True when it was this call that made it.

    Locks the referrer's right, the patient, then the place that is held: one guarded UPDATE, so that of two patients one gets the last
    place and the other the next. Done before, settled meanwhile or overtaken: nothing is held, nobody is told twice.
    """
    disruption = Disruption.objects.select_related(*BEHIND).filter(public_id=disruption_id, status="open", searched_at=None).first()
    if disruption is None:
        return False
    booking = disruption.booking
    if booking.status == "arrived":
        amend(disruption, "disruption.searched", by=SYSTEM, searched_at=Now(), call_for=CallFor.HERE_ALREADY)
        return True
    slot, missing = _held(disruption, referrer_of(booking))
    phone = reached(booking.patient).phone
    call = _call_for(disruption, missing, phone)
    until = _until(booking, slot) if slot else None
    event = "disruption.offered" if slot else "disruption.searched"
    told = Now() if phone else None
    amend(disruption, event, by=SYSTEM, searched_at=Now(), pool_slot=slot, held_until=until, call_for=call, told_at=told)
    _say(disruption, slot, phone)
    return True


def _call_for(disruption: Disruption, missing: CallFor, phone: str) -> str:
    """Why the hospital has to call; who asked for a call keeps it, whatever was found for her meanwhile (R127)."""
    if disruption.call_for == CallFor.WANTS_OTHER:
        return CallFor.WANTS_OTHER
    return missing or (CallFor.NO_MOBILE if not phone else CallFor.SPECIAL if disruption.stop.is_special else CallFor.NONE)


def _held(disruption: Disruption, referrer: Acting) -> tuple[PoolSlot | None, CallFor]:
    """Step: the first lawful place that could be held, or why there is none; what breaks a rule on one day breaks it all day."""
    requires_transaction()
    unlawful: set[tuple[int, date]] = set()
    try:
        places = candidates(disruption.booking, referrer)
    except Refusal as refusal:
        if refusal.code != "right_not_in_force":
            raise
        return None, CallFor.NO_RIGHT
    for slot in one_by_one(places, unlawful):
        judged = judged_for(disruption.booking, slot.public_id, referrer)
        violations = broken(judged, disruption.booking) if judged else ()
        if violations and violations[0].code == "right_not_in_force":
            return None, CallFor.NO_RIGHT
        if judged is None or violations:
            unlawful.add((slot.institution_id, slot.visit_date))
        elif not Booking.objects.filter(pk=disruption.booking_id, status="booked").exists():
            break
        elif holds.hold(slot.pk, about=disruption.public_id, reason="substitute"):
            return slot, CallFor.NONE
    return None, CallFor.NO_SUBSTITUTE


def _until(booking: Booking, slot: PoolSlot) -> datetime:
    """How long it is held: so many hours as the hospital says, never past the place's own cut-off (R107)."""
    now = database_now()
    at = now.astimezone(SHANGHAI).date()
    hours = int(policy.value(SUBSTITUTE_HOLD_HOURS, institution=booking.institution, department=booking.department, at=at))
    return min(now + timedelta(hours=max(hours, 1)), slot.closes_at)


def _say(disruption: Disruption, slot: PoolSlot | None, phone: str) -> None:
    """Step: one SMS to her who has a mobile, one to whoever booked for her; without a place held for her she waits for a call."""
    booking = disruption.booking
    if phone:
        template, words = (STOPPED_OFFER, offered(disruption, slot)) if slot else (STOPPED_CALL, stopped(booking))
        put(text_about(template, booking).key, phone, words, about=disruption.public_id, version=disruption.version)
    tell_booker_of_stop(booking)
    if slot is None:
        owner = answering_for(booking.referral.owner, booking.referral.institution)
        tell(owner, "disruption_open", about=disruption.public_id, version=disruption.version)
