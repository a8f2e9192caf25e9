"""Publishing sessions: bands by the level of the hospital, once each, by the coordinator only."""

from datetime import date, time

import pytest
from django.db import transaction

from clinics.models import CalendarDay, ClinicSession, PolicyRow, Slot
from clinics.timetables.calendar import working_days
from clinics.timetables.timetable import publish_sessions
from tests.cast_clinics import a_coordinator, a_department, a_hospital, a_plan, a_service, at, in_days
from vault.refusal import Refusal
from vault.states import history

pytestmark = pytest.mark.django_db


def publish(*plans: object, by: object) -> list[ClinicSession]:
    with transaction.atomic():
        return publish_sessions(list(plans), by=by)  # type: ignore[arg-type]


@pytest.mark.parametrize(("level", "bands", "each"), [("3", 8, 3), ("2", 4, 6)])
def test_bands_are_thirty_minutes_in_tertiary_and_sixty_in_secondary_hospitals(level: str, bands: int, each: int) -> None:
    service = a_service(a_department(a_hospital(level=level)))

    (session,) = publish(a_plan(service), by=a_coordinator(service.institution))

    slots = list(session.slots.order_by("starts_at"))
    assert [slot.capacity for slot in slots] == [each] * bands
    assert slots[0].starts_at == at(in_days(3), 8)
    assert slots[-1].ends_at == at(in_days(3), 12)


def test_a_hospital_may_cut_finer_but_not_coarser() -> None:
    service = a_service()
    for minutes in (20, 45):
        PolicyRow.objects.update_or_create(
            parameter="band_minutes_tertiary",
            institution=service.institution,
            defaults={"value": minutes, "valid_from": date(2026, 1, 1), "source": "医院决定", "status": "in_force"},
        )
        publish(a_plan(service, in_days(minutes)), by=a_coordinator(service.institution))

    counts = [Slot.objects.filter(session__date=in_days(minutes)).count() for minutes in (20, 45)]
    assert counts == [12, 8]


def test_publishing_twice_changes_nothing() -> None:
    service = a_service()
    coordinator = a_coordinator(service.institution)
    publish(a_plan(service), by=coordinator)

    assert publish(a_plan(service), by=coordinator) == []

    assert (ClinicSession.objects.count(), Slot.objects.count()) == (1, 8)


def test_a_published_session_begins_its_life_with_an_event() -> None:
    service = a_service()

    (session,) = publish(a_plan(service), by=a_coordinator(service.institution))

    assert [(event.event, event.target) for event in history(session.public_id)] == [("publish", "planned")]


def test_only_who_runs_the_pools_of_a_hospital_publishes_there() -> None:
    service, stranger = a_service(), a_coordinator(a_hospital("人民医院"))

    with pytest.raises(Refusal, match="no_grant_on_target"):
        publish(a_plan(service), by=stranger)

    assert ClinicSession.objects.count() == 0


def test_a_session_has_places_and_ends_after_it_starts() -> None:
    service = a_service()
    coordinator = a_coordinator(service.institution)
    plan = a_plan(service)

    for wrong in (a_plan(service, capacity=0), type(plan)(service, plan.date, plan.half_day, time(12), time(8), 5)):
        with pytest.raises(Refusal, match="invalid_input"):
            publish(wrong, by=coordinator)


def test_many_sessions_cost_few_queries(django_assert_max_num_queries: object) -> None:
    service = a_service()
    coordinator = a_coordinator(service.institution)
    plans = [a_plan(service, in_days(number)) for number in range(1, 11)]

    with django_assert_max_num_queries(28):  # type: ignore[operator]
        publish(*plans, by=coordinator)

    assert Slot.objects.count() == 80


def test_a_working_day_follows_its_weekday_unless_the_calendar_says_otherwise() -> None:
    CalendarDay.objects.create(date=date(2026, 11, 28), is_working=True, note="调休")
    CalendarDay.objects.create(date=date(2026, 11, 27), is_working=False)

    days = working_days(date(2026, 11, 26), date(2026, 11, 30))

    assert days == [date(2026, 11, 26), date(2026, 11, 28), date(2026, 11, 30)]
