"""Who sees which places: grants, alliances, filters, the calendar of half-days, and what it costs."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from clinics.models import ClinicSession, Institution
from permissions.models import ReferralRight
from permissions.right_states import RightStatus
from permissions.roles import Role
from reserved_pools.models import PoolSlot
from reserved_pools.queries import CellState, Wanted, availability, bands, half_days
from tests.cast import a_district, a_right, a_user, acting_as, an_admin, bearer, sign_in
from tests.cast_clinics import (
    a_centre,
    a_coordinator,
    a_department,
    a_hospital,
    a_plan,
    a_pool_slot,
    a_post,
    a_referrer,
    a_service,
    an_alliance,
    in_days,
    moved,
    published,
    today,
)
from vault.refusal import Refusal

pytestmark = pytest.mark.django_db


def two_weeks(**wanted: object) -> Wanted:
    return Wanted(today(), in_days(13), **wanted)  # type: ignore[arg-type]


def seen(acting: object, **wanted: object) -> list[object]:
    return [row["id"] for row in availability(acting, two_weeks(**wanted), today=today())]  # type: ignore[arg-type]


def only_bookable(*slots: PoolSlot) -> list[PoolSlot]:
    """Leave just these slots; sessions of the cast have eight bands."""
    PoolSlot.objects.exclude(pk__in=[slot.pk for slot in slots]).update(closed_at=timezone.now())
    return list(slots)


def test_each_kind_of_grant_shows_its_own_places_and_no_others() -> None:
    alliance_place, hospital_place, department_place, other = only_bookable(*(a_pool_slot() for _ in range(4)))
    alliance = an_alliance(alliance_place.institution)
    doctor = a_referrer(alliance, hospital_place.institution, department_place.department)

    assert set(seen(doctor)) == {alliance_place.public_id, hospital_place.public_id, department_place.public_id}
    assert other.public_id not in seen(doctor)


def test_hospitals_of_the_own_alliance_come_first_then_the_earliest() -> None:
    centre = a_centre()
    soon, late, partner = only_bookable(a_pool_slot(day=in_days(2)), a_pool_slot(day=in_days(4)), a_pool_slot(day=in_days(5)))
    doctor = a_referrer(soon.institution, late.institution, an_alliance(centre, lead=partner.institution), institution=centre)

    assert seen(doctor) == [partner.public_id, soon.public_id, late.public_id]


@pytest.mark.parametrize(
    "fields",
    [
        {"opens_at": timedelta(minutes=5)},
        {"closes_at": timedelta(0)},
        {"closed_at": timedelta(0)},
        {"claimed": 5},
        {"cooling": 3, "returned": 2},
    ],
)
def test_what_cannot_be_booked_now_is_not_shown(fields: dict[str, object]) -> None:
    (slot,) = only_bookable(a_pool_slot())
    doctor = a_referrer(slot.institution)
    before = seen(doctor)
    now = timezone.now()
    moved(slot, **{name: now + value if isinstance(value, timedelta) else value for name, value in fields.items()})

    assert (before, seen(doctor)) == ([slot.public_id], [])


def test_stopped_sessions_and_suspended_hospitals_are_not_shown() -> None:
    stopped, suspended = only_bookable(a_pool_slot(), a_pool_slot())
    doctor = a_referrer(stopped.institution, suspended.institution)
    ClinicSession.objects.filter(slots__pool_slots=stopped).update(status="stopped")
    Institution.objects.filter(pk=suspended.institution_id).update(is_suspended=True)

    assert seen(doctor) == []


def test_filters_by_hospital_department_subject_service_class_and_day() -> None:
    hospital = a_hospital()
    heart, sugar = a_department(hospital, "03.04"), a_department(hospital, "03.07")
    general = a_pool_slot(service=a_service(heart))
    expert = a_pool_slot(service=a_service(sugar, slot_class="expert_chief", title="chief"), day=in_days(6))
    only_bookable(general, expert)
    doctor = a_referrer(hospital)

    assert seen(doctor, department="03.07") == [expert.public_id]
    assert seen(doctor, department=heart.public_id) == [general.public_id]
    assert seen(doctor, slot_class="expert_chief") == [expert.public_id]
    assert seen(doctor, service=general.service.public_id) == [general.public_id]
    assert seen(doctor, institution=uuid4()) == []
    days = availability(doctor, Wanted(in_days(4), in_days(6)), today=today())
    assert [row["id"] for row in days] == [expert.public_id]


def test_the_promise_is_kept_within_three_days() -> None:
    only_bookable(a_pool_slot(day=in_days(3)), a_pool_slot(day=in_days(4)))
    doctor = a_referrer(*Institution.objects.hospitals())

    rows = availability(doctor, two_weeks(), today=today())

    assert [(row["visit_date"], row["keeps_promise"]) for row in rows] == [(in_days(3), True), (in_days(4), False)]


@pytest.mark.parametrize("status", [RightStatus.SUSPENDED, RightStatus.REVOKED])
def test_guardians_rows_open_nothing_without_a_right_in_force(status: RightStatus) -> None:
    slot = a_pool_slot()
    doctor = a_referrer(slot.institution)
    ReferralRight.objects.update(status=status, reason_code="leave")

    for ask in (lambda: seen(doctor), lambda: half_days(doctor, two_weeks(), today=today())):
        with pytest.raises(Refusal, match="right_not_in_force"):
            ask()


def test_a_right_past_its_last_moment_opens_nothing_although_no_job_ran() -> None:
    slot, right = a_pool_slot(), a_right(a_user())
    doctor = a_referrer(slot.institution, right=right)
    ReferralRight.objects.filter(pk=right.pk).update(valid_to=timezone.now())

    with pytest.raises(Refusal, match="right_not_in_force"):
        seen(doctor)


def test_coordinators_managers_and_the_district_see_what_is_theirs() -> None:
    centre = a_centre()
    (own, foreign) = only_bookable(a_pool_slot(), a_pool_slot())
    an_alliance(centre, lead=own.institution)
    manager = a_post(a_user("赵德生"), centre, Role.MANAGER)

    assert seen(a_coordinator(own.institution)) == [own.public_id]
    assert seen(acting_as(manager.user, manager)) == [own.public_id]
    assert set(seen(acting_as(an_admin()))) == {own.public_id, foreign.public_id}


def test_a_search_costs_three_queries_however_many_places_there_are(django_assert_num_queries: object) -> None:
    service = a_service()
    published(*(a_plan(service, in_days(number)) for number in range(2, 9)))
    doctor = a_referrer(service.institution)

    with django_assert_num_queries(3):  # type: ignore[operator]
        rows = availability(doctor, two_weeks(), today=today())
    with django_assert_num_queries(3):  # type: ignore[operator]
        calendar = half_days(doctor, two_weeks(), today=today())

    assert len(rows) == 42
    assert len(calendar.rows) == 1


def test_the_calendar_has_a_state_for_every_half_day() -> None:
    service = a_service()
    slots = published(
        a_plan(service, in_days(2)),
        a_plan(service, in_days(2), afternoon=True),
        a_plan(service, in_days(3)),
        a_plan(service, in_days(4)),
        a_plan(service, in_days(5)),
    )
    doctor = a_referrer(service.institution)
    of = {day: [slot for slot in slots if slot.visit_date == in_days(day)] for day in (2, 3, 4, 5)}
    mornings = [slot for slot in of[2] if slot.starts_at.astimezone(timezone.get_current_timezone()).hour < 12]
    for slot in set(of[2]) - set(mornings):
        moved(slot, claimed=slot.published)
    moved(mornings[0], claimed=1)
    for slot in of[3]:
        moved(slot, opens_at=timezone.now() + timedelta(hours=1))
    ClinicSession.objects.filter(service=service, date=in_days(4)).update(status="stopped")
    for slot in of[5]:
        moved(slot, closed_at=timezone.now())

    (row,) = half_days(doctor, two_weeks(), today=today()).rows

    reserved = sum(slot.published for slot in mornings)
    cell = row.mornings[2]
    assert (cell.state, cell.remaining, cell.capacity) == (CellState.OPEN, reserved - 1, reserved)
    assert row.afternoons[2].state is CellState.FULL
    states = [row.mornings[day].state for day in (1, 3, 4, 5)]
    assert states == [CellState.NONE, CellState.NOT_OPEN, CellState.STOPPED, CellState.CLOSED]
    assert len(row.mornings) == len(row.afternoons) == 14


def test_rows_of_the_calendar_begin_with_partners_and_the_general_clinic() -> None:
    centre, partner, other = a_centre(), a_hospital("北大医院"), a_hospital("阿医院")
    department = a_department(partner)
    expert = a_service(department, slot_class="expert_associate", title="associate_chief")
    general = a_service(department)
    published(a_plan(expert), a_plan(general))
    published(a_plan(a_service(a_department(other))))
    doctor = a_referrer(an_alliance(centre, lead=partner), other, institution=centre)

    rows = half_days(doctor, two_weeks(), today=today()).rows

    assert [(row.institution_short_name, row.slot_class, row.is_partner) for row in rows] == [
        ("北大医院", "general", True),
        ("北大医院", "expert_associate", True),
        ("阿医院", "general", False),
    ]


def test_the_bands_of_a_half_day_include_full_and_closed_ones() -> None:
    service = a_service()
    slots = published(a_plan(service))
    doctor = a_referrer(service.institution)
    moved(slots[0], claimed=1)
    moved(slots[1], closed_at=timezone.now())

    found = list(bands(doctor, service.public_id, in_days(3), "am"))

    assert [(band.remaining, band.open_now) for band in found[:3]] == [(0, True), (1, False), (1, True)]  # type: ignore[attr-defined]
    assert len(found) == 6
    assert not bands(a_referrer(a_hospital()), service.public_id, in_days(3), "am")


def get(client: Client, acting: object, **query: str) -> object:
    return client.get("/api/v1/availability", query, headers=bearer(acting.user, acting.post))  # type: ignore[attr-defined]


def test_the_interface_describes_a_place(client: Client) -> None:
    (slot,) = only_bookable(a_pool_slot(places=5))
    moved(slot, claimed=1, returned=1)
    doctor = a_referrer(slot.institution)

    body = get(client, doctor).json()  # type: ignore[attr-defined]

    assert body["next"] is None
    (place,) = body["results"]
    assert place["id"] == str(slot.public_id)
    assert (place["capacity"], place["remaining"], place["keeps_promise"]) == (4, 3, True)
    assert place["institution"] == {"id": str(slot.institution.public_id), "name": slot.institution.name}
    assert place["department"]["standard_code"] == "03.04"
    assert place["starts_at"] == f"{in_days(3)}T08:00:00+08:00"
    assert place["closes_at"] == f"{in_days(2)}T15:00:00+08:00"


def test_the_interface_filters_by_subject_and_pages(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    service = a_service(a_department(code="03.07"))
    published(a_plan(service))
    doctor = a_referrer(service.institution)
    monkeypatch.setattr("reserved_pools.api.availability.PAGE", 5)
    monkeypatch.setattr("permissions.doors.paging.PAGE", 5)

    first = get(client, doctor, department="03.07").json()  # type: ignore[attr-defined]
    second = client.get(first["next"], headers=bearer(doctor.user, doctor.post)).json()

    assert (len(first["results"]), len(second["results"]), second["next"]) == (5, 1, None)
    assert not {row["id"] for row in first["results"]} & {row["id"] for row in second["results"]}
    assert get(client, doctor, department="03.04").json()["results"] == []  # type: ignore[attr-defined]


def test_a_search_narrows_to_one_district_and_the_page_offers_the_choice_where_there_is_one(client: Client) -> None:
    east = a_hospital(district=a_district("110101", "东城区"))
    here, there = only_bookable(a_pool_slot(), a_pool_slot(service=a_service(a_department(east))))
    doctor, near = a_referrer(here.institution, east), a_referrer(here.institution)

    found = client.get("/api/v1/availability?district=110101", headers=bearer(doctor.user))
    sign_in(client, doctor.user)
    page = client.get("/availability/?district=110101").content.decode()
    both = client.get("/availability/").content.decode()
    sign_in(client, near.user)
    narrow = client.get("/availability/?district=110101").content.decode()

    assert [row["id"] for row in found.json()["results"]] == [str(there.public_id)]
    assert '<option value="110101" selected>东城区' in page
    assert page.count('scope="rowgroup"') == 1
    assert both.count('scope="rowgroup"') == 2
    assert 'name="district"' not in narrow


@pytest.mark.parametrize(
    "query",
    [
        {"from": "soon"},
        {"from": "2026-11-30", "to": "2026-11-01"},
        {"from": "2026-01-01", "to": "2026-12-31"},
        {"department": "heart"},
        {"department": "03.04\0"},
        {"district": "西城"},
        {"district": "1101"},
        {"institution": "1"},
        {"slot_class": "vip"},
        {"page": "0"},
        {"date": "2026-11-30"},
    ],
)
def test_a_search_that_cannot_be_is_named(client: Client, query: dict[str, str]) -> None:
    answer = get(client, a_referrer(a_hospital()), **query)

    assert answer.status_code == 400  # type: ignore[attr-defined]
    assert answer.json()["code"] == "invalid_input"  # type: ignore[attr-defined]


def test_a_window_clerk_searches_for_no_places(client: Client) -> None:
    post = a_post(a_user("何静"), a_hospital(), Role.WINDOW_CLERK)

    assert get(client, acting_as(post.user, post)).status_code == 403  # type: ignore[attr-defined]
