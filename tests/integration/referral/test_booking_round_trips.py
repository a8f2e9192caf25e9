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
from permissions.identity.documents import parse_document
from referral.booking import rules
from referral.booking.book import book
from referral.booking.cancel import cancel_by_referrer
from referral.booking.models import Booking
from referral.cases.models import Referral
from referral.patients.models import Guardian
from reserved_pools.models import PoolSlot
from tests.cast import bearer
from tests.cast_referral import BONES, SUGAR, World, resident_number, today, world
from vault.crypto import keyed_hash

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
    """Every rule on, and a resident with something for each of them: other bookings, a cancelled one, a guardian, a past ban."""
    switched_on(cast)
    patient = cast.patient()
    for ahead, code in ((5, SUGAR), (6, BONES), (7, BONES)):
        earlier = cast.referral(patient)
        place = cast.place(ahead, code=code)
        made = book(referral=earlier.public_id, pool_slot=place.public_id, version=1, key=str(uuid4()), by=cast.doctor)
    cancel_by_referrer(made, expected_version=1, reason="patient", by=cast.doctor)
    mother = parse_document("resident_id", resident_number(640))
    Guardian.objects.create(
        patient=patient, name="陈母", document_type="resident_id", number=mother.number, lookup=mother.key,
        number_hash=keyed_hash(mother.key, "identity"), tail=mother.tail, phone="13900064000", relation="母亲",
    )  # fmt: skip
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


def test_somebody_who_asked_for_the_place_costs_her_own_message_and_no_other_statement() -> None:
    cast = world()
    referral, place = with_everything_on(cast)
    referral.booker_name, referral.booker_relation, referral.booker_phone = "陈建国", "儿子", "13900065000"
    referral.save()

    with asked() as statements:
        book(referral=referral.public_id, pool_slot=place.public_id, version=1, key=str(uuid4()), by=cast.doctor)

    assert statements == [*DOOR[2:5], "SELECT vault_outbox_put", "COMMIT"]


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
