"""A right under which nothing is booked for long rests by itself; a booking, or the district's look at it, keeps it awake."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from clinics.models import PolicyRow
from permissions import rights as steps
from permissions.models import ReferralRight
from referral.booking.book import book
from referral.booking.models import Booking
from referral.supervision.dormancy import suspend_dormant
from tests.cast_referral import World, today, world
from tests.database import as_owner
from vault.models import AuditEntry, Message

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def granted(post: object, days: int) -> None:
    ReferralRight.objects.filter(pk=post.right_id).update(valid_from=NOW - timedelta(days=days))  # type: ignore[attr-defined]


def state_of(post: object) -> tuple[str, str]:
    right = ReferralRight.objects.get(pk=post.right_id)  # type: ignore[attr-defined]
    return right.status, right.reason_code


def booked(held: World, days_ago: float) -> Booking:
    referral, place = held.referral(), held.place()
    made = book(referral=referral.public_id, pool_slot=place.public_id, version=referral.version, key="attempt-1", by=held.doctor)
    with as_owner():
        Booking.objects.filter(public_id=made).update(created_at=NOW - timedelta(days=days_ago))
    return Booking.objects.get(public_id=made)


def test_ninety_days_without_a_booking_and_twice_is_once() -> None:
    held = world()
    granted(held.zhou, 90)
    granted(held.shen, 89)

    first, second = suspend_dormant(NOW), suspend_dormant(NOW)

    assert (first, second) == (1, 0)
    assert (state_of(held.zhou), state_of(held.shen)) == (("suspended", "dormant"), ("granted", ""))
    assert AuditEntry.objects.get(verb="right.suspend").reason == "dormant"
    assert [one.template for one in Message.objects.all()] == ["right_rests"]


@pytest.mark.parametrize(("days_ago", "state"), [(89.9, "granted"), (90.1, "suspended")], ids=["used in time", "too long ago"])
def test_the_last_booking_counts(days_ago: float, state: str) -> None:
    held = world()
    booked(held, days_ago)
    granted(held.zhou, 200)

    suspend_dormant(NOW)

    assert state_of(held.zhou)[0] == state


def test_the_district_can_set_fewer_days() -> None:
    held = world()
    granted(held.zhou, 40)
    since = today() - timedelta(days=9)
    row = {"parameter": "right_dormant_days", "district": held.district, "value": 30, "valid_from": since, "source": "测试"}
    PolicyRow.objects.create(**row, status="in_force")
    granted(held.shen, 29)

    assert suspend_dormant(NOW) == 1
    assert (state_of(held.zhou)[0], state_of(held.shen)[0]) == ("suspended", "granted")


def test_reinstating_begins_the_count_anew() -> None:
    held = world()
    granted(held.zhou, 200)
    suspend_dormant(NOW)
    with transaction.atomic():
        steps.reinstate(ReferralRight.objects.get(pk=held.zhou.right_id), by=held.district_admin)

    assert suspend_dormant(NOW) == 0
    assert state_of(held.zhou) == ("granted", "")
