"""Weekly templates on the days of a calendar: every kind of day, what stands already, who has left (R070, R157)."""

from datetime import date, time, timedelta

import pytest

from clinics.models import CalendarDay, Department, HalfDay, Institution, Practitioner, Service
from clinics.timetables.calendar import DayKind, kind_of
from clinics.timetables.horizon import Pattern, Why, horizon

MONDAY = date(2026, 11, 30)
LONG_AGO = date(2026, 11, 1)


def a_service(**fields: object) -> Service:
    hospital = Institution(pk=1, name="北大医院", active_from=fields.pop("hospital_from", None), active_to=fields.pop("hospital_to", None))  # type: ignore[misc]
    return Service(**({"pk": 7, "institution": hospital, "department": Department(pk=3), "name": "普通门诊"} | fields))  # type: ignore[arg-type]


def pattern(weekday: int = 1, half: HalfDay = HalfDay.MORNING, **fields: object) -> Pattern:
    starts, ends = (time(8), time(12)) if half is HalfDay.MORNING else (time(13, 30), time(17))
    held = {"service": a_service(), "weekday": weekday, "half_day": half, "starts": starts, "ends": ends, "capacity": 24}
    return Pattern(**(held | fields))  # type: ignore[arg-type]


def days(*kinds: DayKind) -> dict[date, DayKind]:
    return {kind.date: kind for kind in kinds}


def week(first: date = MONDAY) -> dict[date, DayKind]:
    return days(*(kind_of(first + timedelta(days=number), None) for number in range(7)))


def row(day: date, *, works: bool, runs: int | None = None, note: str = "") -> CalendarDay:
    return CalendarDay(date=day, is_working=works, runs_as_weekday=runs, note=note)


def made(found: object) -> list[tuple[date, str]]:
    return [(plan.date, str(plan.half_day)) for plan in found.plans]  # type: ignore[attr-defined]


def left_out(found: object) -> list[tuple[date, Why]]:
    return [(one.date, one.why) for one in found.skipped]  # type: ignore[attr-defined]


def test_each_weekday_runs_its_own_half_days_and_a_saturday_too() -> None:
    patterns = [pattern(1), pattern(1, HalfDay.AFTERNOON), pattern(3), pattern(6)]

    found = horizon(patterns, week(), today=LONG_AGO)

    assert made(found) == [(MONDAY, "am"), (MONDAY, "pm"), (MONDAY + timedelta(days=2), "am"), (MONDAY + timedelta(days=5), "am")]
    assert found.skipped == ()
    assert next((plan.starts, plan.capacity) for plan in found.plans) == (time(8), 24)


def test_a_holiday_makes_nothing_and_says_what_would_have_run() -> None:
    holiday = kind_of(MONDAY, row(MONDAY, works=False, note="元旦"))

    found = horizon([pattern(1), pattern(2)], days(holiday), today=LONG_AGO)

    assert made(found) == []
    assert [(one.date, one.why, one.note) for one in found.skipped] == [(MONDAY, Why.DAY_OFF, "元旦")]


def test_a_day_worked_instead_runs_the_weekday_the_calendar_names() -> None:
    saturday = MONDAY + timedelta(days=5)
    worked = kind_of(saturday, row(saturday, works=True, runs=1))

    found = horizon([pattern(1), pattern(6, HalfDay.AFTERNOON)], days(worked), today=LONG_AGO)

    assert made(found) == [(saturday, "am")]


def test_a_day_worked_instead_without_a_weekday_runs_its_own() -> None:
    saturday = MONDAY + timedelta(days=5)
    worked = kind_of(saturday, row(saturday, works=True))

    found = horizon([pattern(1), pattern(6, HalfDay.AFTERNOON)], days(worked), today=LONG_AGO)

    assert made(found) == [(saturday, "pm")]
    assert worked.is_adjusted


def test_new_year_is_no_border_and_an_unknown_year_follows_its_weekdays() -> None:
    thursday = date(2026, 12, 31)
    holiday = kind_of(date(2027, 1, 1), row(date(2027, 1, 1), works=False, note="元旦"))
    span = days(kind_of(thursday, None), holiday, kind_of(date(2027, 1, 4), None))

    found = horizon([pattern(4), pattern(5), pattern(1)], span, today=LONG_AGO)

    assert made(found) == [(thursday, "am"), (date(2027, 1, 4), "am")]
    assert left_out(found) == [(date(2027, 1, 1), Why.DAY_OFF)]


def test_a_template_runs_from_its_first_day_until_the_day_before_it_ends() -> None:
    span = week() | week(MONDAY + timedelta(days=7)) | week(MONDAY + timedelta(days=14))

    found = horizon([pattern(1, valid_from=MONDAY + timedelta(days=1), valid_to=MONDAY + timedelta(days=14))], span, today=LONG_AGO)

    assert made(found) == [(MONDAY + timedelta(days=7), "am")]


@pytest.mark.parametrize(
    ("why", "given"),
    [
        (Why.PLANNED, {"planned": {(7, MONDAY, "am")}}),
        (Why.STOPPED, {"stopped": {(7, MONDAY, "am")}}),
        (Why.PAST, {"today": MONDAY}),
        (Why.NOT_OFFERED, {"service": {"active_to": MONDAY}}),
        (Why.NOT_TAKING_PART, {"service": {"hospital_to": MONDAY}}),
        (Why.NOT_TAKING_PART, {"service": {"hospital_from": MONDAY + timedelta(days=1)}}),
        (Why.DOCTOR_LEFT, {"doctor": MONDAY}),
    ],
)
def test_what_cannot_be_is_left_out_with_its_reason(why: Why, given: dict[str, object]) -> None:
    held: dict[str, object] = {}
    if "service" in given:
        held["service"] = a_service(**given.pop("service"))  # type: ignore[arg-type]
    if "doctor" in given:
        held["practitioner"] = Practitioner(pk=1, left_on=given.pop("doctor"))

    found = horizon([pattern(1, **held)], week(), **({"today": LONG_AGO} | given))  # type: ignore[arg-type]

    assert made(found) == []
    assert left_out(found) == [(MONDAY, why)]


def test_making_twice_makes_nothing() -> None:
    patterns = [pattern(1), pattern(2)]
    first = horizon(patterns, week(), today=LONG_AGO)

    again = horizon(patterns, week(), today=LONG_AGO, planned={(7, day, half) for day, half in made(first)})

    assert made(again) == []
    assert {why for _day, why in left_out(again)} == {Why.PLANNED}
