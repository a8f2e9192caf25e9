"""The search through indexes finds exactly what somebody finds who looks at every place by hand."""

from collections.abc import Iterator
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bench.plans import sequential, walked_through
from clinics.models import ClinicSession, Institution, Service, TargetGrant
from permissions.acting import Acting
from permissions.roles import REFERRING_KINDS, Role
from reserved_pools.models import PoolKind, PoolSlot
from reserved_pools.queries import CellState, Wanted, availability, half_days
from tests.cast import a_district, a_user, acting_as, an_admin
from tests.cast_clinics import (
    a_centre,
    a_coordinator,
    a_department,
    a_hospital,
    a_plan,
    a_post,
    a_referrer,
    a_service,
    an_alliance,
    in_days,
    published,
    today,
)

pytestmark = pytest.mark.django_db
SUBJECTS = ("03.04", "03.07")


@pytest.fixture
def dice() -> Random:
    return Random(20261122)


@pytest.fixture
def city(dice: Random) -> list[Institution]:
    """Hospitals of two districts, one suspended, one that begins later, with places of every kind of remainder."""
    home, away = a_district(), a_district("110101", "东城区")
    hospitals = [a_hospital(district=home if number % 2 else away) for number in range(6)]
    for hospital in hospitals:
        for code in SUBJECTS:
            for slot_class in ("general", "expert_chief"):
                service = a_service(a_department(hospital, code), slot_class=slot_class)
                days = dice.sample(range(2, 12), 2)
                published(*(a_plan(service, in_days(day), capacity=8, afternoon=dice.random() < 0.5) for day in days))
    Institution.objects.filter(pk=hospitals[4].pk).update(is_suspended=True)
    Institution.objects.filter(pk=hospitals[5].pk).update(active_from=in_days(7))
    opened = {"opens_at": timezone.now() - timedelta(days=1)}
    late = set(dice.sample(list(ClinicSession.objects.values_list("pk", flat=True)), 4))
    for slot in PoolSlot.objects.select_related("slot"):
        fate = {} if slot.slot.session_id in late else opened | _fate(slot, dice)
        PoolSlot.objects.filter(pk=slot.pk).update(**({"opens_at": timezone.now() + timedelta(hours=1)} | fate))
    return hospitals


def _fate(slot: PoolSlot, dice: Random) -> dict[str, Any]:
    """Full, given back at the cut-off, or as it was."""
    return dice.choice([{}, {}, {}, {"claimed": slot.published}, {"closed_at": timezone.now(), "returned": slot.published}])


def everybody(hospitals: list[Institution]) -> Iterator[Acting]:
    centre = a_centre()
    alliance = an_alliance(centre, *hospitals[:2], lead=hospitals[3])
    department = Service.objects.filter(institution=hospitals[2]).first().department  # type: ignore[union-attr]
    manager = a_post(a_user("赵德生"), centre, Role.MANAGER)
    yield a_referrer(alliance, institution=centre)
    yield a_referrer(alliance, department, hospitals[4], institution=centre)
    yield a_referrer(*hospitals, institution=centre)
    yield a_coordinator(hospitals[1])
    yield acting_as(manager.user, manager)
    yield acting_as(an_admin())


def by_hand(acting: Acting, wanted: Wanted) -> list[PoolSlot]:
    """Every place there is, looked at one by one, in the order of the search."""
    now = timezone.now()
    partners, reach = _partners(acting), _reach(acting)
    found = [
        slot
        for slot in PoolSlot.objects.select_related("institution__district", "department", "service", "slot__session")
        if slot.kind == PoolKind.COMMUNITY_REFERRAL
        and slot.closed_at is None
        and slot.opens_at <= now < slot.closes_at
        and slot.published > slot.claimed + slot.held + slot.cooling + slot.returned
        and slot.slot.session.status == "planned"
        and not slot.institution.is_suspended
        and (slot.institution.active_from is None or slot.institution.active_from <= slot.visit_date)
        and wanted.first <= slot.visit_date <= wanted.last
        and wanted.slot_class in ("", slot.slot_class)
        and wanted.district in ("", slot.institution.district.code)
        and wanted.department in (None, slot.standard_code, slot.department.public_id)
        and wanted.institution in (None, slot.institution.public_id)
        and _may_see(acting, slot, partners, reach)
    ]
    return sorted(found, key=lambda slot: (slot.institution_id not in partners, slot.starts_at, slot.public_id))


def _partners(acting: Acting) -> set[int]:
    if acting.post is None:
        return set()
    root = acting.post.institution.root_id
    return {
        member.institution_id
        for own in Institution.objects.get(pk=root).memberships.select_related("alliance")
        for member in own.alliance.memberships.all()
    }


def _reach(acting: Acting) -> tuple[set[int | None], set[int | None]]:
    """The whole institutions and the departments that the grants of the acting right name."""
    grants = TargetGrant.objects.live().filter(right=acting.post.right_id if acting.post else None, right__isnull=False)
    held = list(grants.select_related("alliance"))
    members = {member.institution_id for grant in held if grant.alliance for member in grant.alliance.memberships.all()}
    return members | {grant.institution_id for grant in held}, {grant.department_id for grant in held}


def _may_see(acting: Acting, slot: PoolSlot, partners: set[int], reach: tuple[set[int | None], set[int | None]]) -> bool:
    if acting.role in REFERRING_KINDS:
        return slot.institution_id in reach[0] or slot.department_id in reach[1]
    if acting.role == Role.COORDINATOR:
        return slot.institution_id == acting.post.institution_id  # type: ignore[union-attr]
    if acting.role == Role.MANAGER:
        return slot.institution_id in partners
    return slot.institution.district_id == acting.district_id


def wishes(dice: Random, hospitals: list[Institution]) -> Iterator[Wanted]:
    yield Wanted(today(), in_days(14))
    for _wish in range(4):
        first = dice.randrange(0, 6)
        yield Wanted(
            in_days(first),
            in_days(first + dice.randrange(3, 9)),
            institution=dice.choice([None, None, dice.choice(hospitals).public_id]),
            department=dice.choice([None, *SUBJECTS]),
            slot_class=dice.choice(["", "general", "expert_chief"]),
            district=dice.choice(["", "110101", "110102"]),
        )


def test_search_and_calendar_find_what_is_found_by_hand_in_the_same_order(city: list[Institution], dice: Random) -> None:
    compared = 0
    for acting in everybody(city):
        for wanted in wishes(dice, city):
            slots = by_hand(acting, wanted)
            calendar = half_days(acting, wanted, today=today())
            cells = [cell for row in calendar.rows for cell in (*row.mornings, *row.afternoons) if cell.state is CellState.OPEN]

            assert [row["id"] for row in availability(acting, wanted, today=today())] == [slot.public_id for slot in slots]
            assert len(cells) == len({slot.slot.session_id for slot in slots})
            assert sum(cell.remaining for cell in cells) == sum(slot.published - slot.claimed for slot in slots)
            compared += len(slots)

    assert compared > 200  # so that the comparison was about something


def test_a_plan_that_walks_through_a_big_table_is_named() -> None:
    inner = {"Node Type": "Seq Scan", "Relation Name": "reserved_pools_poolslot", "Parallel Aware": True}
    small = {"Node Type": "Seq Scan", "Relation Name": "clinics_institution"}
    asked = {"Node Type": "Index Scan", "Relation Name": "clinics_slot"}

    assert walked_through({"Node Type": "Limit", "Plans": [small, {"Node Type": "Sort", "Plans": [inner]}]}) == {"reserved_pools_poolslot"}
    assert walked_through({"Node Type": "Nested Loop", "Plans": [small, asked]}) == set()


def test_a_statement_without_an_index_is_found_and_one_with_an_index_is_not() -> None:
    with CaptureQueriesContext(connection) as queries:
        list(PoolSlot.objects.filter(published=77))
        PoolSlot.objects.filter(pk=1).first()

    (found,) = sequential(query["sql"] for query in queries.captured_queries)

    assert found[1] == {"reserved_pools_poolslot"}
    assert "published" in found[0]
