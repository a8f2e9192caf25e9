"""Examinations run on working days of the calendar, unless the hospital decided otherwise; who comes then is booked later (R202)."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from clinics.models import CalendarDay, ClinicSession, PolicyRow
from clinics.models.policy import PolicyStatus
from clinics.timetables.exam_days import days_without_exams, next_exam_day
from tests.cast import sign_in
from tests.cast_referral import today
from tests.integration.exams.cast_exams import MORNING, Program, Sonography, sonography

pytestmark = pytest.mark.django_db
ANNOUNCED = {"reason": "新增检查时段"}


@pytest.fixture
def cast(db: None) -> Sonography:
    return sonography()


def saturday() -> date:
    """The Saturday after next, outside the frozen week."""
    return today() + timedelta(days=20 - today().isoweekday())


def week(cast: Sonography) -> dict[str, str]:
    """Friday to Monday, with the ultrasound of the abdomen in the timetable each morning and a clinic on Saturday."""
    desk = Program(cast.coordinator)
    clinic = cast.exam("clinic", "普通门诊", title="attending")
    for weekday in (5, 6, 7, 1):
        desk.ask("POST", "/session-templates", MORNING | {"service": str(cast.abdomen.public_id), "weekday": weekday}, 201)
    desk.ask("POST", "/session-templates", MORNING | {"service": str(clinic.public_id), "weekday": 6}, 201)
    return {"from": (saturday() - timedelta(days=1)).isoformat(), "to": (saturday() + timedelta(days=2)).isoformat()}


def days_of(cast: Sonography) -> set[date]:
    return set(ClinicSession.objects.filter(service=cast.abdomen).values_list("date", flat=True))


def test_a_published_week_has_none_at_a_weekend_or_on_a_holiday_and_says_so(cast: Sonography, client: Client) -> None:
    desk, span, monday = Program(cast.coordinator), week(cast), saturday() + timedelta(days=2)
    CalendarDay.objects.create(date=monday, is_working=False, note="假日")
    sign_in(client, cast.coordinator.user, cast.coordinator.post)

    seen = desk.ask("POST", "/timetables/preview", span)
    page = client.get(reverse("week_publish"), span).content.decode()
    desk.ask("POST", "/timetables/publish", span, 201, Idempotency_Key="week-once")

    why = {(one["date"], one["why"]) for one in seen["left_out"] if one["service"] == str(cast.abdomen.public_id)}
    sunday = saturday() + timedelta(days=1)
    assert why == {(saturday().isoformat(), "not_worked"), (sunday.isoformat(), "not_worked"), (monday.isoformat(), "day_off")}
    assert "非工作日，不安排检查" in page
    assert days_of(cast) == {saturday() - timedelta(days=1)}
    assert ClinicSession.objects.filter(date=saturday(), service__kind="clinic").count() == 1, "clinics run as before"


def test_the_hospitals_own_value_and_a_day_worked_instead_let_them_run(cast: Sonography) -> None:
    """The value is dated: it holds from Sunday on. Saturday is worked, as the calendar says."""
    desk, span, sunday = Program(cast.coordinator), week(cast), saturday() + timedelta(days=1)
    CalendarDay.objects.create(date=saturday(), is_working=True, runs_as_weekday=6, note="调休")
    world = cast.loop.world
    PolicyRow.objects.create(
        parameter="exams_on_working_days", institution=world.hospital, value="no", valid_from=sunday, source="院内规则",
        status=PolicyStatus.IN_FORCE, entered_by=world.admin, approved_by=world.zhou.user,
    )  # fmt: skip

    desk.ask("POST", "/timetables/publish", span, 201, Idempotency_Key="week-once")

    assert days_of(cast) == {saturday() + timedelta(days=number) for number in (-1, 0, 1, 2)}


def test_a_single_session_is_refused_and_told_the_next_working_day(cast: Sonography) -> None:
    desk, monday = Program(cast.coordinator), saturday() + timedelta(days=2)
    wanted = MORNING | ANNOUNCED | {"service": str(cast.abdomen.public_id), "date": saturday().isoformat(), "release": "limited"}

    refused = desk.ask("POST", "/clinic-sessions", wanted, 400)

    assert [one["field"] for one in refused["violations"]] == ["date"]
    assert monday.isoformat() in refused["violations"][0]["remedy"]
    assert days_of(cast) == set()


def test_who_asks_for_a_weekend_is_offered_the_next_working_day(cast: Sonography, client: Client) -> None:
    doctor, monday = Program(cast.loop.doctor), saturday() + timedelta(days=2)
    CalendarDay.objects.create(date=monday, is_working=False, note="假日")
    weekend = f"from={saturday().isoformat()}&to={monday.isoformat()}"

    answer = doctor.ask("GET", f"/availability?kind=ultrasound&{weekend}")
    of_clinics = doctor.ask("GET", f"/availability?kind=clinic&{weekend}")
    CalendarDay.objects.create(date=today() + timedelta(days=1), is_working=False, note="假日")
    sign_in(client, cast.loop.world.zhou.user, cast.loop.world.zhou)
    pages = [client.get(reverse("availability"), {"kind": kind}).content.decode() for kind in ("ultrasound", "clinic")]

    tuesday = monday + timedelta(days=1)
    assert (answer["results"], answer["next_working_day"]) == ([], tuesday.isoformat())
    assert of_clinics["next_working_day"] is None
    assert ["约到下一个工作日" in page for page in pages] == [True, False]
    assert next_exam_day(saturday()) == tuesday
    assert days_without_exams(cast.room.institution, saturday(), tuesday) == {saturday(), saturday() + timedelta(days=1), monday}
