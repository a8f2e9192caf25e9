"""What two persons let pass for a booking passes again when it is moved, undone or stopped; it is spent once (R138)."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from clinics import mirror
from referral.booking import overrides
from referral.booking.book import book
from referral.booking.cancel import cancel_by_referrer
from referral.booking.corrections import undo_cancel
from referral.booking.models import Booking
from referral.booking.move import move
from referral.booking.override_models import RuleOverride
from referral.booking.overrides import Request
from referral.disruptions.candidates import referrer_of
from referral.disruptions.judging import broken, judged_for
from reserved_pools.models import PoolSlot
from tests.cast import sign_in
from tests.cast_referral import BONES, SUGAR, acting_as, today
from tests.cast_ways_out import Out, a_key, fresh, out
from vault.refusal import Refusal

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(db: None) -> Out:
    return out()


def third_of_a_day(cast: Out) -> Booking:
    """A visit on a day that has two already, booked by an exception that is used up and has run out since."""
    patient = cast.world.patient()
    for code, hour in ((SUGAR, 10), (BONES, 14)):
        booked(cast, cast.world.referral(patient), cast.place(5, code=code, hour=hour))
    referral = cast.world.referral(patient)
    exception = RuleOverride.objects.create(
        referral=referral, rule="R108", reason="病情需要", evidence="会诊意见", status="granted", asked_by=cast.world.zhou.user,
        decided_by=cast.world.admin, valid_to=timezone.now() + timedelta(days=1),
    )  # fmt: skip
    made = booked(cast, referral, cast.place(5, hour=8))
    RuleOverride.objects.filter(pk=exception.pk).update(valid_to=timezone.now())
    return made


def booked(cast: Out, referral: Any, place: PoolSlot) -> Booking:
    made = book(referral=referral.public_id, pool_slot=place.public_id, version=1, key=a_key(), by=cast.doctor)
    return fresh(Booking.objects.get(public_id=made))


def moved(cast: Out, old: Booking, place: PoolSlot) -> Booking:
    made = move(old.public_id, pool_slot=place.public_id, expected_version=old.version, key=a_key(), by=cast.doctor)
    return fresh(Booking.objects.get(public_id=made))


def test_a_visit_booked_by_an_exception_is_moved_by_it_again_and_again(cast: Out) -> None:
    first = third_of_a_day(cast)
    exception = RuleOverride.objects.get()

    second = moved(cast, first, cast.place(5, hour=9))
    third = moved(cast, second, cast.place(5, hour=16))

    exception.refresh_from_db()
    assert (exception.status, exception.used_by_id, exception.version) == ("used", first.pk, 2)
    assert third.policy["exceptions"] == [{"id": str(exception.public_id), "rule": "R108"}]


def test_a_visit_beyond_the_horizon_is_moved_on_its_page_a_second_and_a_third_time(client: Any, cast: Out) -> None:
    referral, places = cast.world.referral(), [cast.place(days) for days in (17, 18, 19, 20)]
    RuleOverride.objects.create(
        referral=referral, rule="R106", reason="病情需要", evidence="会诊意见", status="granted", asked_by=cast.world.zhou.user,
        decided_by=cast.world.admin, valid_to=timezone.now() + timedelta(days=1),
    )  # fmt: skip
    held = booked(cast, referral, places[0])
    with transaction.atomic():
        mirror.mirror([cast.world.zhou.user_id])
    sign_in(client, cast.world.zhou.user, cast.world.zhou)

    for place in places[1:]:
        address = reverse("booking_move", args=[held.public_id])
        page = client.get(address)
        cells = [one for row in page.context["matrix"].rows for one in row.lines[0].cells]
        cell = next(one for one in cells if one.day == place.visit_date and one.is_free)
        chosen = client.get(address, {"cell": cell.key, "slot": str(place.public_id)})
        sent = {"pool_slot": str(place.public_id), "version": str(held.version), "idempotency_key": a_key()}
        done = client.post(address, sent)
        assert (page.context["later"].opened, chosen.context["slot"], done.status_code) == (True, place, 302)
        held = fresh(Booking.objects.get(moved_from=held))

    assert (held.pool_slot, [one["rule"] for one in held.policy["exceptions"]]) == (places[-1], ["R106"])


def test_a_mistaken_cancellation_of_it_is_taken_back_but_nothing_else_is_booked_with_it(cast: Out) -> None:
    made = third_of_a_day(cast)
    cancel_by_referrer(made.public_id, expected_version=1, reason="mistake", by=cast.doctor)
    referral = fresh(made).referral

    with pytest.raises(Refusal) as no:
        book(
            referral=referral.public_id, pool_slot=cast.place(5, hour=9).public_id, version=referral.version, key=a_key(), by=cast.doctor
        )  # fmt: skip
    undo_cancel(made.public_id, expected_version=2, by=cast.doctor)

    assert [one.rule for one in no.value.violations] == ["R108"]
    assert fresh(made).status == "booked"


def test_a_stop_finds_a_substitute_on_the_same_day(cast: Out) -> None:
    made = third_of_a_day(cast)
    place = cast.place(5, hour=9)

    with transaction.atomic(durable=True):
        judged = judged_for(made, place.public_id, referrer_of(made))

    assert judged is not None
    assert broken(judged, made) == ()


def test_for_a_move_too_the_doctor_asks_the_district_and_moves_with_its_answer(client: Any, cast: Out) -> None:
    patient = cast.world.patient()
    for code, hour in ((SUGAR, 10), (BONES, 14)):
        booked(cast, cast.world.referral(patient), cast.place(5, code=code, hour=hour))
    old, place = booked(cast, cast.world.referral(patient), cast.place(8)), cast.place(5, hour=8)
    sign_in(client, cast.world.zhou.user, cast.world.zhou)
    sent = {"pool_slot": str(place.public_id), "version": "1", "idempotency_key": a_key()}

    refused = client.post(reverse("booking_move", args=[old.public_id]), sent)
    form = client.get(refused.context["ask_exception"])
    (asked,) = overrides.ask(old.referral.public_id, place.public_id, Request(frozenset({"R108"}), "病情需要", "会诊意见"), by=cast.doctor)
    overrides.grant(asked.public_id, today(), "同意", expected_version=1, by=acting_as(cast.world.admin))
    page = client.get(reverse("exception", args=[asked.public_id])).content.decode()
    new = moved(cast, old, place)

    asked.refresh_from_db()
    assert (refused.status_code, [one.rule for one, _ticked in form.context["askable"]]) == (422, ["R108"])
    assert reverse("booking_move", args=[old.public_id]) in page
    assert (asked.status, asked.used_by_id) == ("used", new.pk)
