"""Opens a disruption for every live booking of stopped sessions, in the transaction of the stop (R126)."""

from collections.abc import Sequence

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from clinics.models import ClinicSession, ClinicStop
from permissions.acting import Acting
from referral.booking.models import LIVE, Booking
from referral.disruptions.models import Disruption
from referral.inbox.tell import answering_for, tell
from vault.actor import SYSTEM, Actor
from vault.states import created_together
from vault.transactions import requires_transaction

SESSION = "pool_slot__slot__session"


def open_for(stop: ClinicStop, sessions: Sequence[ClinicSession], *, by: Acting) -> int:
    """Step: one open disruption for each live booking in these stopped sessions; answers how many.

    Called after their places were withdrawn: a booking that was faster has committed and is seen, a slower one finds no place.
    Referring doctors are told in the same breath.
    """
    requires_transaction()
    return _opened(stop, Booking.objects.filter(**{f"{SESSION}__in": [one.pk for one in sessions]}), by.actor)


def open_forgotten(stop: ClinicStop) -> int:
    """Use case: the bookings of a stop in force that have none yet get theirs, as a visit that was undone does; answers how many."""
    with transaction.atomic(durable=True):
        ClinicStop.objects.locked().get(pk=stop.pk)
        return _opened(stop, Booking.objects.filter(**{f"{SESSION}__stops": stop}), SYSTEM)


def forgotten(stops: QuerySet[ClinicStop]) -> QuerySet[ClinicStop]:
    """Those of these stops with a live booking that no disruption is about."""
    left = Booking.objects.filter(**{f"{SESSION}__stops": OuterRef("pk")}, status__in=LIVE, disruption=None)
    return stops.filter(Exists(left)).order_by("pk")


def _opened(stop: ClinicStop, bookings: QuerySet[Booking], actor: Actor) -> int:
    related = ("referral__owner", "referral__institution")
    live = list(bookings.filter(status__in=LIVE, disruption=None).select_related(*related).order_by("pk"))
    made = Disruption.objects.bulk_create([Disruption(stop=stop, booking=one) for one in live])
    created_together(made, by=actor)
    for one in live:
        tell(answering_for(one.referral.owner, one.referral.institution), "booking_stopped", about=one.public_id, version=one.version)
    return len(made)
