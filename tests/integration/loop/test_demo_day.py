"""A visit day that comes at once: in the demonstration only, for what is still booked, and never twice a day in a department."""

from typing import Any

import pytest
from django.urls import reverse

from referral.booking.models import Booking
from referral.demo.day import bring_to_today
from tests.cast import sign_in
from tests.cast_loop import Loop, fresh, loop
from tests.cast_referral import today
from vault.models import AuditEntry
from vault.refusal import Refusal

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(db: None, settings: Any) -> Loop:
    settings.DEMO = True
    return loop()


def refused(code: str, cast: Loop, booking: Booking) -> None:
    before = fresh(booking).visit_date
    with pytest.raises(Refusal) as told:
        bring_to_today(booking.public_id, by=cast.clerk)
    assert (told.value.code, fresh(booking).visit_date) == (code, before)


def test_the_day_comes_with_its_hour_and_is_audited(cast: Loop) -> None:
    booking = cast.booked(days=3)

    brought = bring_to_today(booking.public_id, by=cast.clerk)

    assert (brought.visit_date, brought.starts_at.time(), brought.version) == (today(), booking.starts_at.time(), booking.version)
    assert AuditEntry.objects.get(verb="bring_to_today").object_id == booking.public_id


def test_outside_the_demonstration_there_is_no_such_thing(cast: Loop, settings: Any, client: Any) -> None:
    booking = cast.booked(days=3)
    settings.DEMO = False
    sign_in(client, cast.clerk.user, cast.clerk.post)

    refused("not_found", cast, booking)
    assert client.post(reverse("demo_today", args=[booking.public_id])).status_code == 404
    page = client.post(reverse("arrive"), {"proof": booking.confirmation_code}).content.decode()
    assert "还有 3 天" in page
    assert reverse("demo_today", args=[booking.public_id]) not in page


def test_a_second_booking_in_the_department_today_or_one_already_over_stays_where_it_is(cast: Loop) -> None:
    patient = cast.world.patient()
    cast.booked(patient)
    later = cast.booked(patient, days=3)

    refused("already_exists", cast, later)
    refused("booking_over", cast, cast.arrived())
