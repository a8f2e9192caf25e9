"""Two workers, or a worker and a person, at one booking: the second waits for the first and finds nothing left to do (R126, R134)."""

from collections.abc import Callable
from threading import Event
from types import ModuleType
from typing import Any

import pytest
from django.utils import timezone

from clinics.models import Slot
from referral.booking import absence, remind
from referral.booking.absence import close_day
from referral.booking.expected import database_now
from referral.booking.models import Booking
from referral.booking.noshow import report_noshow
from referral.credit.models import Breach
from referral.disruptions import band_calls, bands
from referral.disruptions.band_calls import end_from_band, move_from_band
from reserved_pools.sessions.band_blocks import block
from tests.cast_ledger import Ledger, ledger, rule
from tests.cast_loop import fresh
from tests.cast_stops import Scene, scene
from tests.cast_substitutes import books_are_right
from tests.racing import deadlocks, race, until_somebody_waits_for_me
from vault.models import Message

pytestmark = pytest.mark.django_db(transaction=True)
Act = Callable[[], Any]
Turns = Callable[[ModuleType, str, Act, Act], list[Any]]


@pytest.fixture
def in_turns(monkeypatch: pytest.MonkeyPatch) -> Turns:
    """The second act begins when the first is at this step of its module; there the first stays until the second waits for it."""

    def played(module: ModuleType, step: str, first: Act, second: Act) -> list[Any]:
        at_once, begun = getattr(module, step), Event()

        def held_up(*given: Any, **named: Any) -> Any:
            if not begun.is_set():
                begun.set()
                until_somebody_waits_for_me()
            return at_once(*given, **named)

        def later() -> Any:
            assert begun.wait(20)
            return second()

        monkeypatch.setattr(module, step, held_up)
        before = deadlocks()
        answers = race([first, later])
        assert deadlocks() == before
        return answers

    return played


@pytest.fixture
def cast(transactional_db: None) -> Ledger:
    return ledger()


@pytest.fixture
def held(transactional_db: None) -> Scene:
    return scene()


def blocked(held: Scene) -> Booking:
    """A booking in a band that the coordinator blocked."""
    booked = held.booked(held.slots[0])
    band = Slot.objects.get(pk=booked.pool_slot.slot_id)
    block(band.session, band.public_id, reason="医生外出", by=held.coordinator, expected_version=band.session.version)
    return fresh(booked)


def said(booking: Booking, template: str) -> int:
    return Message.objects.filter(about=booking.public_id, template=template).count()


def test_two_workers_remind_once(held: Scene, in_turns: Turns) -> None:
    booked = held.booked(held.slots[0])
    reminding = lambda: remind.remind(booked.public_id)  # noqa: E731

    answers = in_turns(remind, "put", reminding, reminding)

    assert (answers, said(booked, "reminder_d1")) == ([None, None], 1)


def test_two_workers_tell_of_a_blocked_band_once(held: Scene, in_turns: Turns) -> None:
    booked = blocked(held)

    answers = in_turns(bands, "put", bands.tell_of_bands, bands.tell_of_bands)

    assert (answers, said(booked, "clinic_band_blocked")) == ([1, 0], 1)
    assert fresh(booked).version == booked.version + 1


def test_the_evening_and_the_window_report_a_missed_visit_once(cast: Ledger, in_turns: Turns) -> None:
    rule(cast, no_show_closing="record")
    booking = cast.over()
    reporting = lambda: report_noshow(booking.public_id, "no_word", expected_version=booking.version, by=cast.clerk)  # noqa: E731

    answers = in_turns(absence, "miss", lambda: close_day(database_now()), reporting)

    assert answers == [1, "stale_state"]
    assert (fresh(booking).status, Breach.objects.filter(booking=booking).count()) == ("noshow", 1)


def test_two_evenings_close_a_day_once(cast: Ledger, in_turns: Turns) -> None:
    rule(cast, no_show_closing="record")
    booking = cast.over()

    answers = in_turns(absence, "miss", lambda: close_day(database_now()), lambda: close_day(timezone.now()))

    assert answers == [1, 0]
    assert (fresh(booking).status, Breach.objects.filter(booking=booking).count()) == ("noshow", 1)


def test_two_coordinators_who_call_about_one_band_agree_one_thing(held: Scene, in_turns: Turns) -> None:
    booked, place = blocked(held), held.morning(5)[0]

    def ending() -> str:
        return end_from_band(booked.public_id, note="本院加号", expected_version=booked.version, by=held.coordinator).status

    def moving() -> str:
        return move_from_band(booked.public_id, place.public_id, expected_version=booked.version, by=held.second).status

    answers = in_turns(band_calls, "give_up", ending, moving)

    assert answers == ["cancelled", "stale_state"]
    assert list(Booking.objects.values_list("status", "cancel_cause")) == [("cancelled", "stopped")]
    assert books_are_right()
