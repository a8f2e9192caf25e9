"""Many hands at one place: real threads, each with its own connection, on real PostgreSQL."""

from collections.abc import Callable
from datetime import timedelta
from threading import Barrier, Thread
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.utils import timezone

from reserved_pools import claims, release
from reserved_pools.models import CoolingPlace, PlaceEvent, PoolSlot
from tests.cast_clinics import Places, a_pool_slot, moved, places_of

pytestmark = pytest.mark.django_db(transaction=True)

HANDS, ROUNDS = 16, 5


def at_once(*deeds: Callable[[], Any]) -> list[Any]:
    """Do all of it at the same moment, each in a thread of its own; the answers in the order of the deeds."""
    start, answers = Barrier(len(deeds)), [None] * len(deeds)

    def run(number: int, deed: Callable[[], Any]) -> None:
        connection.ensure_connection()
        start.wait(timeout=20)
        try:
            answers[number] = deed()
        finally:
            connection.close()

    threads = [Thread(target=run, args=(number, deed)) for number, deed in enumerate(deeds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return answers


def claim(slot: PoolSlot) -> bool:
    with transaction.atomic(durable=True):
        return claims.claim(slot.pk, about=uuid4())


def give_back(slot: PoolSlot) -> bool:
    with transaction.atomic(durable=True):
        return claims.give_back(slot.pk, about=uuid4())


def test_the_last_place_is_claimed_by_exactly_one_of_sixteen() -> None:
    for _ in range(ROUNDS):
        slot = a_pool_slot(places=1)

        answers = at_once(*[lambda slot=slot: claim(slot)] * HANDS)

        assert answers.count(True) == 1
        assert answers.count(False) == HANDS - 1
        assert places_of(slot) == Places(1, claimed=1)
        assert PlaceEvent.objects.filter(pool_slot=slot, move="claimed").count() == 1


def test_a_slot_of_several_places_sells_exactly_those() -> None:
    slot = a_pool_slot(places=5)

    answers = at_once(*[lambda: claim(slot)] * HANDS)

    assert answers.count(True) == 5
    assert places_of(slot) == Places(5, claimed=5)


def test_what_is_claimed_while_the_cutoff_comes_is_either_booked_or_returned_never_both() -> None:
    """The closing finds the row either before a claim or after it; the five columns add up in both orders."""
    for _ in range(ROUNDS):
        slot = moved(a_pool_slot(places=8), closes_at=timezone.now() + timedelta(milliseconds=150))

        def close(slot: PoolSlot = slot) -> tuple[int, int]:
            while True:
                closed = release.close_due()
                if closed[0]:
                    return closed

        def claim_until_refused(slot: PoolSlot = slot) -> int:
            taken = 0
            while claim(slot):
                taken += 1
            return taken

        (_closed, returned), *taken = at_once(close, *[claim_until_refused] * 4)

        assert places_of(slot) == Places(8, claimed=sum(taken), returned=returned)
        assert sum(taken) + returned == 8
        assert not claim(slot)


def test_two_workers_return_what_is_left_once() -> None:
    slot = moved(a_pool_slot(places=6), closes_at=timezone.now())

    answers = at_once(*[release.close_due] * 4)

    assert sum(returned for _closed, returned in answers) == 6
    assert places_of(slot) == Places(6, returned=6)
    assert PlaceEvent.objects.filter(pool_slot=slot, move="returned").count() == 1


def test_two_workers_open_a_cooled_place_once() -> None:
    slot = a_pool_slot(places=3)
    for _ in range(3):
        claim(slot)
        give_back(slot)
        CoolingPlace.objects.update(until=timezone.now())

    answers = at_once(*[release.release_cooled] * 4)

    assert sum(answers) == 3
    assert places_of(slot) == Places(3)
    assert not CoolingPlace.objects.exists()


def test_claiming_giving_back_and_closing_together_keep_the_books() -> None:
    slot = a_pool_slot(places=4)

    def busy() -> int:
        done = 0
        for _ in range(10):
            done += claim(slot)
            done -= give_back(slot)
            CoolingPlace.objects.filter(pool_slot=slot).update(until=timezone.now())
            release.release_cooled()
        return done

    left = sum(at_once(*[busy] * 6))
    moved(slot, closes_at=timezone.now())
    release.close_due()

    held = places_of(slot)
    assert held.claimed == left
    assert held.claimed + held.returned == 4
    assert (held.held, held.cooling) == (0, 0)
