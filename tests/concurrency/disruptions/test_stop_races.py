"""A clinic is stopped while doctors book it, the cut-off closes it, or somebody else stops it: real threads, real PostgreSQL (R126)."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from django.db.models import F, Q, Sum
from django.utils import timezone

from clinics.models import ClinicSession, ClinicStop, ScheduleChange
from permissions.acting import Acting
from referral.booking.book import book
from referral.booking.cancel import cancel_by_referrer
from referral.booking.models import Booking
from referral.disruptions.affected import affected_by_stop
from referral.disruptions.decide import approve
from referral.disruptions.stop import stop_clinic
from reserved_pools import release
from reserved_pools.models import PlaceEvent, PoolSlot
from tests.cast_stops import Scene, scene
from tests.racing import at_once, deadlocks, race
from tests.thorough import THOROUGH

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 20 if THOROUGH else 2
DOCTORS = 6


@pytest.fixture
def held(transactional_db: None) -> Scene:
    return scene()


def stopping(held: Scene, by: Acting | None = None) -> Callable[[], Any]:
    return lambda: "stopped" if stop_clinic(held.wanted(), by=by or held.coordinator).is_new else "as it was"


def booking(held: Scene, place: PoolSlot, by: Acting) -> Callable[[], Any]:
    written = held.world.referral(held.world.patient())
    wanted = {"referral": written.public_id, "pool_slot": place.public_id, "version": written.version, "by": by}
    return lambda: "booked" if book(key=str(uuid4()), **wanted) else ""


def books_balance(session: ClinicSession) -> bool:
    """Every column is the sum of its moves, claimed the recount of live bookings, and nothing is left below zero."""
    for slot in PoolSlot.objects.filter(slot__session=session):
        moves = Counter(dict(PlaceEvent.objects.filter(pool_slot=slot).values_list("move").annotate(n=Sum("places"))))
        published = moves["published"] + moves["added"] - moves["taken_back"] - moves["withdrawn"]
        claimed = moves["claimed"] - moves["given_back"] - moves["returned_late"]
        live = Booking.objects.filter(pool_slot=slot, status="booked").count()
        columns = slot.published, slot.claimed, slot.cooling, slot.returned
        if columns != (published, claimed, moves["given_back"] - moves["cooled"], moves["returned"] + moves["returned_late"]):
            return False
        if slot.claimed != live or slot.published < slot.claimed + slot.returned + slot.cooling:
            return False
    return True


def test_a_booking_is_either_on_the_list_of_the_affected_or_finds_no_place(held: Scene) -> None:
    for _round in range(ROUNDS):
        places = PoolSlot.objects.filter(slot__session__status="planned", kind="community_referral").order_by("pk")
        doctors = [held.doctor, held.world.colleague] * (DOCTORS // 2)
        acts = [booking(held, place, by) for place, by in zip([*places, *places][:DOCTORS], doctors, strict=True)]
        session, before = held.session, deadlocks()

        stopped, *answers = race([stopping(held), *acts])

        assert stopped == "stopped"
        assert set(answers) <= {"booked", "slot_not_available"}
        stop = ClinicStop.objects.order_by("-pk")[0]
        on_the_list = affected_by_stop(stop).count()
        assert answers.count("booked") == on_the_list == Booking.objects.filter(pool_slot__slot__session=session).count()
        assert books_balance(session)
        left = PoolSlot.objects.filter(slot__session=session).filter(Q(closed_at=None) | ~Q(published=F("claimed") + F("returned")))
        assert not left.exists()
        assert deadlocks() == before
        held.slots = held.morning()


def test_two_coordinators_stop_once(held: Scene) -> None:
    answers = race([stopping(held), stopping(held, held.second), stopping(held)])

    assert sorted(answers) == ["as it was", "as it was", "stopped"]
    assert (ClinicStop.objects.count(), ScheduleChange.objects.count()) == (1, 1)
    assert books_balance(held.session)


def test_two_second_persons_agree_once(held: Scene) -> None:
    stop = stop_clinic(held.wanted(3, 12), by=held.coordinator).stop
    agree = [partial(approve, stop.public_id, expected_version=stop.version, by=by) for by in (held.second, held.manager)]

    assert at_once(*agree) == ["done", "stale_state"]
    assert (ScheduleChange.objects.count(), held.session.status) == (1, "stopped")
    assert books_balance(held.session)


def test_the_cut_off_and_cancelling_and_a_stop_share_the_places_without_losing_one(held: Scene) -> None:
    for _round in range(ROUNDS):
        session = held.session
        places = PoolSlot.objects.filter(slot__session=session)
        total = places.aggregate(n=Sum("published"))["n"]
        booked = held.booked()
        places.update(closes_at=timezone.now() + timedelta(milliseconds=30))
        giving_up = lambda: cancel_by_referrer(  # noqa: E731
            booked.public_id, reason="patient_declined", expected_version=booked.version, by=held.doctor  # noqa: B023
        )  # fmt: skip
        before = deadlocks()

        race([stopping(held), release.close_due, release.close_due, giving_up])

        assert books_balance(session)
        withdrawn = PlaceEvent.objects.filter(pool_slot__slot__session=session, move="withdrawn").aggregate(n=Sum("places"))["n"] or 0
        assert places.aggregate(n=Sum("published"))["n"] == total - withdrawn
        assert not places.filter(closed_at=None).exists()
        assert deadlocks() == before
        held.slots = held.morning()
