"""The reminder on the day before: once, only while the visit stands, read again before it leaves."""

from datetime import datetime, time, timedelta

import pytest
from django.utils import timezone

from referral.booking import remind
from referral.booking.book import book
from referral.booking.cancel import cancel_by_resident
from referral.booking.messages import REMINDER, still_comes, told
from referral.models import Booking
from tests import cast_referral as cast
from tests.database import as_owner
from vault.models import Message

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world():
    return cast.world()


@pytest.fixture
def booking(world):
    """Made yesterday as far as the day before the visit is concerned: the visit is three days ahead."""
    referral, place = world.referral(), world.place(ahead=3)
    public_id = book(referral=referral.public_id, pool_slot=place.public_id, version=1, key="key-of-reminder", by=world.doctor)
    return Booking.objects.get(public_id=public_id)


def day_before(booking, hour, minute=0):
    return datetime.combine(booking.visit_date - timedelta(days=1), time(hour, minute), cast.SHANGHAI)


def test_it_is_due_from_ten_in_the_morning_until_cancelling_ends(booking):
    assert remind.due(day_before(booking, 9, 59)) == []
    assert remind.due(day_before(booking, 10)) == [booking.public_id]
    assert remind.due(day_before(booking, 14, 59)) == [booking.public_id]
    assert remind.due(day_before(booking, 15)) == []
    assert remind.due(day_before(booking, 10) - timedelta(days=1)) == []


def test_who_was_booked_on_the_day_before_gets_none(booking):
    with as_owner():
        Booking.objects.filter(pk=booking.pk).update(created_at=day_before(booking, 0, 1))

    assert remind.due(day_before(booking, 10)) == []


def test_it_is_put_once_however_often_it_is_asked(booking):
    for _run in range(3):
        remind.remind(booking.public_id)

    assert Message.objects.filter(about=booking.public_id, template=REMINDER.key).count() == 1
    assert remind.due(day_before(booking, 10)) == []


def test_a_cancelled_booking_is_not_reminded(booking):
    cancel_by_resident(booking)

    assert remind.due(day_before(booking, 10)) == []
    remind.remind(booking.public_id)
    assert Message.objects.filter(template=REMINDER.key).count() == 0


def test_a_reminder_already_written_is_dropped_when_the_booking_is_gone_or_its_time_has_come(booking):
    words = told(
        remind.appointment_of(Booking.objects.select_related("patient", "institution", "department", "referral__institution").get())
    )
    assert still_comes(booking.public_id, words) == words
    assert still_comes(booking.public_id, words | {"when": "另一天"}) is None

    with as_owner():
        Booking.objects.filter(pk=booking.pk).update(starts_at=timezone.now() - timedelta(minutes=1))
    assert still_comes(booking.public_id, words) is None

    cancel_by_resident(booking)
    assert still_comes(booking.public_id, words) is None
