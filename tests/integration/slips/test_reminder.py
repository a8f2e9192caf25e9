"""The reminder on the day before: once, only while the visit stands, read again before it leaves."""

import json
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, time, timedelta

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from clinics.models import ClinicSession, PolicyRow
from referral.booking import remind
from referral.booking.book import book
from referral.booking.cancel import cancel_by_resident
from referral.booking.messages import REMINDER, REMINDER_LATE, still_comes, told
from referral.models import Booking
from tests import cast_referral as cast
from tests.database import as_owner
from vault.actor import SYSTEM
from vault.fence.held import held, release
from vault.models import Delivery, Message, Restoration
from vault.outbox.sender import send_due
from vault.outbox.sms.file import messages

pytestmark = pytest.mark.django_db(transaction=True)
KILLED = """
import os, signal, django
django.setup()
from datetime import datetime
from referral.booking import remind
put = remind.put
for number, one in enumerate(remind.due(datetime.fromisoformat({now!r}))):
    if number == 2:
        remind.put = lambda *given, **more: (put(*given, **more), os.kill(os.getpid(), signal.SIGKILL))
    remind.remind(one)
"""


@pytest.fixture
def world():
    return cast.world()


@pytest.fixture
def booking(world):
    """Made yesterday as far as the day before the visit is concerned: the visit is three days ahead."""
    return book_one(world)


def book_one(world, number=0):
    referral, place = world.referral(), world.place(ahead=3)
    public_id = book(referral=referral.public_id, pool_slot=place.public_id, version=1, key=f"key-of-reminder-{number}", by=world.doctor)
    return Booking.objects.get(public_id=public_id)


def day_before(booking, hour, minute=0):
    return datetime.combine(booking.visit_date - timedelta(days=1), time(hour, minute), cast.SHANGHAI)


def test_it_is_due_from_the_hospitals_hour_on_the_day_before(booking):
    assert remind.due(day_before(booking, 17, 59)) == []
    assert remind.due(day_before(booking, 18)) == [booking.public_id]
    assert remind.due(day_before(booking, 23, 59)) == [booking.public_id]
    assert remind.due(day_before(booking, 18) - timedelta(days=1)) == []
    assert remind.due(day_before(booking, 18) + timedelta(days=1)) == []


def test_a_hospital_chooses_another_hour_for_its_own_patients(booking, world):
    with as_owner():
        PolicyRow.objects.create(
            parameter="reminder_time",
            institution=world.hospital,
            value="10:30",
            valid_from=date(2020, 1, 1),
            source="院办",
            status="in_force",
        )

    assert remind.due(day_before(booking, 10, 29)) == []
    assert remind.due(day_before(booking, 10, 30)) == [booking.public_id]


def test_who_was_booked_on_the_day_before_is_reminded_too_and_after_the_cut_off_told_to_call(booking):
    with as_owner():
        Booking.objects.filter(pk=booking.pk).update(created_at=day_before(booking, 14), cancel_until=timezone.now() - timedelta(minutes=1))

    assert remind.due(day_before(booking, 18)) == [booking.public_id]
    remind.remind(booking.public_id)
    message = Message.objects.get(about=booking.public_id, template__in=remind.REMINDERS)
    assert message.template == REMINDER_LATE.key
    assert "until" not in json.loads(message.params)


def test_two_workers_at_once_put_one_reminder(booking):
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _turn: closing(remind.remind, booking.public_id), range(8)))

    assert Message.objects.filter(about=booking.public_id, template__in=remind.REMINDERS).count() == 1


def closing(act, *given):
    try:
        act(*given)
    finally:
        connection.close()


def test_a_worker_killed_in_the_middle_of_a_reminder_reminds_nobody_twice_and_everybody_once(world):
    booked = [book_one(world, number) for number in range(3)]
    script = KILLED.format(now=day_before(booked[0], 18).isoformat())
    address = os.environ["DATABASE_URL"].rpartition("/")[0] + "/" + connection.settings_dict["NAME"]
    surroundings = os.environ | {"DATABASE_ROLE": "app", "DATABASE_URL": address}
    killed = subprocess.run([sys.executable, "-c", script], cwd=settings.BASE_DIR, env=surroundings, check=False)
    assert killed.returncode == -signal.SIGKILL
    assert Message.objects.filter(template__in=remind.REMINDERS).count() == 2

    for _run in range(2):
        for left in remind.due(day_before(booked[0], 18)):
            remind.remind(left)

    found = Message.objects.filter(template__in=remind.REMINDERS).values_list("about", flat=True)
    assert sorted(found) == sorted(one.public_id for one in booked)


def test_it_is_put_once_however_often_it_is_asked(booking):
    for _run in range(3):
        remind.remind(booking.public_id)

    assert Message.objects.filter(about=booking.public_id, template=REMINDER.key).count() == 1
    assert remind.due(day_before(booking, 18)) == []


def test_a_cancelled_booking_is_not_reminded(booking):
    cancel_by_resident(booking)

    assert remind.due(day_before(booking, 18)) == []
    remind.remind(booking.public_id)
    assert Message.objects.filter(template=REMINDER.key).count() == 0


def test_a_reminder_is_dropped_when_the_booking_is_gone_or_its_time_has_come(booking):
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


def test_nobody_is_reminded_of_a_clinic_that_was_stopped(booking):
    words = told(
        remind.appointment_of(Booking.objects.select_related("patient", "institution", "department", "referral__institution").get())
    )
    with as_owner():
        ClinicSession.objects.filter(slots__pool_slots__bookings=booking).update(status="stopped")

    assert still_comes(booking.public_id, words) is None
    assert remind.due(day_before(booking, 18)) == []
    remind.remind(booking.public_id)
    assert Message.objects.filter(template__in=remind.REMINDERS).count() == 0


def test_after_a_restore_a_reminder_that_may_have_gone_is_held_and_goes_only_when_the_gateway_knows_of_none(world, settings, tmp_path):
    settings.STATE_DIR, settings.SMS_QUIET_HOURS = tmp_path, False
    gone, never, fresh = (book_one(world, number) for number in range(3))
    tomorrow = timezone.now().astimezone(cast.SHANGHAI).date() + timedelta(days=1)
    starts = datetime.combine(tomorrow, time(8), cast.SHANGHAI)
    with as_owner():
        Booking.objects.update(visit_date=tomorrow, starts_at=starts, ends_at=starts + timedelta(minutes=30))
        PolicyRow.objects.create(
            parameter="reminder_time",
            institution=world.hospital,
            value="00:00",
            valid_from=date(2020, 1, 1),
            source="院办",
            status="in_force",
        )
        Message.objects.all().delete()
    remind.remind(gone.public_id)
    send_due()
    with as_owner():  # the copy that is put in place was taken before
        Delivery.objects.all().delete()
        Message.objects.all().delete()
        Restoration.objects.create(backup="copy", reason="drill")
        Booking.objects.filter(pk=fresh.pk).update(created_at=timezone.now() + timedelta(seconds=1))

    for one in remind.due(timezone.now()):
        remind.remind(one)
    send_due()

    assert dict(Message.objects.values_list("about", "state")) == {
        gone.public_id: "held", never.public_id: "held", fresh.public_id: "sent",
    }  # fmt: skip
    with transaction.atomic():
        release(held().values_list("public_id", flat=True), by=SYSTEM)
    send_due()
    assert set(Message.objects.values_list("state", flat=True)) == {"sent"}
    told = [line["about"] for line in messages()]
    assert sorted(told) == sorted(str(one.public_id) for one in (gone, never, fresh))
