"""Races on real PostgreSQL, each thread on its own connection: no limit is ever broken, nothing is sold twice, nothing deadlocks."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from clinics import rights
from permissions.acting import Acting
from referral.booking.book import book
from referral.booking.cancel import cancel_by_referrer
from referral.booking.models import Booking
from referral.cases.models import Referral
from reserved_pools.models import PoolSlot
from tests.cast_referral import BONES, HEART, SUGAR, World, acting_as, referring_post, world
from tests.database import as_owner
from tests.racing import deadlocks, race
from vault.models import Event, IdempotencyKey, Message
from vault.sqlfiles import read

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cast(transactional_db: None) -> World:
    return world()


def booking(cast: World, written: Referral, place: PoolSlot, **changes: Any) -> Callable[[], Any]:
    wanted = {"referral": written.public_id, "pool_slot": place.public_id, "version": written.version, "by": cast.doctor}
    arguments = wanted | {"key": str(uuid4())} | changes
    return lambda: "booked" if book(**arguments) else ""


def test_the_last_places_go_to_exactly_as_many(cast: World) -> None:
    place = cast.place(places=3)
    acts = [booking(cast, cast.referral(), place, by=doctor) for doctor in (cast.doctor, cast.colleague) * 4]
    before = deadlocks()

    answers = race(acts)

    assert Counter(answers) == {"booked": 3, "slot_not_available": 5}
    place.refresh_from_db()
    assert (place.claimed, Booking.objects.count(), Message.objects.count()) == (3, 3, 3)
    assert deadlocks() == before


def test_one_key_many_times_at_once_is_one_booking(cast: World) -> None:
    referral, place = cast.referral(), cast.place()

    answers = race([booking(cast, referral, place, key="the-one-key") for _ in range(6)])

    assert answers == ["booked"] * 6
    place.refresh_from_db()
    assert (place.claimed, Booking.objects.count(), IdempotencyKey.objects.count()) == (1, 1, 1)


def test_one_referral_booked_by_two_doctors_at_once_is_one_booking(cast: World) -> None:
    referral = cast.referral()
    acts = [booking(cast, referral, cast.place(ahead), by=by) for ahead, by in ((3, cast.doctor), (4, cast.colleague))]

    answers = race(acts)

    assert Counter(answers) == {"booked": 1, "stale_state": 1}
    assert sum(PoolSlot.objects.values_list("claimed", flat=True)) == 1


LIMITS = {
    "two a day": [(3, HEART), (3, SUGAR), (3, BONES)],
    "three in seven days": [(2, HEART), (4, SUGAR), (6, BONES), (8, "10")],
    "three in seven days, same department": [(2, HEART), (4, HEART), (6, HEART), (8, HEART)],
}


def crowd(cast: World, plan: list[tuple[int, str]]) -> list[Callable[[], Any]]:
    """One booking for each day and department, all of one resident, by two doctors in turn, each with a right of her own."""
    patient = cast.patient()
    doctors = (cast.doctor, cast.colleague)
    return [
        booking(cast, cast.referral(patient), cast.place(ahead, code=code, hour=8 + index), by=doctors[index % 2])
        for index, (ahead, code) in enumerate(plan)
    ]


@pytest.mark.parametrize("plan", LIMITS.values(), ids=LIMITS.keys())
def test_bookings_that_together_break_a_limit_do_not_all_pass(cast: World, plan: list[tuple[int, str]]) -> None:
    before = deadlocks()

    for _round in range(4):
        answers = race(crowd(cast, plan))

        assert Counter(answers) == {"booked": len(plan) - 1, "limit_reached": 1}
    assert over_any_limit() == 0
    assert deadlocks() == before


def test_merging_lock_and_count_into_one_statement_is_caught(cast: World) -> None:
    """The mutant of DESIGN.md 4: its snapshot is older than the lock it waits for. If this finds nothing, the races above prove nothing."""
    with mutant(merged):
        for _round in range(60):
            race(crowd(cast, LIMITS["two a day"]))
            if over_any_limit():
                return

    pytest.fail("sixty rounds broke no limit")


def over_any_limit() -> int:
    """How many (patient, day) have more than two bookings, and (patient, window of seven days) more than three."""
    broken = 0
    days: dict[int, list[date]] = {}
    for patient, day in Booking.objects.filter(status="booked").values_list("patient_id", "visit_date"):
        days.setdefault(patient, []).append(day)
    for visits in days.values():
        broken += sum(count > 2 for count in Counter(visits).values())
        broken += sum(sum(0 <= (other - day).days < 7 for other in visits) > 3 for day in set(visits))
    return broken


def merged(text: str) -> str:
    """The same function with the patient locked inside the statement that counts, as one would write it without thinking."""
    apart = "    PERFORM 1 FROM referral_patient p WHERE p.id = v_patient FOR NO KEY UPDATE;\n"
    assert apart in text
    plain = "    JOIN referral_patient p ON p.id = r.patient_id\n"
    assert plain in text
    locked = (
        "    JOIN (SELECT * FROM referral_patient WHERE id ="
        " (SELECT patient_id FROM referral_referral WHERE public_id = p_referral) FOR NO KEY UPDATE) p ON p.id = r.patient_id\n"
    )
    return text.replace(apart, "").replace(plain, locked)


@contextmanager
def mutant(change: Callable[[str], str]) -> Iterator[None]:
    """The changed text of booking_facts in the database, and the right one again afterwards."""
    original = read("referral", "booking_facts.sql")
    install(change(original))
    try:
        yield
    finally:
        install(original)


def install(text: str) -> None:
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("SELECT oid::regprocedure::text FROM pg_proc WHERE proname = 'booking_facts'")
        for (signature,) in cursor.fetchall():
            cursor.execute(f"DROP FUNCTION {signature}")
        cursor.execute(text, None)


def test_no_booking_commits_after_the_revocation_of_its_right(cast: World) -> None:
    late = 0
    before = deadlocks()
    alliance = cast.zhou.right.target_grants.get().alliance
    for _round in range(6):
        post = fresh_doctor(cast, alliance)
        acts = [booking(cast, cast.referral(), cast.place(ahead), by=post) for ahead in (2, 3, 4, 5)]

        answers = race([*acts, revoking(cast, post)])

        assert answers[-1] == "revoked"
        assert set(answers[:-1]) <= {"booked", "right_not_in_force"}
        late += booked_after_revocation(post)
    assert late == 0
    assert deadlocks() == before


def revoking(cast: World, by: Acting) -> Callable[[], Any]:
    assert by.post is not None
    return lambda: rights.revoke(by.post.right, by=cast.district_admin, reason="misconduct", note="投诉核查").status


def fresh_doctor(cast: World, alliance: Any) -> Acting:
    """Another doctor of the team with a right of her own."""
    post = referring_post("林静", cast.centre, cast.admin, alliance)
    cast.team.doctors.add(post.user)
    return acting_as(post.user, post)


def booked_after_revocation(by: Acting) -> int:
    """Bookings under a right whose transaction is newer than the one that revoked it, by the order of the right's lock."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM vault_event made JOIN referral_booking b ON b.public_id = made.object_id"
            " JOIN permissions_referralright r ON r.id = b.right_id"
            " JOIN vault_event gone ON gone.object_id = r.public_id AND gone.target = 'revoked'"
            " WHERE b.right_id = %s AND made.at > gone.at",
            [by.post.right_id],
        )
        return cursor.fetchone()[0]


def test_booking_and_cancelling_in_a_crowd_keeps_every_count(cast: World) -> None:
    places = [cast.place(ahead, places=2) for ahead in (3, 4)]
    for place in places:
        booking(cast, cast.referral(), place)()
    first = list(Booking.objects.values_list("public_id", flat=True))
    before = deadlocks()
    cancels = [
        lambda b=b: cancel_by_referrer(b, expected_version=1, reason="patient", by=cast.doctor).status for b in first for _ in range(2)
    ]

    answers = race([*cancels, *(booking(cast, cast.referral(), p, by=cast.colleague) for p in places for _ in range(3))])

    told = Counter(answers)
    assert told["cancelled"] == 2
    assert told["stale_state"] == 2
    assert sum(told.values()) == 10
    for place in PoolSlot.objects.all():
        live = Booking.objects.filter(pool_slot=place, status="booked").count()
        assert (place.claimed, place.cooling) == (live, 1)
    assert Event.objects.filter(kind="booking", target="cancelled").count() == 2
    assert deadlocks() == before
