"""Moving a booking against everything that may happen to it at the same moment: one outcome, every place accounted for, no deadlock."""

from collections import Counter
from collections.abc import Callable
from functools import partial
from threading import Event
from typing import Any

import pytest

from referral.booking import next_visit
from referral.booking.book import book
from referral.booking.cancel import cancel_by_hospital, cancel_by_referrer
from referral.booking.corrections import undo_cancel
from referral.booking.fulfilment import undo_fulfilment
from referral.booking.models import Booking
from referral.booking.move import move
from referral.booking.next_visit import Wish, book_next
from referral.cases.models import FollowKind
from referral.disruptions.stop import stop_session
from reserved_pools.models import PoolSlot
from tests.cast_ways_out import Out, a_key, fresh, out, unbalanced
from tests.racing import deadlocks, race, until_somebody_waits_for_me
from tests.thorough import THOROUGH
from vault.models import Message

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 4 if THOROUGH else 1
by_night = pytest.mark.skipif(not THOROUGH, reason="one more race of the same locks; by night")


@pytest.fixture
def cast(transactional_db: None) -> Out:
    return out()


def moving(cast: Out, booking: Booking, place: PoolSlot, **changes: Any) -> Callable[[], Any]:
    arguments = {"pool_slot": place.public_id, "expected_version": booking.version, "key": a_key(), "by": cast.doctor} | changes
    return lambda: "moved" if move(booking.public_id, **arguments) else ""


def live_of(booking: Booking) -> list[Booking]:
    return list(Booking.objects.filter(referral=booking.referral_id, status="booked"))


def test_two_moves_of_one_booking_are_one_move(cast: Out) -> None:
    before = deadlocks()
    for _round in range(ROUNDS):
        booking = cast.ahead()
        acts = [moving(cast, booking, cast.place(6)), moving(cast, booking, cast.place(7), by=cast.colleague)]

        answers = race(acts)

        assert Counter(answers) == {"moved": 1, "stale_state": 1}
        assert len(live_of(booking)) == 1
    assert Message.objects.filter(template="referral_changed").count() == ROUNDS
    assert (unbalanced(), deadlocks()) == ([], before)


def test_one_key_many_times_at_once_is_one_move(cast: Out) -> None:
    booking, place = cast.ahead(), cast.place()

    answers = race([moving(cast, booking, place, key="one-key-for-all") for _ in range(4)])

    assert answers == ["moved"] * 4
    assert (len(live_of(booking)), Booking.objects.filter(status="moved").count()) == (1, 1)


@by_night
def test_the_last_place_goes_to_one_of_two_bookings_and_the_other_keeps_its_own(cast: Out) -> None:
    first, second, place = cast.ahead(), cast.ahead(), cast.place(places=1)

    answers = race([moving(cast, first, place), moving(cast, second, place, by=cast.colleague)])

    assert Counter(answers) == {"moved": 1, "slot_not_available": 1}
    assert Booking.objects.filter(status="booked").count() == 2
    assert unbalanced() == []


@by_night
def test_two_bookings_that_change_places_do_not_wait_for_each_other_for_ever(cast: Out) -> None:
    """Each takes the place the other leaves: the places are locked by key, so that one is first."""
    before = deadlocks()
    for _round in range(ROUNDS):
        first, second = cast.ahead(5), cast.ahead(6)

        answers = race([moving(cast, first, second.pool_slot), moving(cast, second, first.pool_slot, by=cast.colleague)])

        assert set(answers) <= {"moved"}
    assert (unbalanced(), deadlocks()) == ([], before)


AGAINST: dict[str, Callable[[Out, Booking], Callable[[], Any]]] = {
    "cancelling": lambda cast, b: lambda: cancel_by_referrer(b.public_id, expected_version=1, reason="patient", by=cast.colleague).status,
    "releasing": lambda cast, b: lambda: cancel_by_hospital(b.public_id, expected_version=1, reason="twice", by=cast.coordinator).status,
}


@pytest.mark.parametrize("other", AGAINST if THOROUGH else ["cancelling"])
def test_a_move_against_a_cancellation_is_one_of_the_two(cast: Out, other: str) -> None:
    before = deadlocks()
    for _round in range(ROUNDS):
        booking, place = cast.ahead(), cast.place()

        answers = race([moving(cast, booking, place), AGAINST[other](cast, booking)])

        assert sorted(answers) in (["moved", "stale_state"], ["cancelled", "stale_state"])
        assert len(live_of(booking)) == answers.count("moved")
        assert fresh(booking).status in ("moved", "cancelled")
    assert (unbalanced(), deadlocks()) == ([], before)


def test_a_move_into_a_clinic_that_is_being_stopped_never_leaves_a_place_nobody_knows_of(cast: Out) -> None:
    before = deadlocks()
    for _round in range(ROUNDS):
        booking, place = cast.ahead(), cast.place(8)
        session = place.slot.session
        stopping = lambda s=session: bool(  # noqa: E731
            stop_session(s.public_id, reason="leave", until=None, expected_version=s.version, by=cast.coordinator)
        )

        answers = race([moving(cast, booking, place), stopping])

        assert answers[1] is True
        assert answers[0] in ("moved", "slot_not_available")
        assert len(live_of(booking)) == 1
    assert (unbalanced(), deadlocks()) == ([], before)


def test_taking_a_cancellation_back_against_booking_again_is_one_live_booking(cast: Out) -> None:
    before = deadlocks()
    for _round in range(ROUNDS):
        booking, place = cast.ahead(), cast.place()
        cancel_by_referrer(booking.public_id, expected_version=1, reason="mistake", by=cast.doctor)
        referral = fresh(booking).referral
        again = lambda r=referral, p=place: bool(  # noqa: E731
            book(referral=r.public_id, pool_slot=p.public_id, version=r.version, key=a_key(), by=cast.colleague)
        )

        answers = race([lambda b=booking: undo_cancel(b.public_id, expected_version=2, by=cast.doctor).status, again])

        assert Counter(map(str, answers)) in ({"booked": 1, "stale_state": 1}, {"True": 1, "stale_state": 1})
        assert len(live_of(booking)) == 1
    assert (unbalanced(), deadlocks()) == ([], before)


def test_a_visit_and_what_followed_it_are_not_taken_back_against_each_other(cast: Out) -> None:
    """Either the cancelled next visit stands again on a visit that took place, or that visit is taken back and nothing stands on it."""
    before = deadlocks()
    for _round in range(ROUNDS):
        visit = cast.loop.attended()
        wish = Wish(cast.direct().public_id, FollowKind.NEXT, "复诊")
        made = book_next(visit.public_id, wish, key=a_key(), by=cast.cardiologist)
        cancel_by_hospital(made.public_id, expected_version=1, reason="mistake", by=cast.cardiologist)

        answers = race(
            [
                lambda b=made: undo_cancel(b.public_id, expected_version=2, by=cast.cardiologist).status,
                lambda b=visit: undo_fulfilment(b.public_id, expected_version=b.version, by=cast.cardiologist).status,
            ]
        )

        assert answers in (["booked", "visit_led_on"], ["stale_state", "arrived"])
        assert (fresh(made).status, fresh(visit).status) in (("booked", "fulfilled"), ("cancelled", "arrived"))
    assert (unbalanced(), deadlocks()) == ([], before)


@pytest.mark.parametrize(
    ("slow", "expected"), [("check_rules", ["booked", "visit_led_on"]), ("booking_facts", ["not_seen_yet", "arrived"])]
)
def test_no_visit_is_booked_from_one_that_is_taken_back_meanwhile(
    cast: Out, monkeypatch: pytest.MonkeyPatch, slow: str, expected: list[str]
) -> None:
    """Taken back while the next one is judged, or before it is: what was read without the lock is read again under it (R120, R168)."""
    visit, at_once, begun, over = cast.loop.attended(), getattr(next_visit, slow), Event(), Event()
    until_it_is_held_up = until_somebody_waits_for_me if expected[0] == "booked" else partial(over.wait, 10)
    wish = Wish(cast.direct().public_id, FollowKind.NEXT, "复诊")

    def late(*given: Any, **named: Any) -> Any:
        answer = at_once(*given, **named)
        begun.set()
        until_it_is_held_up()  # by the lock, or it is over
        return answer

    def taken_back() -> str:
        begun.wait(10)
        try:
            return undo_fulfilment(visit.public_id, expected_version=visit.version, by=cast.cardiologist).status
        finally:
            over.set()

    monkeypatch.setattr(next_visit, slow, late)
    before = deadlocks()

    answers = race([lambda: book_next(visit.public_id, wish, key=a_key(), by=cast.cardiologist).status, taken_back])

    assert answers == expected
    assert Booking.objects.filter(mode="in_consultation").count() == expected.count("booked")
    assert (unbalanced(), deadlocks()) == ([], before)


@by_night
def test_the_last_place_of_the_consulting_room_is_given_once(cast: Out) -> None:
    visits, place = [cast.loop.attended() for _ in range(3)], cast.direct(places=1)
    wish = Wish(place.public_id, FollowKind.NEXT, "复诊")

    answers = race([lambda v=visit: book_next(v.public_id, wish, key=a_key(), by=cast.cardiologist).status for visit in visits])

    assert Counter(answers) == {"booked": 1, "slot_not_available": 2}
    assert unbalanced() == []
