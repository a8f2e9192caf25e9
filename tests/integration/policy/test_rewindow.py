"""A changed value reaches places that are published already: their windows move, what was sold and what is open stays."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import transaction
from django.utils import timezone

from clinics.policy.rows import ask_end
from reserved_pools import claims, release
from reserved_pools.models import PlaceEvent, PoolKind, PoolSlot
from reserved_pools.policy_acts import approve_end
from reserved_pools.rewindow import MOVES_WINDOWS, rewindow
from tests.cast_clinics import Places, a_plan, a_service, at, in_days, moved, places_of, published, today
from tests.integration.policy.cast_policy import Desk

pytestmark = pytest.mark.django_db


def a_slot(desk: Desk, days: int = 10) -> PoolSlot:
    """The first referral band of a session so many days ahead at 北大医院."""
    return published(a_plan(a_service(desk.heart), in_days(days)))[0]


def windows_of(slot: PoolSlot) -> tuple[object, object]:
    slot.refresh_from_db()
    return slot.opens_at, slot.closes_at


def test_an_earlier_cutoff_reaches_published_places_of_its_days_only(desk: Desk) -> None:
    before, after = a_slot(desk, 5), a_slot(desk, 10)
    desk.row("booking_cutoff", "11:30", desk.hospital, start=in_days(6))

    assert rewindow(today()) == PoolSlot.objects.filter(visit_date=in_days(10)).count()

    assert windows_of(before)[1] == at(in_days(4), 15)
    assert windows_of(after)[1] == at(in_days(9), 11, 30)
    assert rewindow(today()) == 0


def test_other_hospitals_keep_their_windows(desk: Desk) -> None:
    other = published(a_plan(a_service(), in_days(10)))[0]
    a_slot(desk)
    desk.row("return_days_before", "2", desk.hospital)

    rewindow(today(), [desk.hospital.pk])

    assert windows_of(other)[1] == at(in_days(9), 15)
    assert set(PoolSlot.objects.filter(institution=desk.hospital).values_list("closes_at", flat=True)) == {at(in_days(8), 15)}


def test_an_end_gives_the_window_back(desk: Desk) -> None:
    slot = a_slot(desk)
    row = desk.row("booking_cutoff", "11:30", desk.hospital)
    rewindow(today())
    ask_end(row, ends_on=in_days(8), today=today(), expected_version=2, by=desk.first)
    approve_end(row, today=today(), expected_version=3, by=desk.second)

    rewindow(today())

    assert windows_of(slot)[1] == at(in_days(9), 15)


def test_what_is_open_stays_open_and_later_openings_move(desk: Desk) -> None:
    opened, closed = a_slot(desk, 10), a_slot(desk, 40)
    direct = PoolSlot.objects.filter(kind=PoolKind.RESIDENT_DIRECT, visit_date=in_days(40)).first()
    assert direct is not None
    desk.row("pool_opening_time", "08:00", desk.hospital)
    desk.row("ordinary_release_days", "3", desk.hospital)

    rewindow(today())

    assert windows_of(opened)[0] == at(in_days(10 - 21), 17)
    assert windows_of(closed)[0] == at(in_days(40 - 17), 8)
    assert windows_of(direct)[0] == at(in_days(40 - 3), 8)


def test_a_cutoff_moved_into_the_past_strands_no_booking(desk: Desk) -> None:
    slot = moved(a_slot(desk, 2), opens_at=timezone.now() - timedelta(days=1), published=3)
    with transaction.atomic():
        assert claims.claim(slot.pk, about=uuid4())
    desk.row("return_days_before", "30", desk.hospital)

    rewindow(today())
    release.close_due()

    slot.refresh_from_db()
    assert slot.closed_at is not None
    assert places_of(slot) == Places(3, claimed=1, returned=2)


def test_places_for_the_last_days_are_kept_from_what_is_left(desk: Desk) -> None:
    slot = moved(a_slot(desk, 20), opens_at=timezone.now() - timedelta(days=1), published=4)
    with transaction.atomic():
        assert claims.claim(slot.pk, about=uuid4())
        assert claims.claim(slot.pk, about=uuid4())
        assert claims.claim(slot.pk, about=uuid4())
    desk.row("near_term_share", "1.0", desk.hospital)

    rewindow(today())

    slot.refresh_from_db()
    assert (slot.late, slot.late_opens_at) == (1, at(in_days(17), 17))
    assert not PlaceEvent.objects.exclude(move__in=("published", "claimed")).exists()


def test_places_for_the_last_days_that_have_opened_stay_so(desk: Desk) -> None:
    desk.row("near_term_share", "0.500", desk.hospital)
    slot = a_slot(desk, 10)
    passed = timezone.now() - timedelta(hours=1)
    moved(slot, late=1, late_opens_at=passed)
    desk.row("near_term_days", "1", desk.hospital)

    rewindow(today())

    slot.refresh_from_db()
    assert (slot.late, slot.late_opens_at) == (1, passed)


def test_closed_places_stay_as_they_were(desk: Desk) -> None:
    slot = moved(a_slot(desk), closed_at=timezone.now())
    desk.row("booking_cutoff", "11:30", desk.hospital)

    rewindow(today())

    assert windows_of(slot)[1] == at(in_days(9), 15)


def test_approving_wakes_the_worker_for_the_hospitals_concerned(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks
) -> None:
    sent: list[object] = []
    monkeypatch.setattr("reserved_pools.policy_acts.current_app.send_task", lambda name, args, **_more: sent.append((name, args)))

    with django_capture_on_commit_callbacks(execute=True):
        desk.row("booking_cutoff", "14:00", desk.hospital)
        desk.row("promise_days", "2")

    assert sent == [("reserved_pools.tasks.move_windows", [[desk.hospital.pk]])]


def test_the_windows_move_in_few_queries(desk: Desk, django_assert_max_num_queries) -> None:
    plans = [a_plan(a_service(desk.heart), in_days(days)) for days in range(4, 14)]
    published(*plans)
    desk.row("booking_cutoff", "14:00", desk.hospital)

    with django_assert_max_num_queries(12):
        assert rewindow(today()) > 80


def test_every_parameter_of_a_window_is_named() -> None:
    assert len(MOVES_WINDOWS) == 8
