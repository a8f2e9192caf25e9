"""The storm's recounts ask the schema as it is, find nothing where nothing happened, and see what was spoilt by hand."""

import pytest
from django.db import connection
from django.db.models import F

from bench.storm.judge import ALWAYS
from bench.storm.lives_judged import lives
from bench.storm.people_judged import CHURN, QUARTER
from bench.storm.places_judged import PLACES
from referral.booking.cancel import cancel_by_resident
from referral.booking.models import Booking
from referral.disruptions import choose
from reserved_pools.models import PlaceEvent, PoolSlot
from tests.cast_loop import loop
from tests.cast_stops import Scene, scene
from tests.cast_substitutes import patient_of, stopped
from tests.database import as_owner
from vault.models import Message

pytestmark = pytest.mark.django_db
AFTER_COMMITS = "pg_xact_commit_timestamp"  # kept by the storm's own server only


def found(questions: dict[str, str]) -> set[str]:
    """The faults that these recounts see; those that need the instants of commits are left out."""
    seen = set()
    with connection.cursor() as cursor:
        for fault, question in questions.items():
            if AFTER_COMMITS in question and Booking.objects.exists():
                continue
            cursor.execute(question)
            (number,) = cursor.fetchone()
            seen |= {fault} if number else set()
    return seen


def a_booking() -> Booking:
    """One booking three days ahead, its slot's places written down as moves."""
    held = loop()
    place = held.world.place()
    PlaceEvent.objects.create(pool_slot=place, move="published", places=place.published)
    booking = held.booked(days=3)
    slot = PoolSlot.objects.get(pk=booking.pool_slot_id)
    PlaceEvent.objects.create(pool_slot=slot, move="published", places=slot.published)
    return booking


def test_every_recount_can_be_asked_of_an_empty_database() -> None:
    assert found(ALWAYS | lives() | QUARTER | CHURN) == set()


def test_a_booking_that_stands_is_no_fault() -> None:
    a_booking()

    assert found(ALWAYS | lives() | QUARTER | CHURN) == set()


def test_a_place_too_many_is_seen() -> None:
    booking = a_booking()

    PoolSlot.objects.filter(pk=booking.pool_slot_id).update(claimed=F("claimed") + 1)

    assert found(PLACES) == {"claimed places are not the bookings", "a column is not the sum of its moves"}


def test_a_booking_nobody_was_told_of_is_seen() -> None:
    booking = a_booking()

    with as_owner():
        Message.objects.filter(about=booking.public_id).delete()

    assert found(ALWAYS) == {"a booking without exactly one message"}


def test_a_status_that_no_step_led_to_is_seen() -> None:
    booking = a_booking()

    Booking.objects.filter(pk=booking.pk).update(version=7)

    assert found(ALWAYS) == {"a status or version that is not the sum of its steps"}


def booked_again(held: Scene) -> set[str]:
    """What the recount of frequent changes sees when one resident has all bookings of the scene and books once more."""
    last = held.booked(held.morning(ahead=5)[0], "末位")
    Booking.objects.update(patient=last.patient)
    return found({fault: question.replace("last.tx <> m.tx", "true") for fault, question in CHURN.items()})  # one transaction here


def test_visits_of_a_stopped_clinic_that_a_resident_gave_up_are_no_changes_of_hers() -> None:
    held = scene()
    for one in stopped(held, "甲", "乙", "丙", "丁"):
        choose.decline(one, expected_version=one.version, by=patient_of(one.booking))

    assert booked_again(held) == set()


def test_a_booking_after_too_many_cancellations_of_the_residents_own_is_seen() -> None:
    held = scene()
    for place, name in zip(held.slots, ("甲", "乙", "丙", "丁"), strict=False):
        cancel_by_resident(held.booked(place, name))

    assert booked_again(held) == {"booked after too many changes"}
