"""Taking a booking back, and recording what the resident was told."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clinics import rights
from referral.booking.book import book
from referral.booking.cancel import cancel_by_referrer, cancel_by_resident
from referral.booking.models import Booking
from referral.booking.tell import FOUR_THINGS, tell
from reserved_pools.models import CoolingPlace
from tests.cast_referral import World, acting_as, institution, referring_post, world
from vault.models import AuditEntry, Event, Message
from vault.refusal import Refusal

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(db: None) -> World:
    return world()


def made(cast: World, **fields: Any) -> Booking:
    referral, place = cast.referral(), cast.place()
    public_id = book(referral=referral.public_id, pool_slot=place.public_id, version=1, key=str(uuid4()), by=cast.doctor)
    Booking.objects.filter(public_id=public_id).update(**fields)
    return Booking.objects.get(public_id=public_id)


def test_a_doctor_cancels_and_everything_goes_back(cast: World) -> None:
    booking = made(cast)

    cancelled = cancel_by_referrer(booking.public_id, expected_version=1, reason="patient", by=cast.colleague)

    booking.refresh_from_db()
    assert (cancelled.status, booking.status, booking.version, booking.cancel_cause) == ("cancelled", "cancelled", 2, "by_referrer")
    assert (booking.referral.status, booking.referral.version) == ("draft", 3)
    assert (booking.pool_slot.claimed, booking.pool_slot.cooling) == (0, 1)
    assert CoolingPlace.objects.get().until > timezone.now()
    assert list(Message.objects.order_by("id").values_list("template", "version")) == [("referral_booked", 1), ("referral_cancelled", 2)]
    assert list(Event.objects.filter(object_id=booking.public_id).order_by("id").values_list("event", "reason")) == [
        ("booking.booked", ""), ("booking.cancelled", "patient"),
    ]  # fmt: skip
    assert AuditEntry.objects.filter(verb="booking.cancel", details__cause="by_referrer", details__reason="patient").count() == 1


def test_the_referral_can_be_booked_again_after_a_cancellation(cast: World) -> None:
    booking = made(cast)
    cancel_by_referrer(booking.public_id, expected_version=1, reason="patient", by=cast.doctor)

    again = book(referral=booking.referral.public_id, pool_slot=cast.place(5).public_id, version=3, key=str(uuid4()), by=cast.doctor)

    assert Booking.objects.get(public_id=again).number == booking.number


def test_a_resident_cancels_her_own_booking(cast: World) -> None:
    booking = made(cast)

    cancel_by_resident(booking)

    booking.refresh_from_db()
    event = Event.objects.get(object_id=booking.public_id, target="cancelled")
    assert (booking.status, booking.cancel_cause) == ("cancelled", "by_resident")
    assert (event.actor_kind, event.actor_id) == ("patient", booking.patient.public_id)
    assert Message.objects.filter(template="referral_cancelled").count() == 1


def test_from_the_cut_off_on_nobody_cancels_and_nothing_moves(cast: World) -> None:
    booking = made(cast, cancel_until=timezone.now())

    for act in (
        lambda: cancel_by_resident(booking),
        lambda: cancel_by_referrer(booking.public_id, expected_version=1, reason="patient", by=cast.doctor),
    ):
        with pytest.raises(Refusal, match="past_cutoff") as told:
            act()
        assert told.value.violations[0].rule == "R022"

    booking.refresh_from_db()
    assert (booking.status, booking.version, booking.pool_slot.claimed) == ("booked", 1, 1)
    assert Message.objects.count() == 1


def test_a_moment_before_the_cut_off_it_still_goes(cast: World) -> None:
    booking = made(cast, cancel_until=timezone.now() + timedelta(seconds=5))

    assert cancel_by_resident(booking).status == "cancelled"


def test_cancelling_twice_is_stale_and_gives_one_place_back(cast: World) -> None:
    booking = made(cast)
    cancel_by_resident(booking)

    with pytest.raises(Refusal, match="stale_state") as told:
        cancel_by_referrer(booking.public_id, expected_version=1, reason="patient", by=cast.doctor)

    assert told.value.current == {"status": "cancelled", "version": 2}
    assert CoolingPlace.objects.count() == 1


def test_cancelling_needs_a_right_in_force_and_ones_own_unit(cast: World) -> None:
    booking = made(cast)
    elsewhere = institution(cast.district, "月坛社区卫生服务中心", "月坛", kind="centre", level="9")
    stranger = referring_post("王芳", elsewhere, cast.admin, cast.zhou.right.target_grants.get().alliance)

    with pytest.raises(Refusal, match="not_found"):
        cancel_by_referrer(booking.public_id, expected_version=1, reason="patient", by=acting_as(stranger.user, stranger))
    rights.revoke(cast.zhou.right, by=cast.district_admin, reason="moved")
    with pytest.raises(Refusal, match="right_not_in_force"):
        cancel_by_referrer(booking.public_id, expected_version=1, reason="patient", by=cast.doctor)

    booking.refresh_from_db()
    assert booking.status == "booked"


def test_the_locks_come_in_the_houses_order(cast: World) -> None:
    booking = made(cast)

    with CaptureQueriesContext(connection) as queries:
        cancel_by_referrer(booking.public_id, expected_version=1, reason="patient", by=cast.doctor)

    locks = [query["sql"].split('FROM "')[1].split('"')[0] for query in queries.captured_queries if "FOR NO KEY UPDATE" in query["sql"]]
    assert locks == [
        "permissions_referralright", "referral_patient", "reserved_pools_poolslot", "referral_referral", "referral_booking",
    ]  # fmt: skip


def test_telling_all_four_things_is_recorded_once(cast: World) -> None:
    booking = made(cast)

    first = tell(booking.public_id, frozenset(FOUR_THINGS), by=cast.doctor)
    second = tell(booking.public_id, frozenset(FOUR_THINGS), by=cast.colleague)

    assert (second.told_by, second.told_at) == (cast.zhou, first.told_at)
    assert AuditEntry.objects.filter(verb="booking.tell").count() == 1


def test_telling_three_of_four_is_not_enough(cast: World) -> None:
    booking = made(cast)

    with pytest.raises(Refusal, match="invalid_input"):
        tell(booking.public_id, frozenset(FOUR_THINGS[:3]), by=cast.doctor)

    booking.refresh_from_db()
    assert booking.told_at is None
