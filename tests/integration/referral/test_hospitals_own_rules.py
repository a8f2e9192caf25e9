"""What single hospitals ask for more than the city: an earlier hour, a nearer horizon, a whole day's notice (R146, R157, R182, R184)."""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any
from uuid import uuid4

import pytest

from clinics.models import PolicyRow
from referral.booking.book import book
from referral.booking.cancel import cancel_by_referrer, cancel_by_resident
from referral.booking.facts import SHANGHAI
from referral.booking.models import Booking
from referral.booking.move import move
from tests.cast_referral import World, today, world
from vault.refusal import Refusal

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(db: None) -> World:
    return world()


def of_hospital(cast: World, key: str, value: str) -> None:
    PolicyRow.objects.create(
        parameter=key, institution=cast.hospital, value=value, valid_from=today(), source="医院规定", status="in_force"
    )


def booked(cast: World, days: int) -> Booking:
    written, place = cast.referral(), cast.place(days)
    made = book(referral=written.public_id, pool_slot=place.public_id, version=written.version, key=str(uuid4()), by=cast.doctor)
    return Booking.objects.select_related("patient", "referral__institution").get(public_id=made)


def refusal_of(act: Callable[..., Any], *args: Any, **named: Any) -> list[tuple[str, str]]:
    before = list(Booking.objects.order_by("pk").values("status", "version"))
    with pytest.raises(Refusal) as told:
        act(*args, **named)
    assert list(Booking.objects.order_by("pk").values("status", "version")) == before
    return [(violation.code, violation.rule) for violation in told.value.violations] or [(told.value.code, "")]


@pytest.mark.parametrize(("days", "refused"), [(1, False), (7, False), (8, True)])
def test_where_a_week_from_tomorrow_is_the_horizon_the_eighth_day_is_refused(cast: World, days: int, refused: bool) -> None:
    of_hospital(cast, "booking_horizon_days", "7")
    of_hospital(cast, "booking_cutoff", "11:30")
    past_noon = days == 1 and datetime.now(SHANGHAI).time() >= time(11, 30)

    if not refused and not past_noon:
        booking = booked(cast, days)
        assert [booking.policy[key]["value"] for key in ("booking_horizon_days", "booking_cutoff")] == ["7", "11:30:00"]
        return

    assert refusal_of(booked, cast, days) == [("outside_horizon", "R106") if refused else ("past_cutoff", "R107")]


def test_no_hospital_is_booked_for_the_same_day(cast: World) -> None:
    of_hospital(cast, "booking_horizon_days", "7")

    assert ("past_cutoff", "R107") in refusal_of(booked, cast, 0)


def test_twenty_four_hours_before_the_first_visit_of_a_day_hold_for_every_visit_of_it(cast: World) -> None:
    of_hospital(cast, "cancel_cutoff", "08:00")

    booking = booked(cast, 3)

    eight = datetime.combine(booking.visit_date, time(8), SHANGHAI)
    assert booking.cancel_until == eight - timedelta(hours=24)
    assert booking.starts_at >= eight


def test_where_a_whole_day_is_asked_for_nobody_cancels_or_moves_the_visit_of_tomorrow(cast: World) -> None:
    of_hospital(cast, "cancel_cutoff", "00:00")
    later = booked(cast, 3)
    tomorrow = booked(cast, 4)
    day = today() + timedelta(days=1)
    Booking.objects.filter(pk=tomorrow.pk).update(visit_date=day, cancel_until=datetime.combine(day - timedelta(days=1), time(), SHANGHAI))
    assert tomorrow.cancel_until == datetime.combine(tomorrow.visit_date - timedelta(days=1), time(), SHANGHAI)
    tomorrow.refresh_from_db()
    place = cast.place(5)

    for act in (
        lambda: cancel_by_resident(tomorrow),
        lambda: cancel_by_referrer(tomorrow.public_id, expected_version=1, reason="patient", by=cast.doctor),
        lambda: move(tomorrow.public_id, pool_slot=place.public_id, expected_version=1, key=str(uuid4()), by=cast.doctor),
    ):
        assert refusal_of(act)[0][0] == "past_cutoff"
    cancel_by_resident(later)

    later.refresh_from_db()
    assert later.status == "cancelled"
