"""Who is booked in a band the hospital blocked, whoever booked for her and her doctor are told, and again when it is open (R126)."""

from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import OuterRef, Q, QuerySet, Subquery, TextField, Value
from django.db.models.functions import Coalesce, Now

from clinics.models import ChangeKind, ScheduleChange
from clinics.register.taking_part import TODAY
from referral.booking.booker import tell_booker_it_stands, tell_booker_of_stop
from referral.booking.models import Booking
from referral.disruptions.messages import BAND_BLOCKED, BAND_OPENED, in_band
from referral.inbox.tell import answering_for, tell
from referral.patients.guardians_reach import reached
from vault.actor import SYSTEM
from vault.models import Message
from vault.outbox.put import put
from vault.states import amend

SLOT: Final = "pool_slot__slot"
RELATED: Final = (
    "patient", "institution", "department", "pool_slot__service", "pool_slot__slot__session", "referral__institution", "referral__owner",
)  # fmt: skip
SAID: Final = Message.objects.filter(about=OuterRef("public_id"), template__in=(BAND_BLOCKED.key, BAND_OPENED.key))
UNTOLD: Final = Q(pool_slot__slot__is_blocked=True) & ~Q(said=BAND_BLOCKED.key)
STILL_TOLD: Final = Q(pool_slot__slot__is_blocked=False, said=BAND_BLOCKED.key)


def tell_of_bands() -> int:
    """Promise that all who are booked in a band know that it was blocked, or is open again; answers how many were told.

    Each is a transaction of her own, and nobody is told twice. Her booking stays as it is until the hospital has agreed another time.
    """
    return sum(map(_tell, _waiting().order_by("starts_at", "pk").values_list("public_id", flat=True)))


@transaction.atomic(durable=True)
def _tell(booking_id: UUID) -> bool:
    """Use case: one booking, locked, so that two workers tell her once; what changed meanwhile is judged anew.

    Each blocking and each opening raises the booking's version: the one counter of everything said about it to anybody.
    """
    held = Booking.objects.select_for_update(of=("self",), no_key=True).filter(public_id=booking_id).order_by("pk").first()
    booking = _waiting().filter(pk=held.pk).select_related(*RELATED).first() if held else None
    if booking is None:
        return False
    is_blocked = booking.pool_slot.slot.is_blocked
    text = BAND_BLOCKED if is_blocked else BAND_OPENED
    amend(booking, "booking.band_blocked" if is_blocked else "booking.band_opened", by=SYSTEM)
    phone = reached(booking.patient).phone
    put(text.key, phone, in_band(booking, text), about=booking.public_id, version=booking.version, supersedes=False)
    (tell_booker_of_stop if is_blocked else tell_booker_it_stands)(booking)
    owners = answering_for(booking.referral.owner, booking.referral.institution)
    tell(owners, "booking_stopped" if is_blocked else "booking_corrected", about=booking.public_id, version=booking.version)
    return True


def _waiting() -> "QuerySet[Booking]":
    """The bookings ahead whose band was blocked, or opened again, since the last word about it; in sessions that take place."""
    changed = ScheduleChange.objects.filter(kind__in=(ChangeKind.BLOCKED, ChangeKind.UNBLOCKED), session__date__gte=TODAY)
    ahead = {f"{SLOT}__session__in": changed.values("session"), f"{SLOT}__session__status": "planned", "starts_at__gt": Now()}
    last = Coalesce(Subquery(SAID.order_by("-pk").values("template")[:1]), Value(""), output_field=TextField())
    return Booking.objects.filter(status="booked", **ahead).annotate(said=last).filter(UNTOLD | STILL_TOLD)
