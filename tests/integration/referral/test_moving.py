"""Moving a booking: linked, judged anew without the old one, one message, never a strike (R057, R148, R151, R200)."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clinics import rights
from referral.booking.models import Booking
from referral.booking.move import move, move_by_resident, offered_to_resident
from referral.inbox.models import Notice
from reserved_pools.models import CoolingPlace, PoolSlot
from tests.cast_referral import SUGAR, acting_as
from tests.cast_ways_out import Out, a_key, fresh, out, unbalanced
from vault.models import AuditEntry, Event, Message
from vault.refusal import Refusal

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(db: None) -> Out:
    return out()


def moved(cast: Out, booking: Booking, place: PoolSlot, **changes: Any) -> Booking:
    arguments = {"pool_slot": place.public_id, "expected_version": booking.version, "key": a_key(), "by": cast.doctor} | changes
    made: UUID = move(booking.public_id, **arguments)
    return fresh(Booking.objects.get(public_id=made))


def refused(cast: Out, booking: Booking, place: PoolSlot, code: str, **changes: Any) -> Refusal:
    before = (Booking.objects.count(), Message.objects.count(), place.claimed)
    with pytest.raises(Refusal) as told:
        moved(cast, booking, place, **changes)
    place.refresh_from_db()
    booking.refresh_from_db()
    assert told.value.code == code, told.value
    assert (Booking.objects.count(), Message.objects.count(), place.claimed) == before
    assert booking.status == "booked"
    return told.value


def test_a_move_links_both_bookings_and_gives_the_old_place_back(cast: Out) -> None:
    old, place = cast.ahead(), cast.place()

    new = moved(cast, old, place, by=cast.colleague)

    old.refresh_from_db()
    assert (old.status, old.cancel_cause, new.status, new.moved_from_id, new.number) == ("moved", "", "booked", old.pk, old.number)
    assert new.confirmation_code != old.confirmation_code
    assert new.slip_token != old.slip_token
    assert (old.pool_slot.claimed, old.pool_slot.cooling, new.pool_slot.claimed) == (0, 1, 1)
    assert CoolingPlace.objects.get().pool_slot_id == old.pool_slot_id
    assert (new.referral.status, new.referral.version) == ("booked", 3)
    told = Event.objects.filter(object_id=new.referral.public_id).order_by("id")
    assert list(told.values_list("event", flat=True)) == ["referral.booked", "referral.moved"]
    assert AuditEntry.objects.filter(verb="booking.move", object_id=old.public_id).count() == 1
    assert unbalanced() == []


def test_one_message_tells_old_and_new_time_and_the_new_code(cast: Out) -> None:
    old = cast.ahead()
    new = moved(cast, old, cast.place(), by=cast.colleague)

    assert list(Message.objects.filter(about=old.public_id).values_list("template", flat=True)) == ["referral_booked"]
    message = Message.objects.get(about=new.public_id)
    assert message.template == "referral_changed"
    assert f"{new.confirmation_code[:4]} {new.confirmation_code[4:]}" in message.params
    assert Notice.objects.get(kind="booking_moved").about == new.public_id  # the owner learns it; her colleague moved it


def test_the_old_booking_is_not_counted_when_the_new_place_is_judged(cast: Out) -> None:
    """Three in seven days are booked; moving one of them within the week is still three."""
    patient = cast.world.patient()
    bookings = []
    for ahead, code in ((4, "03.04"), (5, SUGAR), (6, "04.03")):
        bookings.append(cast.loop.booked(patient, code=code))
        place = cast.world.place(ahead, code=code)
        Booking.objects.filter(pk=bookings[-1].pk).update(
            visit_date=place.visit_date, starts_at=place.starts_at, ends_at=place.ends_at, pool_slot=place, cancel_until=place.closes_at
        )
        PoolSlot.objects.filter(pk=place.pk).update(claimed=1)
    first = fresh(bookings[0])

    new = moved(cast, first, cast.place(7))

    assert new.status == "booked"


def test_a_rule_the_new_day_breaks_refuses_the_move_with_other_times(cast: Out) -> None:
    patient = cast.world.patient()
    old = cast.loop.booked(patient, days=0)
    starts = timezone.now() + timedelta(days=3)
    Booking.objects.filter(pk=old.pk).update(starts_at=starts, ends_at=starts + timedelta(hours=1))
    old = fresh(old)
    place = cast.place(20)

    refusal = refused(cast, old, place, "outside_horizon")

    assert "alternatives" in refusal.current


def test_from_its_own_cut_off_on_a_booking_is_not_moved(cast: Out) -> None:
    """R148: 24 hours before the visit starts, and never later than cancelling (C10)."""
    old, place = cast.ahead(), cast.place()
    assert old.change_until == min(old.cancel_until, old.starts_at - timedelta(hours=24))
    soon = timezone.now() + timedelta(hours=24)
    Booking.objects.filter(pk=old.pk).update(starts_at=soon, ends_at=soon + timedelta(minutes=30))

    refusal = refused(cast, fresh(old), place, "past_cutoff")

    assert (refusal.violations[0].rule, refusal.violations[0].quote) == ("R148", "应提前至少24小时办理预约更改手续")
    assert cast.world.hospital.name in str(refusal.violations[0].remedy)
    later = soon + timedelta(seconds=5)
    Booking.objects.filter(pk=old.pk).update(starts_at=later, ends_at=later + timedelta(minutes=30))
    assert moved(cast, fresh(old), place).status == "booked"


def test_a_booking_stays_in_its_department_and_moves_somewhere(cast: Out) -> None:
    old = cast.ahead()

    refused(cast, old, cast.place(code=SUGAR), "invalid_input")
    same = refused(cast, old, old.pool_slot, "invalid_input")

    assert same.violations[0].field == "pool_slot"


def test_the_same_key_moves_once_and_another_body_is_refused(cast: Out) -> None:
    old, place, key = cast.ahead(), cast.place(), a_key()
    first = moved(cast, old, place, key=key)

    again = moved(cast, old, place, key=key)
    with pytest.raises(Refusal, match="idempotency_mismatch"):
        moved(cast, old, cast.place(7), key=key)

    assert (again.pk, Booking.objects.count()) == (first.pk, 2)
    with pytest.raises(Refusal, match="stale_state"):
        moved(cast, old, cast.place(7))


def test_who_may_not_book_may_not_move(cast: Out) -> None:
    old, place = cast.ahead(), cast.place()
    rights.revoke(cast.world.shen.right, by=cast.world.district_admin, reason="moved")

    refused(cast, old, place, "right_not_in_force", by=cast.colleague)
    refused(cast, old, place, "right_not_in_force", by=cast.cardiologist)
    stranger = acting_as(cast.loop.manager.user, cast.loop.manager.post)
    refused(cast, old, place, "right_not_in_force", by=stranger)


def test_a_question_of_the_hospital_is_answered_before_the_visit_is_moved(cast: Out) -> None:
    old = cast.ahead()
    type(old.referral).objects.filter(pk=old.referral_id).update(status="info_requested")

    refused(cast, old, cast.place(), "not_movable")


def test_a_resident_moves_only_where_her_hospital_lets_her(cast: Out) -> None:
    old, place = cast.ahead(), cast.place()
    with pytest.raises(Refusal, match="not_allowed"):
        move_by_resident(old, pool_slot=place.public_id, key=a_key())
    cast.let_residents_move()

    offered = [row["id"] for row in offered_to_resident(old)]
    made = move_by_resident(old, pool_slot=place.public_id, key="resident-key-1")
    again = move_by_resident(old, pool_slot=place.public_id, key="resident-key-1")

    new = Booking.objects.get(public_id=made)
    event = Event.objects.get(object_id=old.public_id, target="moved")
    assert offered == [place.public_id]
    assert (again, new.moved_from_id, new.post_id) == (made, old.pk, old.post_id)
    assert (event.actor_kind, event.actor_id) == ("patient", old.patient.public_id)
    assert Notice.objects.filter(kind="booking_moved", about=made).count() == 1


def test_the_locks_of_a_move_come_in_the_houses_order(cast: Out) -> None:
    old, place = cast.ahead(), cast.place()

    with CaptureQueriesContext(connection) as queries:
        moved(cast, old, place)

    said = [query["sql"] for query in queries.captured_queries]
    facts = next(at for at, sql in enumerate(said) if "booking_facts(" in sql)
    locks = [(at, sql.split('FROM "')[1].split('"')[0]) for at, sql in enumerate(said) if "FOR NO KEY UPDATE" in sql]
    assert [table for _at, table in locks] == ["reserved_pools_poolslot", "referral_referral", "referral_booking"]
    assert facts < locks[0][0]
    assert 'ORDER BY "reserved_pools_poolslot"."id"' in said[locks[0][0]]
