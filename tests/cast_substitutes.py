"""The cast of substitutes: a stopped morning with bookings, one free place elsewhere, and the patients who are asked."""

from collections.abc import Iterable

from django.db import transaction

from permissions.acting import Acting
from referral.booking.accounts import wrong_claims
from referral.booking.models import Booking
from referral.disruptions.accounts import wrong_holds
from referral.disruptions.choose import Chooser
from referral.disruptions.models import ChosenBy, Disruption
from referral.disruptions.stop import stop_clinic
from referral.disruptions.sweep import look_after
from reserved_pools.accounts import wrong_pool_slots
from reserved_pools.models import PoolSlot
from reserved_pools.resizing import resize
from tests.cast_stops import Scene
from vault.actor import Actor, ActorKind

BOOKER = "13700000009"


def only(places: Iterable[PoolSlot], free: int) -> PoolSlot:
    """Of these bands only the first has places left, so many; the others have none any more."""
    first, *others = list(places)
    with transaction.atomic():
        for one in others:
            assert resize(one.pk, -one.published, reason="cast")
        assert resize(first.pk, free - first.published, reason="cast")
    first.refresh_from_db()
    return first


def stopped(held: Scene, *names: str, **fields: object) -> list[Disruption]:
    """A morning with a booking for each of these patients that was stopped; nobody was looked after yet."""
    bands = [slot for slot in held.slots for _place in range(slot.published)]
    booked = [held.booked(slot, name) for slot, name in zip(bands, names, strict=False)]
    assert len(booked) == len(names)
    stop_clinic(held.wanted(**({"half_day": "am"} | fields)), by=held.coordinator)
    return list(Disruption.objects.filter(booking__in=booked).order_by("pk"))


def looked_after(held: Scene, *names: str, **fields: object) -> list[Disruption]:
    """The same after the worker has been there."""
    made = stopped(held, *names, **fields)
    look_after()
    return list(Disruption.objects.filter(pk__in=[one.pk for one in made]).order_by("pk"))


def patient_of(booking: Booking) -> Chooser:
    return Chooser(Actor(ActorKind.PATIENT, booking.patient.public_id), ChosenBy.RESIDENT)


def with_booker(booked: Booking) -> Booking:
    """Her son asked for the place in her stead."""
    asked = booked.referral
    asked.booker_name, asked.booker_relation, asked.booker_phone = "陈小明", "儿子", BOOKER
    asked.save()
    return booked


def doctor_as(by: Acting) -> Chooser:
    return Chooser(by.actor, ChosenBy.REFERRER, by)


def books_are_right() -> bool:
    """Every column of places is the sum of its moves, every claimed place has its booking and every held one its patient."""
    return not [*wrong_pool_slots(), *wrong_claims(), *wrong_holds()]
