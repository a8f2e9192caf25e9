"""Places: reserved when published, claimed once, cooled when given back, returned at the cut-off."""

from datetime import UTC, date, datetime, timedelta
from random import Random
from uuid import uuid4

import pytest
from django.db import IntegrityError, InternalError, ProgrammingError, transaction
from django.db.models import Sum
from django.utils import timezone

from clinics.models import ClinicSession, PolicyRow, Slot
from reserved_pools import claims, release
from reserved_pools.models import CoolingPlace, PlaceEvent, PoolKind, PoolSlot
from reserved_pools.sessions.publishing import open_pools, publish
from tests.cast_clinics import (
    Places,
    a_coordinator,
    a_department,
    a_hospital,
    a_plan,
    a_pool,
    a_pool_slot,
    a_service,
    at,
    in_days,
    moved,
    moves_of,
    places_of,
    published,
)
from vault.refusal import Refusal

pytestmark = pytest.mark.django_db


def claim(slot: PoolSlot) -> bool:
    with transaction.atomic():
        return claims.claim(slot.pk, about=uuid4())


def give_back(slot: PoolSlot, **fields: object) -> bool:
    with transaction.atomic():
        return claims.give_back(slot.pk, about=uuid4(), **fields)  # type: ignore[arg-type]


def soon(**delta: float) -> datetime:
    return timezone.now() + timedelta(**delta)


def test_publishing_cuts_a_session_for_referrers_residents_and_the_window() -> None:
    referral = published(a_plan(a_service(), capacity=7))
    direct = PoolSlot.objects.filter(kind=PoolKind.RESIDENT_DIRECT)

    assert sum(slot.published for slot in referral) == 2  # 30 % of the 6 that are 80 % of 7
    assert sum(slot.published for slot in direct) == 4
    assert all(slot.published == 1 for slot in referral)
    taken = Slot.objects.annotate(kept=Sum("pool_slots__published", default=0))
    assert all(slot.kept <= slot.capacity for slot in taken)
    assert {move for slot in referral for move in moves_of(slot)} == {"published"}


def test_residents_places_are_neither_searched_nor_claimed_by_doctors() -> None:
    published(a_plan(a_service()))
    direct = PoolSlot.objects.filter(kind=PoolKind.RESIDENT_DIRECT)
    direct.update(opens_at=soon(days=-1))

    assert not claim(direct[0])
    assert not PoolSlot.objects.bookable().filter(kind=PoolKind.RESIDENT_DIRECT).exists()


def test_places_kept_for_the_last_days_open_at_their_moment() -> None:
    slot = moved(a_pool_slot(places=2), late=1, late_opens_at=soon(hours=1))

    assert [claim(slot), claim(slot)] == [True, False]

    moved(slot, late_opens_at=timezone.now())
    assert [claim(slot), claim(slot)] == [True, False]
    assert places_of(slot) == Places(2, claimed=2)


def test_a_pool_slot_repeats_its_place_and_opens_and_closes_by_the_rules() -> None:
    service = a_service(a_department(code="03.07"))

    slot = published(a_plan(service))[0]

    assert (slot.institution, slot.department, slot.service) == (service.institution, service.department, service)
    assert (slot.standard_code, slot.slot_class, slot.visit_date) == ("03.07", "general", in_days(3))
    assert (slot.starts_at, slot.ends_at) == (at(in_days(3), 8), at(in_days(3), 8, 30))
    assert (slot.opens_at, slot.closes_at) == (at(in_days(3 - 7 - 14), 17), at(in_days(2), 15))


def test_a_hospital_may_close_earlier_but_not_later() -> None:
    service = a_service()
    row = {"parameter": "booking_cutoff", "institution": service.institution, "valid_from": date(2026, 1, 1)}
    PolicyRow.objects.create(value="14:00", source="医院决定", status="in_force", **row)
    PolicyRow.objects.create(value="16:00", source="草案", status="draft", **row)

    assert published(a_plan(service))[0].closes_at == at(in_days(2), 14)


def test_a_pool_asks_for_more_than_the_floor_but_never_less() -> None:
    generous, mean = a_service(), a_service()
    a_pool(generous, "0.500")
    a_pool(mean, "0.100")

    totals = [sum(slot.published for slot in published(a_plan(service, capacity=10))) for service in (generous, mean)]

    assert totals == [4, 3]


def test_experts_hold_half_of_what_a_department_reserves_that_day() -> None:
    department = a_department()
    general = a_service(department)
    expert = a_service(department, slot_class="expert_chief", title="chief")

    slots = published(a_plan(general, capacity=20), a_plan(expert, capacity=10))

    by_class = {kind: sum(slot.published for slot in slots if slot.slot_class == kind) for kind in ("general", "expert_chief")}
    assert by_class == {"general": 5, "expert_chief": 5}


def test_an_expert_session_published_later_counts_what_was_reserved_before() -> None:
    department = a_department()
    published(a_plan(a_service(department), capacity=20))

    later = published(a_plan(a_service(department, slot_class="expert_associate"), capacity=10))

    assert sum(slot.published for slot in later) == 5


def test_a_service_without_a_pool_reserves_nothing() -> None:
    service = a_service()

    assert publish([a_plan(service)], by=a_coordinator(service.institution)) == []


def test_publishing_again_reserves_nothing_again() -> None:
    plan = a_plan(a_service())
    published(plan)

    assert published(plan) == []
    assert PoolSlot.objects.referral().count() == 6


def test_a_pool_is_opened_once_and_by_its_own_hospital() -> None:
    service = a_service()
    coordinator = a_coordinator(service.institution)
    arguments = {"share": a_pool_share(), "valid_from": in_days(0)}

    assert len(open_pools([service], by=coordinator, **arguments)) == 1
    assert open_pools([service], by=coordinator, **arguments) == []
    with pytest.raises(Refusal, match="no_grant_on_target"):
        open_pools([a_service()], by=coordinator, **arguments)


def a_pool_share() -> object:
    from decimal import Decimal

    return Decimal("0.3")


def test_claims_take_places_until_none_is_left() -> None:
    slot = a_pool_slot(places=2)

    assert [claim(slot), claim(slot), claim(slot)] == [True, True, False]
    assert places_of(slot) == Places(2, claimed=2)
    assert moves_of(slot) == ["published", "claimed", "claimed"]


@pytest.mark.parametrize(
    "fields",
    [
        {"opens_at": timedelta(minutes=5)},
        {"closes_at": timedelta(0)},
        {"closed_at": timedelta(0)},
        {"held": 1},
        {"cooling": 1},
        {"returned": 1},
    ],
)
def test_a_place_that_is_not_open_or_not_left_is_not_claimed(fields: dict[str, object]) -> None:
    slot = a_pool_slot(places=1)
    now = timezone.now()
    moved(slot, **{name: now + value if isinstance(value, timedelta) else value for name, value in fields.items()})

    assert not claim(slot)
    assert places_of(slot).claimed == 0
    assert moves_of(slot) == ["published"]


def test_a_stopped_session_gives_no_place() -> None:
    slot = a_pool_slot()
    ClinicSession.objects.filter(slots__pool_slots=slot).update(status="stopped")

    assert not claim(slot)


def test_the_database_refuses_to_oversell() -> None:
    slot = a_pool_slot(places=1)

    with pytest.raises(IntegrityError, match="pool_slot_never_oversold"), transaction.atomic():
        PoolSlot.objects.filter(pk=slot.pk).update(claimed=1, cooling=1)


def test_nobody_rewrites_the_record_of_a_move() -> None:
    event = PlaceEvent.objects.filter(pool_slot=a_pool_slot())

    for change in (lambda: event.update(places=9), event.delete):
        with pytest.raises((InternalError, ProgrammingError, IntegrityError)), transaction.atomic():
            change()


def test_a_place_given_back_cools_and_opens_again_after_its_time() -> None:
    slot = a_pool_slot(places=1)
    claim(slot)

    assert give_back(slot, dice=Random(7))

    assert places_of(slot) == Places(1, cooling=1)
    assert not claim(slot)
    cooling = CoolingPlace.objects.get()
    assert timedelta(minutes=29) < cooling.until - timezone.now() <= timedelta(minutes=120)
    assert release.release_cooled() == 0

    CoolingPlace.objects.update(until=timezone.now())
    assert release.release_cooled() == 1
    assert places_of(slot) == Places(1)
    assert claim(slot)
    assert moves_of(slot) == ["published", "claimed", "given_back", "cooled", "claimed"]
    assert not CoolingPlace.objects.exists()


def test_nothing_is_given_back_that_was_not_claimed() -> None:
    slot = a_pool_slot(places=1)

    assert not give_back(slot)
    assert (places_of(slot), CoolingPlace.objects.count()) == (Places(1), 0)


def test_a_place_freed_in_the_last_hour_cools_until_the_cutoff_and_goes_to_the_hospital() -> None:
    slot = a_pool_slot(places=1)
    claim(slot)
    moved(slot, closes_at=soon(minutes=40))

    give_back(slot)

    slot.refresh_from_db()
    assert CoolingPlace.objects.get().until == slot.closes_at
    moved(slot, closes_at=timezone.now())
    assert release.close_due() == (1, 1)
    assert places_of(slot) == Places(1, returned=1)
    assert not CoolingPlace.objects.exists()


def test_a_place_freed_shortly_before_opens_an_hour_before_the_cutoff_at_the_latest() -> None:
    slot = a_pool_slot(places=1)
    claim(slot)
    closes = soon(minutes=91)
    moved(slot, closes_at=closes)

    give_back(slot, dice=Random(1))

    assert CoolingPlace.objects.get().until <= closes - timedelta(minutes=60)


def test_at_the_cutoff_what_is_left_and_what_cools_goes_back_to_the_hospital() -> None:
    slot, later = a_pool_slot(places=4), a_pool_slot()
    claim(slot)
    claim(slot)
    give_back(slot)
    moved(slot, closes_at=timezone.now())

    assert release.close_due() == (1, 3)

    assert places_of(slot) == Places(4, claimed=1, returned=3)
    assert places_of(later) == Places(5)
    slot.refresh_from_db()
    assert slot.closed_at is not None
    assert moves_of(slot)[-1] == "returned"
    assert release.close_due() == (0, 0)


def test_a_place_given_back_after_the_cutoff_goes_straight_to_the_hospital() -> None:
    slot = a_pool_slot(places=1)
    claim(slot)
    moved(slot, closes_at=timezone.now())
    release.close_due()

    assert give_back(slot)

    assert places_of(slot) == Places(1, returned=1)
    assert moves_of(slot) == ["published", "claimed", "returned_late"]


def test_many_days_are_carved_in_few_queries(django_assert_max_num_queries: object) -> None:
    hospital = a_hospital()
    services = [a_service(a_department(hospital)) for _ in range(4)]
    for service in services:
        a_pool(service)
    coordinator = a_coordinator(hospital)
    plans = [a_plan(service, in_days(number)) for service in services for number in range(1, 6)]

    with django_assert_max_num_queries(40):  # type: ignore[operator]
        slots = publish(plans, by=coordinator)

    referral = [slot for slot in slots if slot.kind == PoolKind.COMMUNITY_REFERRAL]
    assert len(referral) == 120
    assert all(slot.opens_at < datetime.now(UTC) for slot in referral)


def test_a_hospital_that_gives_back_before_its_ordinary_release_still_publishes() -> None:
    service = a_service()
    row = {"institution": service.institution, "valid_from": date(2026, 1, 1), "source": "医院决定", "status": "in_force"}
    PolicyRow.objects.create(parameter="return_days_before", value="9", **row)
    PolicyRow.objects.create(parameter="ordinary_release_days", value="2", **row)

    published(a_plan(service, in_days(20)))

    direct = PoolSlot.objects.filter(kind=PoolKind.RESIDENT_DIRECT)
    assert {slot.closes_at - slot.opens_at for slot in direct} == {timedelta(minutes=1)}
