"""One booking on real PostgreSQL: what it writes, what it refuses, and that a refusal leaves nothing behind."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction
from django.utils import timezone

from clinics import rights
from clinics.mirror import mirror
from clinics.models import PolicyRow
from referral.booking.book import book
from referral.booking.models import Booking
from referral.booking.read import Row
from referral.cases.models import Referral
from reserved_pools.models import PlaceEvent, PoolSlot
from tests.cast_referral import BONES, SUGAR, World, acting_as, institution, referring_post, today, world
from vault.models import AuditEntry, Event, IdempotencyKey, Message
from vault.refusal import Refusal

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(django_db_setup: None, db: None) -> World:
    return world()


def booked(cast: World, written: Referral, place: PoolSlot, **changes: Any) -> UUID:
    wanted = {"referral": written.public_id, "pool_slot": place.public_id, "version": written.version, "by": cast.doctor}
    return book(**({"key": str(uuid4())} | wanted | changes))


def footprint() -> dict[str, int]:
    """How much of a booking is in the database."""
    tables = (Booking, Event, AuditEntry, Message, IdempotencyKey, PlaceEvent)
    claimed = sum(PoolSlot.objects.values_list("claimed", flat=True))
    return {table.__name__: table.objects.count() for table in tables} | {"claimed": claimed}


def test_a_lawful_booking_leaves_every_row_once(cast: World) -> None:
    referral, place = cast.referral(), cast.place()

    booking = Booking.objects.get(public_id=booked(cast, referral, place, key="the-first-key"))

    referral.refresh_from_db()
    place.refresh_from_db()
    assert (booking.status, referral.status, referral.version, place.claimed) == ("booked", "booked", 2, 1)
    assert (booking.number, booking.patient_id, booking.pool_slot_id) == (referral.number, referral.patient_id, place.pk)
    assert (booking.institution_id, booking.standard_code, booking.visit_date) == (cast.hospital.pk, "03.04", place.visit_date)
    assert (booking.right_id, booking.post_id, booking.title) == (cast.zhou.right_id, cast.zhou.pk, "attending")
    assert booking.cancel_until == place.closes_at
    assert booking.policy["limit_7_days"] == {"value": "3", "level": "city", "row": None}
    assert footprint() == {
        "Booking": 1, "Event": 2, "AuditEntry": 1, "Message": 1, "IdempotencyKey": 1, "PlaceEvent": 1, "claimed": 1,
    }  # fmt: skip
    message = Message.objects.get()
    assert (message.template, message.about, message.version, message.phone) == (
        "referral_booked", booking.public_id, 1, referral.patient.phone,
    )  # fmt: skip
    assert booking.confirmation_code[:4] in message.params
    assert "陈女士" in message.params
    assert "秀兰" not in message.params


def test_the_functions_row_is_the_row_python_reads(cast: World) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM booking_facts(0, 0, %s, %s, %s, '', '{}')", [uuid4(), uuid4(), uuid4()])
        columns = tuple(column.name for column in cursor.description)

    assert columns == Row._fields


@pytest.mark.django_db(transaction=True)
def test_a_booking_is_two_statements_between_begin_and_commit(django_assert_num_queries: Any) -> None:
    cast = world()
    referral, place = cast.referral(), cast.place()

    with django_assert_num_queries(4) as queries:
        booked(cast, referral, place)

    told = [query["sql"].split("(")[0] for query in queries.captured_queries]
    assert told == ["BEGIN", "SELECT * FROM booking_facts", "SELECT booking_write", "COMMIT"]


def test_the_same_key_gives_the_same_booking_again(cast: World) -> None:
    referral, place = cast.referral(), cast.place()

    first = booked(cast, referral, place, key="same-key")
    before = footprint()
    second = booked(cast, referral, place, key="same-key")

    assert first == second
    assert footprint() == before


def test_the_same_key_with_another_place_is_refused(cast: World) -> None:
    referral, place, other = cast.referral(), cast.place(), cast.place(5)
    booked(cast, referral, place, key="same-key")
    before = footprint()

    with pytest.raises(Refusal, match="idempotency_mismatch"):
        booked(cast, referral, other, key="same-key")

    assert footprint() == before


def test_a_replay_needs_the_right_still(cast: World) -> None:
    referral, place = cast.referral(), cast.place()
    booked(cast, referral, place, key="same-key")
    rights.suspend(cast.zhou.right, by=cast.district_admin, reason="leave")

    with pytest.raises(Refusal, match="right_not_in_force"):
        booked(cast, referral, place, key="same-key")


def test_a_key_of_another_doctor_opens_nothing(cast: World) -> None:
    first, second = cast.referral(), cast.referral()
    place = cast.place()
    booked(cast, first, place, key="same-key")

    other = booked(cast, second, place, key="same-key", by=cast.colleague)

    assert Booking.objects.get(public_id=other).referral_id == second.pk


def test_an_old_version_of_the_referral_is_stale(cast: World) -> None:
    referral, place = cast.referral(), cast.place()
    Referral.objects.filter(pk=referral.pk).update(version=2)
    before = footprint()

    with pytest.raises(Refusal, match="stale_state") as told:
        booked(cast, referral, place)

    assert told.value.current == {"status": "draft", "version": 2}
    assert footprint() == before


@pytest.mark.parametrize("take", [rights.suspend, rights.revoke], ids=["suspended", "revoked"])
def test_a_right_taken_away_cannot_book(cast: World, take: Any) -> None:
    referral, place = cast.referral(), cast.place()
    take(cast.zhou.right, by=cast.district_admin, reason="misconduct", note="投诉核查")
    before = footprint()

    with pytest.raises(Refusal, match="right_not_in_force") as told:
        booked(cast, referral, place)

    assert [violation.rule for violation in told.value.violations] == ["R045"]
    assert footprint() == before


def test_a_right_past_its_last_moment_cannot_book_though_nobody_marked_it(cast: World) -> None:
    referral, place = cast.referral(), cast.place()
    type(cast.zhou.right).objects.filter(pk=cast.zhou.right_id).update(valid_to=timezone.now() - timedelta(seconds=1))

    with pytest.raises(Refusal, match="right_not_in_force"):
        booked(cast, referral, place)


@pytest.mark.parametrize("change", ["ended", "run out", "not begun", "elsewhere"])
def test_a_grant_that_does_not_hold_today_reaches_nothing(cast: World, change: str) -> None:
    referral, place = cast.referral(), cast.place()
    grants, now = cast.zhou.right.target_grants, timezone.now()
    stranger = institution(cast.district, "协和医院", "协和")
    changes = {
        "ended": {"ended_at": now},
        "run out": {"valid_to": now},
        "not begun": {"valid_from": now + timedelta(hours=1)},
        "elsewhere": {"alliance": None, "institution": stranger},
    }
    grants.update(**changes[change])

    with pytest.raises(Refusal, match="no_grant_on_target"):
        booked(cast, referral, place)


@pytest.mark.parametrize("target", ["institution", "department"])
def test_a_grant_may_name_one_hospital_or_one_department(cast: World, target: str) -> None:
    referral, place = cast.referral(), cast.place()
    cast.zhou.right.target_grants.update(alliance=None, **{target: getattr(place, target)})

    assert booked(cast, referral, place)


def test_three_broken_rules_are_refused_at_once(cast: World) -> None:
    patient = cast.patient(contract=False)
    seen = cast.encounter(patient, seen_at=timezone.now() - timedelta(days=20))
    referral = cast.referral(patient, encounter=seen)
    place = cast.place(20)
    before = footprint()

    with pytest.raises(Refusal, match="encounter_required") as told:
        booked(cast, referral, place)

    assert [(v.code, v.rule, v.count, v.limit) for v in told.value.violations] == [
        ("encounter_required", "R050", 20, 7),
        ("contract_required", "R118", None, None),
        ("outside_horizon", "R106", 20, 14),
    ]
    assert footprint() == before


def test_a_visit_to_a_colleague_of_the_care_team_counts(cast: World) -> None:
    patient = cast.patient()
    seen = cast.encounter(patient, post=cast.shen)

    assert booked(cast, cast.referral(patient, encounter=seen), cast.place())


def test_a_visit_to_a_doctor_outside_the_care_team_does_not_count(cast: World) -> None:
    cast.team.doctors.remove(cast.shen.user)
    patient = cast.patient()
    seen = cast.encounter(patient, post=cast.shen)

    with pytest.raises(Refusal, match="encounter_required"):
        booked(cast, cast.referral(patient, encounter=seen), cast.place())


def test_a_station_answers_to_its_centre(cast: World) -> None:
    station = institution(cast.district, "德胜马甸社区卫生服务站", "马甸站", kind="station", level="9", parent=cast.centre)
    cast.zhou.institution = station
    cast.zhou.save()

    assert booked(cast, cast.referral(), cast.place())


def test_another_centres_referral_looks_like_none(cast: World) -> None:
    referral, place = cast.referral(), cast.place()
    elsewhere = institution(cast.district, "月坛社区卫生服务中心", "月坛", kind="centre", level="9")
    stranger = referring_post("王芳", elsewhere, cast.admin, cast.zhou.right.target_grants.get().alliance)

    with pytest.raises(Refusal, match="not_found"):
        booked(cast, referral, place, by=acting_as(stranger.user, stranger))
    with pytest.raises(Refusal, match="not_found"):
        booked(cast, referral, place, referral=uuid4())
    with pytest.raises(Refusal, match="not_found"):
        booked(cast, referral, place, pool_slot=uuid4())


def test_a_third_booking_on_one_day_is_refused_with_count_quote_and_another_day(cast: World) -> None:
    patient = cast.patient()
    booked(cast, cast.referral(patient), cast.place(code=SUGAR))
    booked(cast, cast.referral(patient), cast.place(code=BONES, hour=10))
    elsewhere = cast.place(4)

    with pytest.raises(Refusal, match="limit_reached") as told:
        booked(cast, cast.referral(patient), cast.place(hour=11))

    (violation,) = told.value.violations
    assert (violation.rule, violation.count, violation.limit) == ("R108", 2, 2)
    assert violation.quote == "同一就诊日的预约总量不得超过2次,且在同一医疗机构的同一科室只能预约1次"
    assert violation.next_date == today() + timedelta(days=4)
    assert "2" in str(violation.message)
    assert elsewhere.claimed == 0


def test_cancelled_and_moved_bookings_do_not_count_and_attended_ones_do(cast: World) -> None:
    patient = cast.patient()
    for ahead, target in ((3, "cancelled"), (4, "moved"), (5, "noshow")):
        made = Booking.objects.filter(public_id=booked(cast, cast.referral(patient), cast.place(ahead, code=SUGAR)))
        made.update(status=target, cancel_cause="by_referrer" if target == "cancelled" else "")
    for ahead in (6, 7):
        assert booked(cast, cast.referral(patient), cast.place(ahead, code=BONES))

    with pytest.raises(Refusal, match="limit_reached") as told:
        booked(cast, cast.referral(patient), cast.place(8))

    assert [(violation.rule, violation.count) for violation in told.value.violations] == [("R017", 3)]


def test_a_full_place_is_refused_with_the_nearest_lawful_others(cast: World) -> None:
    with transaction.atomic():
        mirror([cast.zhou.user_id])
    full = cast.place(places=1, claimed=1)
    later, sooner, elsewhere = cast.place(6), cast.place(4), cast.place(3, institution=cast.other_hospital)
    cast.place(3, code=SUGAR)

    with pytest.raises(Refusal, match="slot_not_available") as told:
        booked(cast, cast.referral(), full)

    assert [row["id"] for row in told.value.current["alternatives"]] == [elsewhere.public_id, sooner.public_id, later.public_id]
    assert [violation.rule for violation in told.value.violations] == ["R019"]


def test_a_place_that_closed_a_moment_ago_is_not_taken(cast: World) -> None:
    referral, place = cast.referral(), cast.place(closed_at=timezone.now())
    before = footprint()

    with pytest.raises(Refusal, match="slot_not_available"):
        booked(cast, referral, place)

    assert footprint() == before


def test_a_resident_with_a_landline_only_gets_no_message_but_a_booking(cast: World) -> None:
    patient = cast.patient()
    landline = {"phone": "", "phone_hash": "", "phone_tail": "", "landline": "010-82000001", "landline_tail": "0001"}
    type(patient).objects.filter(pk=patient.pk).update(**landline)

    booking = booked(cast, cast.referral(patient), cast.place())

    assert Booking.objects.get(public_id=booking).status == "booked"
    assert Message.objects.get().state == "withheld"


def test_a_hospitals_stricter_policy_decides_and_is_kept_on_the_booking(cast: World) -> None:
    row = PolicyRow.objects.create(
        parameter="cancel_cutoff", institution=cast.hospital, value="14:00", valid_from=today(), source="医院规定", status="in_force"
    )
    place = cast.place()

    booking = Booking.objects.get(public_id=booked(cast, cast.referral(), place))

    assert booking.cancel_until == place.closes_at - timedelta(hours=1)
    assert booking.policy["cancel_cutoff"] == {"value": "14:00:00", "level": "institution", "row": row.pk}


def test_a_manager_cannot_book(cast: World) -> None:
    cast.zhou.kind, cast.zhou.right = "manager", None

    with pytest.raises(Refusal, match="right_not_in_force"):
        booked(cast, cast.referral(), cast.place())
