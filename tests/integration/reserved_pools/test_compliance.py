"""What is counted of a week in the database: stopped sessions, blocked bands, exempt classes, places given early, policy by date."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clinics.models import PolicyRow, Service, Slot
from reserved_pools import release
from reserved_pools.balance import rebalancing
from reserved_pools.balance.balance import Verdict, WeekOf, percent
from reserved_pools.balance.compliance import By, Within, compliance, shares_of, week_of_department
from reserved_pools.balance.rebalancing import Move
from tests.cast import acting_as, an_admin
from tests.cast_balance import a_clinic, a_session, book, closing, left_in, next_monday, places_in
from tests.cast_clinics import a_coordinator, a_department, a_hospital
from vault.actor import SYSTEM
from vault.states import advance

pytestmark = pytest.mark.django_db


@pytest.fixture
def clinic() -> Service:
    """A general clinic, and an expert's with 70 %, of one department."""
    return a_clinic()


def week_of(service: Service) -> WeekOf:
    return week_of_department(service.department, next_monday())


def in_force(service: Service, parameter: str, value: str, **fields: object) -> None:
    """A value of the hospital, from yesterday on."""
    PolicyRow.objects.create(
        parameter=parameter,
        value=value,
        institution=service.institution,
        valid_from=timezone.localdate() - timedelta(days=1),
        status="in_force",
        source="测试",
        entered_by=an_admin(),
        approved_by=an_admin("王芳"),
        **fields,
    )


def test_a_week_as_carved_keeps_every_floor_that_carving_can_keep(clinic: Service) -> None:
    expert = a_clinic(clinic.department, expert=True, share="0.700")
    a_session(clinic, next_monday())
    a_session(expert, next_monday(), capacity=30)

    week = week_of(clinic)

    assert (week.all_places, week.bookable, week.base, week.offered, week.promised) == (54, 44, 44, 23, 14)
    assert (week.direct, week.window, week.expert, week.verdicts) == (21, 10, 17, (Verdict.FINE,))


def test_a_stopped_session_is_listed_and_counts_for_nothing(clinic: Service) -> None:
    a_session(clinic, next_monday())
    stopped = a_session(clinic, next_monday() + timedelta(days=1))
    with transaction.atomic():
        advance(stopped, "stopped", by=SYSTEM)

    week = week_of(clinic)

    assert (week.all_places, week.offered, week.promised, week.stopped) == (24, 6, 6, 1)


def test_a_blocked_band_counts_neither_as_offered_nor_as_due(clinic: Service) -> None:
    session = a_session(clinic, next_monday())
    Slot.objects.filter(pk=session.slots.earliest("starts_at").pk).update(is_blocked=True)

    week = week_of(clinic)

    assert (week.all_places, week.base, week.offered) == (21, 17, 5)


def test_a_clinic_without_a_pool_and_one_below_the_share_are_short(clinic: Service) -> None:
    session = a_session(clinic, next_monday())
    session.slots.first().pool_slots.referral().update(published=0)
    bare = a_session(a_clinic(a_department(clinic.institution, name="骨科")), next_monday())
    for slot in bare.slots.all():
        slot.pool_slots.update(published=0)

    lines = compliance(a_coordinator(clinic.institution), Within(next_monday(), next_monday()), By.DEPARTMENT)

    assert [(line.of.missing, line.of.verdicts) for line in lines] == [
        (6, (Verdict.RESERVED_SHORT, Verdict.BOOKABLE_SHORT)),
        (1, (Verdict.RESERVED_SHORT, Verdict.BOOKABLE_SHORT)),
    ]


def test_the_hospitals_policy_decides_base_share_and_exempt_classes(clinic: Service) -> None:
    a_session(clinic, next_monday())
    in_force(clinic, "reserved_share", "0.40")
    in_force(clinic, "reserved_share_base", "all")

    assert (week_of(clinic).base, week_of(clinic).promised, week_of(clinic).missing) == (24, 10, 4)

    in_force(clinic, "exempt_classes", "general")
    assert (week_of(clinic).promised, week_of(clinic).bookable, week_of(clinic).verdicts) == (0, 20, (Verdict.FINE,))


def test_booked_returned_and_given_places_are_told_apart(clinic: Service) -> None:
    first, second = a_session(clinic, next_monday()), a_session(a_clinic(clinic.department, share="0.500"), next_monday())
    book(first, 2)
    closing(first)
    release.close_due()
    move = Move(second.public_id, None, 2, places_in(second), left_in(second))
    rebalancing.accept(move, by=a_coordinator(clinic.institution))

    week = week_of(clinic)

    assert (week.offered, week.booked, week.returned, week.given, week.bookable, week.window) == (14, 2, 4, 2, 40, 10)
    assert percent(week.reserved_share) == "35.0"


def test_rows_add_up_from_the_week_to_the_hospital_in_a_bounded_number_of_queries(clinic: Service) -> None:
    for number in range(3):
        service = a_clinic(a_department(clinic.institution, name=f"骨科{number}"))
        a_session(service, next_monday())
        a_session(service, next_monday(3))
    empty, admin = a_hospital("空医院"), acting_as(an_admin())
    within = Within(next_monday(), next_monday(3) + timedelta(days=6))

    with CaptureQueriesContext(connection) as caught:
        hospitals = compliance(admin, within)
    departments, weeks = compliance(admin, within, By.DEPARTMENT), compliance(admin, within, By.WEEK)

    assert len(caught) <= 6
    assert [(line.institution.pk, line.of.offered) for line in hospitals] == [(clinic.institution_id, 36), (empty.pk, 0)]
    assert ([line.of.offered for line in departments], [line.of.offered for line in weeks]) == ([12] * 3, [6] * 6)
    assert sum(line.of.promised for line in weeks) == hospitals[0].of.promised
    assert {line.iso_week[4:6] for line in weeks} == {"-W"}
    narrow = Within(within.first, within.last, clinic.institution.public_id, departments[0].department.public_id)  # type: ignore[union-attr]
    assert [line.of.offered for line in compliance(admin, narrow, By.WEEK)] == [6, 6]


def test_the_board_of_a_week_reads_the_same_shares_of_each_department(clinic: Service) -> None:
    beside = a_clinic(a_department(clinic.institution, name="骨科"), share="0.500")
    a_session(clinic, next_monday())
    a_session(beside, next_monday())

    shares = shares_of(clinic.institution, next_monday(), next_monday() + timedelta(days=6))

    assert shares == {clinic.department_id: week_of(clinic), beside.department_id: week_of(beside)}
    assert (week_of(clinic).offered, week_of(beside).offered) == (6, 10)
