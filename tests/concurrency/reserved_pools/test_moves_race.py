"""Moves of places against bookings, cut-offs and each other: every column stays the sum of its moves, and nobody waits in a circle."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.utils import timezone

from reserved_pools import claims, release, returned
from reserved_pools.accounts import wrong_pool_slots
from reserved_pools.balance import rebalancing
from reserved_pools.balance.balance import Verdict
from reserved_pools.balance.compliance import week_of_department
from reserved_pools.balance.rebalancing import Move
from reserved_pools.models import PlaceEvent, PlacesTaken, PoolKind, PoolSlot, Rebalancing
from tests.cast_balance import a_clinic, a_session, book, closing, left_in, next_monday, parts, places_in
from tests.cast_clinics import a_coordinator, a_department
from tests.concurrency.reserved_pools.test_last_place import at_once
from vault.refusal import Refusal

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 3


class Week:
    """Two general clinics and an expert's in one department's week, and the coordinator."""

    def __init__(self) -> None:
        department = a_department()
        general, expert = a_clinic(department), a_clinic(department, expert=True, share="0.700")
        self.monday = a_session(general, next_monday())
        self.wednesday = a_session(general, next_monday() + timedelta(days=2))
        self.expert = a_session(expert, next_monday() + timedelta(days=1), capacity=30)
        self.department, self.by = department, a_coordinator(department.institution)

    def moving(self, source: Any, target: Any, places: int) -> Callable[[], str]:
        """One attempt with the numbers seen at that moment; the code of its refusal, or nothing."""

        def attempt() -> str:
            move = Move(source.public_id, target.public_id if target else None, places, places_in(source), left_in(source))
            return refusal_of(lambda: rebalancing.accept(move, by=self.by))

        return attempt


def refusal_of(deed: Callable[[], Any]) -> str:
    try:
        deed()
    except Refusal as refusal:
        return refusal.code
    return ""


def claiming(session: Any, number: int) -> Callable[[], int]:
    """So many attempts to claim, one transaction each."""

    def attempt() -> int:
        taken = 0
        for _try in range(number):
            for one in parts(session):
                with transaction.atomic(durable=True):
                    taken += claims.claim(one.pk, about=uuid4())
        return taken

    return attempt


def taking(week: Week, up_to: int) -> Callable[[], str]:
    """The hospital's word about the Monday's places."""
    return lambda: refusal_of(lambda: returned.take_over(week.department.institution, week.monday.date, up_to, by=week.by))


def deadlocks() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot(), deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return int(cursor.fetchone()[1])


def test_moves_bookings_and_the_cut_off_meet_and_every_account_is_right() -> None:
    before = deadlocks()
    for _round in range(ROUNDS):
        week = Week()
        closes = timezone.now() + timedelta(milliseconds=250)
        PoolSlot.objects.filter(slot__session=week.monday).update(closes_at=closes)

        def close() -> int:
            while True:
                if release.close_due()[0]:
                    return PoolSlot.objects.filter(closed_at=None, closes_at__lte=timezone.now()).count()

        answers = at_once(
            close,
            week.moving(week.monday, week.wednesday, 2),
            week.moving(week.wednesday, week.monday, 1),
            week.moving(week.expert, None, 1),
            claiming(week.monday, 2),
            claiming(week.wednesday, 2),
        )

        assert None not in answers
        assert {answer for answer in answers if isinstance(answer, str)} <= {"", "stale_state", "invalid_input", "below_floor"}
        assert wrong_pool_slots() == []
        assert PlaceEvent.objects.filter(move="claimed", pool_slot__department=week.department).count() == sum(
            one.claimed for one in PoolSlot.objects.filter(department=week.department)
        )
        assert all(
            one.claimed + one.returned == one.published
            for one in PoolSlot.objects.filter(slot__session=week.monday).exclude(closed_at=None)
        )
    assert deadlocks() == before


def test_two_moves_of_one_week_never_break_its_floor_together() -> None:
    """Each alone would keep the floor; the department's lock lets the second one count the first."""
    for _round in range(ROUNDS):
        week = Week()
        spare = week_of_department(week.department, week.monday.date)
        most = spare.offered - int(-(-spare.reserved_due // 1))
        each = min(places_in(week.monday), most)
        assert 2 * each > most

        answers = at_once(week.moving(week.monday, None, each), week.moving(week.wednesday, None, each))

        after = week_of_department(week.department, week.monday.date)
        assert sorted(answers) == ["", "below_floor"]
        assert Verdict.RESERVED_SHORT not in after.verdicts


def test_a_move_is_taken_back_once_however_many_click() -> None:
    week = Week()
    week.moving(week.monday, week.wednesday, 2)()
    done = Rebalancing.objects.get()

    answers = at_once(*[lambda: refusal_of(lambda: rebalancing.undo(done, by=week.by))] * 4)

    assert sorted(answers) == ["", "stale_state", "stale_state", "stale_state"]
    assert places_in(week.monday) == 6
    assert wrong_pool_slots() == []


def test_taking_over_while_places_come_back_counts_each_place_once() -> None:
    """A place that comes back during the word is either in it or waits for the next."""
    for _round in range(ROUNDS):
        week = Week()
        booked = book(week.monday, 4)
        closing(week.monday)
        release.close_due()
        hospital, day = week.department.institution, week.monday.date
        last = PlaceEvent.objects.filter(move="returned", pool_slot__visit_date=day, pool_slot__institution=hospital).latest("pk").pk

        def cancel(about: Any, session: Any = week.monday) -> bool:
            for one in parts(session):
                with transaction.atomic(durable=True):
                    if one.claimed and claims.give_back(one.pk, about=about):
                        return True
            return False

        at_once(
            taking(week, last),
            *[lambda about=about: cancel(about) for about in booked],
        )
        (waits,) = returned.days_back(week.by, day, day)
        if waits.waiting:
            returned.take_over(hospital, day, waits.last, by=week.by)

        back = PlaceEvent.objects.filter(move__startswith="returned", pool_slot__institution=hospital)
        assert sum(one.places for one in back) == sum(one.places for one in PlacesTaken.objects.filter(institution=hospital))
        assert wrong_pool_slots() == []
        assert places_in(week.monday, PoolKind.RESIDENT_DIRECT) == 14
