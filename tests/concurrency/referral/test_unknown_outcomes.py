"""When nobody can say whether a booking held: never yes, never no; and what the caller can do then."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import Any
from uuid import UUID

import pytest
from django.db import OperationalError, connection, transaction

from referral.booking.book import book
from referral.booking.models import Booking
from referral.cases.models import Referral
from referral.patients.models import Patient
from reserved_pools.models import PoolSlot
from tests.cast_referral import World, world
from tests.database import as_owner
from vault.refusal import Refusal

pytestmark = pytest.mark.django_db(transaction=True)
HANGS_UP = "PERFORM pg_terminate_backend(pg_backend_pid())"
WARNS = "RAISE WARNING 'canceling wait for synchronous replication due to user request'"


@pytest.fixture
def cast(transactional_db: None) -> World:
    return world()


def booked(cast: World, referral: Referral, place: PoolSlot) -> UUID:
    return book(referral=referral.public_id, pool_slot=place.public_id, version=1, key="the-same-key", by=cast.doctor)


@contextmanager
def at_commit(act: str) -> Iterator[None]:
    """Something happens to the connection in the very COMMIT of a booking."""
    owner_says(f"CREATE FUNCTION planted() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN {act}; RETURN NULL; END $$")
    owner_says(
        "CREATE CONSTRAINT TRIGGER planted AFTER INSERT ON referral_booking DEFERRABLE INITIALLY DEFERRED"
        " FOR EACH ROW EXECUTE FUNCTION planted()"
    )
    try:
        yield
    finally:
        connection.close()
        owner_says("DROP FUNCTION planted CASCADE")


def owner_says(statement: str) -> None:
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_connection_lost_in_commit_is_neither_yes_nor_no(cast: World) -> None:
    referral, place = cast.referral(), cast.place()

    with at_commit(HANGS_UP), pytest.raises(Refusal, match="outcome_unknown") as told:
        booked(cast, referral, place)

    assert told.value.retry_after
    assert booked(cast, referral, place) == Booking.objects.get().public_id
    place.refresh_from_db()
    assert place.claimed == 1


def test_a_commit_that_held_but_warned_is_unknown_and_the_same_key_finds_it(cast: World) -> None:
    referral, place = cast.referral(), cast.place()

    with at_commit(WARNS), pytest.raises(Refusal, match="outcome_unknown"):
        booked(cast, referral, place)

    assert Booking.objects.count() == 1
    assert booked(cast, referral, place) == Booking.objects.get().public_id
    place.refresh_from_db()
    assert (place.claimed, Booking.objects.count()) == (1, 1)


def test_what_fails_before_commit_is_a_plain_no(cast: World) -> None:
    referral, place = cast.referral(), cast.place()
    owner_says(
        "CREATE FUNCTION planted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); END $$"
    )
    owner_says("ALTER FUNCTION planted() SECURITY DEFINER")
    owner_says("CREATE TRIGGER planted BEFORE INSERT ON referral_booking FOR EACH ROW EXECUTE FUNCTION planted()")
    try:
        with pytest.raises(OperationalError):
            booked(cast, referral, place)
    finally:
        connection.close()
        owner_says("DROP FUNCTION planted CASCADE")

    assert not Booking.objects.exists()
    place.refresh_from_db()
    assert place.claimed == 0


def test_a_patient_whom_somebody_holds_too_long_makes_the_booking_give_up(cast: World) -> None:
    referral, place = cast.referral(), cast.place()

    with held(referral.patient), pytest.raises(OperationalError) as told:
        booked(cast, referral, place)

    cause: Any = told.value.__cause__
    assert cause.sqlstate == "55P03"
    assert not Booking.objects.exists()
    assert booked(cast, referral, place)


@contextmanager
def held(patient: Patient) -> Iterator[None]:
    """Another connection keeps the patient's row locked."""
    locked, enough = Event(), Event()

    def hold() -> None:
        with transaction.atomic():
            Patient.objects.select_for_update(no_key=True).get(pk=patient.pk)
            locked.set()
            enough.wait(20)
        connection.close()

    thread = Thread(target=hold)
    thread.start()
    locked.wait(20)
    try:
        yield
    finally:
        enough.set()
        thread.join()
