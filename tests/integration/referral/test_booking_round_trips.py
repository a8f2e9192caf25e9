"""How often a booking asks the database: the same few times whatever is switched on, over the interface and in the use case."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bench.rules_on import switched_on
from referral.booking import rules
from referral.booking.book import book
from referral.booking.models import Booking
from referral.cases.models import Referral
from reserved_pools.models import PoolSlot
from tests.cast import bearer
from tests.cast_referral import BONES, SUGAR, World, today, world

pytestmark = pytest.mark.django_db(transaction=True)
DOOR = [
    'SELECT "permissions_session"',
    'SELECT "clinics_post"',
    "BEGIN",
    "SELECT * FROM booking_facts",
    "SELECT booking_write",
    "COMMIT",
    "SELECT b",
]


def with_everything_on(cast: World) -> tuple[Referral, PoolSlot]:
    """Every rule on, and a resident with something for each of them: other bookings, a change, a guardian's phone, a booker, a past ban."""
    switched_on(cast)
    patient = cast.patient()
    for ahead, code in ((5, SUGAR), (6, BONES)):
        earlier = cast.referral(patient)
        place = cast.place(ahead, code=code)
        book(referral=earlier.public_id, pool_slot=place.public_id, version=1, key=str(uuid4()), by=cast.doctor)
    patient.bans.create(
        district=cast.district, valid_from=timezone.now() - timedelta(days=200), valid_to=timezone.now() - timedelta(days=100), policy={}
    )
    return cast.referral(patient), cast.place(3)


def posted(client: Client, referral: Referral, place: PoolSlot) -> int:
    answer = client.post(
        f"/api/v1/referrals/{referral.public_id}/bookings",
        json.dumps({"pool_slot": str(place.public_id)}),
        content_type="application/json",
        headers={"If-Match": 'W/"1"', "Idempotency-Key": str(uuid4())},
    )
    return answer.status_code


@contextmanager
def asked() -> Iterator[list[str]]:
    """How each statement began that was sent meanwhile."""
    found: list[str] = []
    with CaptureQueriesContext(connection) as queries:
        yield found
    found += [" ".join(query["sql"].split()).split("(")[0].split(".")[0].strip() for query in queries.captured_queries]


def test_a_booking_over_the_interface_is_seven_statements_with_every_rule_on_as_with_none() -> None:
    cast = world()
    client = Client(headers=bearer(cast.zhou.user))
    posted(client, cast.referral(), cast.place(4))

    referral, place = cast.referral(), cast.place(4, code=SUGAR)
    with asked() as plain:
        assert posted(client, referral, place) == 201
    referral, place = with_everything_on(cast)
    with asked() as switched:
        assert posted(client, referral, place) == 201

    assert plain == switched == DOOR


def test_a_rule_that_asks_the_database_for_each_counted_booking_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    cast = world()
    referral, place = with_everything_on(cast)

    def careless(facts: Any) -> None:
        for one in facts.counted:
            Booking.objects.filter(visit_date=one.visit_date).exists()

    monkeypatch.setattr(rules, "RULES", (*rules.RULES, careless))
    with asked() as statements:
        book(referral=referral.public_id, pool_slot=place.public_id, version=1, key=str(uuid4()), by=cast.doctor)

    assert len(statements) == 4 + 2
    assert Booking.objects.filter(visit_date=today() + timedelta(days=3)).count() == 1
