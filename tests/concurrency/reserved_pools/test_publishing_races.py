"""Two coordinators publish the same week at once, and a band is blocked while somebody books it: real threads, real locks."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from clinics.models import ClinicSession, Publication
from reserved_pools.claims import claim
from reserved_pools.models import PoolSlot
from reserved_pools.sessions.band_blocks import block
from reserved_pools.sessions.publish_weeks import Span, publish_span
from tests.cast_clinics import at, in_days
from tests.integration.timetables.cast_weeks import Hospital, a_week_hospital, monday, whole
from tests.racing import race
from vault.ids import uuid7

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def hospital() -> Hospital:
    return a_week_hospital()


def test_a_week_published_twice_at_once_is_published_once(hospital: Hospital) -> None:
    for weekday in range(1, 6):
        hospital.template(weekday=weekday)
    span = Span(monday(), monday() + timedelta(days=6))

    answers = race([lambda: publish_span(hospital.institution, span, by=hospital.by)] * 3)

    assert all(isinstance(one, Publication) for one in answers), answers
    assert sorted(one.sessions for one in answers) == [0, 0, 5]
    assert ClinicSession.objects.count() == 5
    assert sum(PoolSlot.objects.referral().values_list("published", flat=True)) == 30


def test_one_key_sent_twice_at_once_is_one_publishing(hospital: Hospital) -> None:
    hospital.template()
    span = Span(monday(), monday())

    answers = race([lambda: publish_span(hospital.institution, span, by=hospital.by, key="attempt-0001")] * 2)

    assert answers[0] == answers[1]
    assert (Publication.objects.count(), ClinicSession.objects.count()) == (1, 1)


def test_a_band_blocked_while_it_is_booked_keeps_the_booking_or_refuses_it(hospital: Hospital) -> None:
    session = hospital.session()
    bands = list(session.slots.order_by("starts_at"))
    PoolSlot.objects.referral().update(opens_at=at(in_days(-1), 8))
    for version, band in enumerate(bands[:4], 1):
        place = PoolSlot.objects.referral().filter(slot=band).first()
        if place is None:
            block(whole(session), band.public_id, reason="", by=hospital.by, expected_version=version)
            continue

        def book(place: PoolSlot = place) -> bool:
            with transaction.atomic():
                return claim(place.pk, about=uuid7())

        def stop(band: Any = band, version: int = version) -> int:
            return block(whole(session), band.public_id, reason="", by=hospital.by, expected_version=version).booked

        booked, counted = race([book, stop])

        place.refresh_from_db()
        assert (place.claimed, place.closed_at is None) == (int(booked), False)
        assert counted == int(booked)
        assert place.published == place.claimed
