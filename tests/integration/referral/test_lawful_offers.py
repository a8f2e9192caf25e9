"""What is offered instead of a refused place is lawful, however large the department; the calendar ends where each hospital says."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from clinics import mirror
from clinics.models import PolicyRow, Slot
from referral.booking.book import book
from referral.booking.models import Booking
from referral.booking.move import move, offered_to_resident
from referral.booking.override_models import RuleOverride
from referral.cases.models import Referral
from referral.credit.models import Restriction
from reserved_pools.models import PoolSlot
from reserved_pools.queries import Wanted, availability, earliest_day, half_days
from tests.cast import bearer, sign_in
from tests.cast_referral import BONES, HEART, SUGAR, today
from tests.cast_ways_out import Out, a_key, out
from tests.nothing_written import refused
from vault.refusal import Refusal

pytestmark = pytest.mark.django_db
BANDS = 21  # more than two hundred in ten days


@pytest.fixture
def cast(db: None) -> Out:
    return out()


def in_days(number: int) -> Any:
    return today() + timedelta(days=number)


def busy(cast: Out, days: range, **fields: Any) -> None:
    """The department has a session of many bands on each of these days."""
    for day in days:
        first = cast.place(day, **fields)
        starts = [first.starts_at + timedelta(minutes=20 * number) for number in range(1, BANDS)]
        slots = Slot.objects.bulk_create(
            Slot(session=first.slot.session, starts_at=at, ends_at=at + timedelta(minutes=20), capacity=9) for at in starts
        )
        PoolSlot.objects.bulk_create(copied(first, slot) for slot in slots)


def copied(first: PoolSlot, slot: Slot) -> PoolSlot:
    kept = {one.attname: getattr(first, one.attname) for one in first._meta.concrete_fields if one.name not in ("id", "public_id")}
    return PoolSlot(**(kept | {"slot_id": slot.pk, "starts_at": slot.starts_at, "ends_at": slot.ends_at}))


def booked(cast: Out, place: PoolSlot, referral: Referral) -> Booking:
    made = book(referral=referral.public_id, pool_slot=place.public_id, version=referral.version, key=str(uuid4()), by=cast.doctor)
    return Booking.objects.get(public_id=made)


def refusal_of(code: str, cast: Out, place: PoolSlot, referral: Referral) -> Refusal:
    return refused(code, lambda: booked(cast, place, referral))


def horizon(value: str, **owner: Any) -> PolicyRow:
    return PolicyRow.objects.create(
        parameter="booking_horizon_days", value=value, valid_from=today(), source="院内规则", quote="只预约一周", status="in_force", **owner
    )  # fmt: skip


def restrict(cast: Out, patient: Any, hospital: Any) -> None:
    now = timezone.now()
    Restriction.objects.create(
        patient=patient, institution=hospital, reason="多次未取号", set_by=cast.world.admin, valid_from=now,
        valid_to=now + timedelta(days=30),
    )  # fmt: skip


def exception(cast: Out, referral: Referral, rule: str) -> RuleOverride:
    return RuleOverride.objects.create(
        referral=referral, rule=rule, reason="病情需要", evidence="会诊意见", status="granted", asked_by=cast.world.zhou.user,
        decided_by=cast.world.admin, valid_to=timezone.now() + timedelta(days=3),
    )  # fmt: skip


def test_of_a_large_department_the_days_nearest_to_the_one_wanted_are_offered(cast: Out) -> None:
    busy(cast, range(1, 13))
    full = cast.place(12, places=1, claimed=1, hour=7)

    offered = refusal_of("slot_not_available", cast, full, cast.world.referral()).current["alternatives"]

    assert [row["visit_date"] for row in offered] == [in_days(day) for day in (12, 11, 10, 9, 8)]


def test_beside_the_next_possible_day_stands_a_place_on_it(cast: Out) -> None:
    patient = cast.world.patient()
    for day, code in ((2, SUGAR), (3, BONES), (5, SUGAR)):
        booked(cast, cast.place(day, code=code), cast.world.referral(patient))
    busy(cast, range(1, 14))

    refusal = refusal_of(
        "limit_reached", cast, PoolSlot.objects.filter(visit_date=in_days(4), standard_code=HEART)[0], cast.world.referral(patient)
    )

    (violation,) = refusal.violations
    assert (violation.rule, violation.next_date) == ("R017", in_days(9))
    assert [row["visit_date"] for row in refusal.current["alternatives"]] == [in_days(day) for day in (9, 10, 11, 12, 13)]


def test_no_hospital_that_restricts_her_is_offered(cast: Out) -> None:
    referral, other = cast.world.referral(), cast.world.other_hospital
    restrict(cast, referral.patient, other)
    full, elsewhere, here = cast.place(3, places=1, claimed=1), cast.place(3, institution=other), cast.place(5)

    offered = refusal_of("slot_not_available", cast, full, referral).current["alternatives"]

    assert [row["id"] for row in offered] == [here.public_id]
    assert refusal_of("banned", cast, elsewhere, referral).violations[0].rule == "R027"


def test_instead_of_a_move_the_time_that_is_booked_already_is_not_offered(cast: Out) -> None:
    old, other, full = cast.place(3), cast.place(5), cast.place(4, places=1, claimed=1)
    booking = booked(cast, old, cast.world.referral())

    refusal = refused(
        "slot_not_available", lambda: move(booking.public_id, pool_slot=full.public_id, expected_version=1, key=a_key(), by=cast.doctor)
    )

    assert [row["id"] for row in refusal.current["alternatives"]] == [other.public_id]


@pytest.mark.parametrize("owner", ["hospital", "department"])
def test_what_a_hospital_does_not_let_book_yet_is_neither_offered_nor_shown_as_free(cast: Out, owner: str) -> None:
    shorter = {"hospital": {"institution": cast.world.other_hospital}, "department": {"department": None}}[owner]
    far, near = cast.place(9, institution=cast.world.other_hospital), cast.place(7, institution=cast.world.other_hospital)
    own, full = cast.place(11), cast.place(9, places=1, claimed=1)
    horizon("7", **({"department": far.department} if owner == "department" else shorter))

    offered = refusal_of("slot_not_available", cast, full, cast.world.referral()).current["alternatives"]
    wanted = Wanted(in_days(8), in_days(14), department=HEART)
    calendar = half_days(cast.doctor, wanted, today=today())
    cells = {(row.institution, cell.date): cell.state for row in calendar.rows for cell in row.mornings if cell.state != "none"}

    assert [row["id"] for row in offered] == [near.public_id, own.public_id]
    assert [row["id"] for row in availability(cast.doctor, wanted, today=today())] == [own.public_id]
    assert earliest_day(cast.doctor, wanted, today()) == in_days(11)
    assert cells[far.institution.public_id, in_days(9)] == "not_open"
    assert cells[own.institution.public_id, in_days(11)] == "open"


def hours_of(owner: Any, begin: int, end: int) -> None:
    """Places are booked between so many hours from now and so many; the clock may run past midnight."""
    now = timezone.localtime()
    for parameter, hours in (("service_hours_from", begin), ("service_hours_to", end)):
        PolicyRow.objects.create(
            parameter=parameter, value=f"{now + timedelta(hours=hours):%H:%M}", valid_from=today(), source="院内规则",
            status="in_force", **owner,
        )  # fmt: skip


def test_when_one_hospital_is_closed_at_this_hour_an_open_one_is_offered(cast: Out) -> None:
    closed, elsewhere = cast.place(3), cast.place(5, institution=cast.world.other_hospital)
    hours_of({"institution": cast.world.hospital}, 1, 2)

    refusal = refusal_of("outside_service_hours", cast, closed, cast.world.referral())

    assert [one.rule for one in refusal.violations] == ["R142"]
    assert [row["id"] for row in refusal.current["alternatives"]] == [elsewhere.public_id]
    assert Booking.objects.count() == 0


def test_a_hospital_that_is_closed_at_this_hour_is_not_offered(cast: Out) -> None:
    full, here = cast.place(3, places=1, claimed=1), cast.place(5)
    cast.place(3, institution=cast.world.other_hospital)
    hours_of({"institution": cast.world.other_hospital}, 1, 2)

    offered = refusal_of("slot_not_available", cast, full, cast.world.referral()).current["alternatives"]

    assert [row["id"] for row in offered] == [here.public_id]
    wanted = Wanted(in_days(1), in_days(14), department=HEART)
    assert [row["id"] for row in availability(cast.doctor, wanted, today=today())] == [here.public_id]


def test_a_hospital_with_hours_of_its_own_is_open_while_its_district_is_closed(cast: Out) -> None:
    full, here = cast.place(3, places=1, claimed=1), cast.place(5)
    cast.place(3, institution=cast.world.other_hospital)
    hours_of({"district": cast.world.district}, 1, 2)
    hours_of({"institution": cast.world.hospital}, -1, 2)

    offered = refusal_of("slot_not_available", cast, full, cast.world.referral()).current["alternatives"]

    assert [row["id"] for row in offered] == [here.public_id]


def test_a_resident_is_offered_every_lawful_time_and_no_other(cast: Out) -> None:
    old = cast.ahead(5)
    for day, code in ((3, SUGAR), (3, BONES)):
        booked(cast, cast.place(day, code=code), cast.world.referral(old.patient))
    busy(cast, range(2, 15))

    offered = offered_to_resident(old)

    days = {row["visit_date"] for row in offered}
    assert days == {in_days(day) for day in range(2, 15) if day != 3}
    assert len(offered) == len({row["starts_at"] for row in offered}) == 12 * BANDS - 1  # all but the time she has


def test_a_resident_is_told_in_her_own_words_what_stands_in_the_way(client: Any, cast: Out) -> None:
    cast.let_residents_move()
    old = cast.ahead(5)
    taken = cast.place(7, places=1, claimed=1)
    cast.place(8)
    client.post(reverse("resident"), {"number": old.number, "code": old.confirmation_code})
    sent = {"pool_slot": str(taken.public_id), "idempotency_key": a_key()}

    full = client.post(reverse("resident_move_booking"), sent)
    restrict(cast, old.patient, old.institution)
    stopped = client.get(reverse("resident_move_booking"))

    assert "这个时间刚刚被别人预约了" in full.content.decode()
    assert full.context["days"]
    assert (stopped.status_code, stopped.context["days"]) == (200, [])
    text = stopped.content.decode()
    assert "本院暂不接受您的新预约" in text
    assert "协调员" not in text


# The days behind the horizon.


def test_an_exception_from_the_horizon_is_asked_for_and_used_by_clicking(client: Any, cast: Out) -> None:
    referral, late = cast.world.referral(), cast.place(17)
    cast.place(3)
    sign_in(client, cast.world.zhou.user, cast.world.zhou)
    address = reverse("book", args=[referral.public_id])

    usual = client.get(address, {"department": HEART})
    further = client.get(f"{address}?{usual.context['later'].link}")
    cell = next(one for row in further.context["matrix"].rows for one in row.lines[0].cells if one.day == late.visit_date)
    sent = {"pool_slot": str(late.public_id), "version": "1", "idempotency_key": a_key()}
    no = client.post(f"{address}?{further.context['query']}&cell={cell.key}", sent)
    exception(cast, referral, "R106")
    opened = client.get(address, {"department": HEART})
    yes = client.post(address, sent | {"idempotency_key": a_key()})

    assert (len(usual.context["matrix"].days), len(further.context["matrix"].days), cell.is_free) == (14, 17, True)
    assert (no.status_code, [one.rule for one in no.context["refusal"].violations]) == (422, ["R106"])
    assert f"slot={late.public_id}" in no.context["ask_exception"]
    assert (len(opened.context["matrix"].days), opened.context["later"].opened, yes.status_code) == (17, True, 302)


def test_a_program_finds_the_days_behind_the_horizon_only_when_it_asks_for_them(client: Any, cast: Out) -> None:
    late, how = cast.place(17), bearer(cast.world.zhou.user, cast.world.zhou)
    span = {"from": in_days(15).isoformat(), "to": in_days(20).isoformat()}

    usual = client.get("/api/v1/availability", span, headers=how).json()
    further = client.get("/api/v1/availability", span | {"beyond": "1"}, headers=how).json()
    wrong = client.get("/api/v1/availability", {"asked": in_days(1).isoformat()}, headers=how)

    assert (usual["results"], usual["promise"]["earliest"]) == ([], None)
    assert [row["id"] for row in further["results"]] == [str(late.public_id)]
    assert (wrong.status_code, wrong.json()["violations"][0]["field"]) == (400, "asked")


# The clock of the promise.


def test_everywhere_the_promise_counts_from_the_request_and_says_its_own_number(client: Any, cast: Out) -> None:
    PolicyRow.objects.create(
        parameter="promise_days", district=cast.world.district, value="4", valid_from=in_days(-9), source="区卫健委", status="in_force"
    )
    referral, old, asked = cast.world.referral(), cast.ahead(5), timezone.now() - timedelta(days=2)
    Referral.objects.update(created_at=asked)
    full, kept, late = cast.place(3, places=1, claimed=1), cast.place(2), cast.place(3, hour=9)
    how = bearer(cast.world.zhou.user, cast.world.zhou)
    sign_in(client, cast.world.zhou.user, cast.world.zhou)

    offered = {row["id"]: row["keeps_promise"] for row in refusal_of("slot_not_available", cast, full, referral).current["alternatives"]}
    moving = client.get(reverse("booking_move", args=[old.public_id])).context
    told = client.get("/api/v1/availability", {"asked": in_days(-2).isoformat()}, headers=how).json()
    page = client.get(reverse("book", args=[referral.public_id]), {"department": HEART})

    assert (offered[kept.public_id], offered[late.public_id]) == (True, False)
    assert (moving["matrix"].promised_until, page.context["matrix"].promised_until) == (in_days(2), in_days(2))
    found = {row["id"]: row["keeps_promise"] for row in told["results"]}
    assert (found[str(kept.public_id)], found[str(late.public_id)], told["promise"]["until"]) == (True, False, in_days(2).isoformat())
    text = page.content.decode()
    assert ("4 日内" in text, "三日内" in text) == (True, False)


@pytest.fixture(autouse=True)
def mirrored(cast: Out) -> None:
    with transaction.atomic():
        mirror.mirror([cast.world.zhou.user_id])
