"""Before anybody decides about one value, both doors say how many bookings ahead it would not have allowed."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse

from clinics.policy.judging import NewRow, parameter_named
from clinics.policy.scope import Scope
from referral.booking.book import book
from reserved_pools.policy_effects import BookingEffect, effects_of
from tests.cast import bearer, sign_in
from tests.cast_clinics import a_hospital
from tests.cast_referral import BONES, SUGAR, World, today, world

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(db: None) -> World:
    """Two visits of one resident on one day, and one of another."""
    made = world()
    patient = made.patient()
    for resident, code, hour in ((patient, SUGAR, 8), (patient, BONES, 10), (made.patient(), SUGAR, 14)):
        referral = made.referral(resident)
        place = made.place(5, code=code, hour=hour)
        book(referral=referral.public_id, pool_slot=place.public_id, version=1, key=str(uuid4()), by=made.doctor)
    return made


def effect(cast: World, key: str, value: str) -> BookingEffect | None:
    given = NewRow(Scope(cast.district), value, today() + timedelta(days=1), "区卫健委〔2026〕12号")
    return effects_of(parameter_named(key), given).bookings


def test_a_stricter_limit_counts_the_bookings_it_would_refuse(cast: World) -> None:
    assert effect(cast, "limit_per_day", "1") == BookingEffect(3, 1)
    assert effect(cast, "limit_7_days", "1") == BookingEffect(3, 1)
    assert effect(cast, "encounter_fresh_days", "3") == BookingEffect(3, 0)
    assert effect(cast, "promise_days", "2") is None


def test_a_hospitals_value_counts_only_the_bookings_at_its_own_door(cast: World) -> None:
    place = cast.place(5, code=SUGAR)
    elsewhere, key = a_hospital("人民医院", district=cast.district), parameter_named("booking_horizon_days")
    common: dict[str, Any] = {"value": "3", "valid_from": today() + timedelta(days=1), "source": "院办〔2026〕3号"}

    at_all, at_hers, at_another, in_a_room = (
        effects_of(key, NewRow(scope, **common)).bookings
        for scope in (
            Scope(cast.district),
            Scope(cast.district, place.institution),
            Scope(cast.district, elsewhere),
            Scope(cast.district, place.institution, place.pool.service.department),
        )
    )

    assert (at_all, at_hers) == (BookingEffect(3, 3), BookingEffect(3, 3))
    assert at_another == BookingEffect(0, 0)
    assert in_a_room == BookingEffect(2, 2)


def test_who_refers_counts_the_bookings_of_others_than_the_contract_names(cast: World) -> None:
    cast.team.doctors.remove(cast.zhou.user)

    assert effect(cast, "who_refers", "contracted_team") == BookingEffect(3, 3)
    assert effect(cast, "who_refers", "contracted_doctor") == BookingEffect(3, 0)


def test_the_page_and_the_interface_say_the_number(client: Any, cast: World) -> None:
    asked = {"value": "1", "valid_from": (today() + timedelta(days=1)).isoformat(), "source": "区卫健委〔2026〕12号"}
    how = bearer(cast.admin)

    told = client.post("/api/v1/policy/limit_per_day/preview", asked, content_type="application/json", headers=how)
    sign_in(client, cast.admin)
    page = client.post(reverse("policy_value", args=["limit_per_day"]), asked | {"act": "preview"}).content.decode()

    assert (told.status_code, told.json()["bookings_ahead"], told.json()["would_not_be_allowed"]) == (200, 3, 1)
    assert told.json()["more_bookings_ahead"] is False
    assert "未来 3 个预约中有 1 个按新值不会被允许" in page
