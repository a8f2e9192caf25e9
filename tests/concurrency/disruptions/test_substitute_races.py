"""Substitutes under fire: answers, clocks, residents and stops at the same moment; real threads, real PostgreSQL (R126)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from referral.booking.cancel import cancel_by_resident
from referral.booking.models import Booking
from referral.disruptions import choose, sweep
from referral.disruptions.models import Disruption
from referral.disruptions.search import search
from referral.disruptions.stop import stop_clinic
from tests.cast_clinics import places_of
from tests.cast_stops import Scene, scene
from tests.cast_substitutes import books_are_right, looked_after, only, patient_of, stopped
from tests.concurrency.disruptions.test_stop_races import booking
from tests.racing import deadlocks, race
from tests.thorough import THOROUGH
from vault.models import Message

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 20 if THOROUGH else 1


@pytest.fixture
def held(transactional_db: None) -> Scene:
    return scene()


def accepting(one: Disruption) -> Callable[[], Any]:
    return lambda: "accepted" if choose.accept(one, expected_version=one.version, by=patient_of(one.booking)) else ""


def test_of_two_residents_one_gets_the_only_substitute_and_each_is_told_once(held: Scene) -> None:
    for _round in range(ROUNDS):
        place = only(held.morning(afternoon=True), 1)
        first, second = stopped(held, "陈秀兰", "李国强")
        before = deadlocks()

        answers = race([lambda: search(first.public_id), lambda: search(second.public_id)] * 2)  # noqa: B023

        assert answers.count(True) == 2
        assert set(answers) <= {True, False, "stale_state"}
        kept = Disruption.objects.filter(pk__in=[first.pk, second.pk], pool_slot=place)
        assert (kept.count(), places_of(place).held) == (1, 1)
        assert Message.objects.filter(template__startswith="clinic_stopped").count() == 2
        assert deadlocks() == before
        assert books_are_right()
        Message.objects.all().delete()
        sweep.let_lapse(kept.get().public_id)
        stop_clinic(held.wanted(half_day="pm"), by=held.coordinator)
        held.slots = held.morning()


def test_an_answer_and_the_clock_never_both_win(held: Scene) -> None:
    for _round in range(ROUNDS):
        place = only(held.morning(afternoon=True), 1)
        (one,) = looked_after(held, "陈秀兰")
        Disruption.objects.filter(pk=one.pk).update(held_until=timezone.now() + timedelta(milliseconds=10))
        before = deadlocks()

        accepted, *_swept = race([accepting(one), sweep.look_after, sweep.look_after])

        one.refresh_from_db()
        assert (accepted, one.status, one.call_for) in (("accepted", "substituted", ""), (accepted, "open", "no_answer"))
        assert accepted in ("accepted", "offer_lapsed", "stale_state")
        assert places_of(place).claimed == (accepted == "accepted")
        assert places_of(place).held == (one.pool_slot_id is not None)
        assert deadlocks() == before
        assert books_are_right()
        stop_clinic(held.wanted(half_day="pm"), by=held.coordinator)
        held.slots = held.morning()


def test_accepting_and_cancelling_at_once_leave_one_booking_or_none(held: Scene) -> None:
    for _round in range(ROUNDS):
        place = only(held.morning(afternoon=True), 1)
        (one,) = looked_after(held, "陈秀兰")
        before = deadlocks()

        _accepted, cancelled, _other = race(
            [accepting(one), lambda: cancel_by_resident(one.booking).status, lambda: accepting(one)()]  # noqa: B023
        )

        live = Booking.objects.filter(patient=one.booking.patient, status="booked")
        assert (cancelled == "cancelled", live.count()) in ((True, 0), (False, 1))
        sweep.look_after()
        one.refresh_from_db()
        assert one.status == ("substituted" if live.exists() else "declined")
        assert (places_of(place).claimed, places_of(place).held) == (live.count(), 0)
        assert deadlocks() == before
        assert books_are_right()
        stop_clinic(held.wanted(half_day="pm"), by=held.coordinator)
        sweep.look_after()
        held.slots = held.morning()


def test_a_booking_that_races_the_stop_is_asked_as_well_or_finds_no_place(held: Scene) -> None:
    only(held.morning(afternoon=True), 1)
    acts = [booking(held, place, held.doctor) for place in held.slots[:3]]

    stop, *answers = race([lambda: stop_clinic(held.wanted(half_day="am"), by=held.coordinator).is_new, *acts])
    race([sweep.look_after, sweep.look_after])

    assert stop is True
    assert Disruption.objects.count() == answers.count("booked")
    assert not Disruption.objects.filter(searched_at=None).exists()
    assert books_are_right()
