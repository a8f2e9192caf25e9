"""Which value holds: every merge, every level, dates and scopes; no database."""

from datetime import date, time
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from clinics.parameters import ALL as CLINICS
from clinics.policy import REGISTRY, Level, Merge, Parameter, Row, Target, ValueType, declare, resolve
from reserved_pools.parameters import ALL as POOLS

# Practice and a notice known only by what others wrote of it: there is no sentence to quote.
AGREED = {"cool_down_ends_before_cutoff", "pool_lead_days", "near_term_share", "near_term_days", "exempt_classes"}
DAY = date(2026, 11, 23)
HERE = Target(district=1, institution=10, department=100)


def parameter(merge: Merge, default: str = "10", authority: Level = Level.DISTRICT) -> Parameter:
    return Parameter("days", ValueType.INTEGER, "days", "R106", merge, default, "a source", authority=authority)


def row(value: Any, *, start: date = date(2026, 1, 1), end: date | None = None, **scope: int) -> Row:
    return Row("days", value, start, end, source="a decision", id=value if isinstance(value, int) else None, **scope)


def held(merge: Merge, *rows: Row, authority: Level = Level.DISTRICT, at: date = DAY, target: Target = HERE) -> Any:
    return resolve(parameter(merge, authority=authority), at, target, rows).value


def test_without_rows_the_default_of_the_regulation_holds() -> None:
    answer = resolve(parameter(Merge.AT_MOST), DAY, HERE, [])

    assert (answer.value, answer.level, answer.source, answer.row) == (10, Level.DISTRICT, "a source", None)


@pytest.mark.parametrize(
    ("merge", "city", "district", "institution", "department", "expected"),
    [
        (Merge.SUPERIOR, 20, 5, 3, 2, 20),
        (Merge.SUPERIOR, None, 5, 3, 2, 5),
        (Merge.SUPERIOR, None, None, 3, 2, 10),
        (Merge.AT_MOST, None, None, 7, None, 7),
        (Merge.AT_MOST, None, None, 12, None, 10),
        (Merge.AT_MOST, None, 12, 11, 30, 11),
        (Merge.AT_MOST, 8, 12, None, None, 8),
        (Merge.AT_LEAST, None, None, 7, 12, 12),
        (Merge.AT_LEAST, None, 4, 5, 3, 5),
        (Merge.AT_LEAST, 15, 4, None, None, 15),
        (Merge.EARLIEST, None, 9, 11, None, 9),
        (Merge.NEAREST, 1, 2, 3, 4, 4),
        (Merge.NEAREST, 1, 2, None, None, 2),
        (Merge.NEAREST, None, None, None, None, 10),
    ],
)
def test_levels_merge_as_the_parameter_says(
    merge: Merge, city: Any, district: Any, institution: Any, department: Any, expected: int
) -> None:
    scopes: list[tuple[Any, dict[str, int]]] = [
        (city, {}),
        (district, {"district": 1}),
        (institution, {"institution": 10}),
        (department, {"department": 100}),
    ]
    rows = [row(value, **scope) for value, scope in scopes if value is not None]

    assert held(merge, *rows) == expected
    assert held(merge, *reversed(rows)) == expected


def test_a_district_cannot_loosen_what_the_city_set() -> None:
    floor = row(2, district=1)

    assert held(Merge.AT_LEAST, floor, authority=Level.CITY) == 10
    assert held(Merge.SUPERIOR, floor, authority=Level.CITY) == 10


def test_the_authority_that_set_a_default_may_replace_it() -> None:
    assert held(Merge.AT_MOST, row(21, district=1)) == 21
    assert held(Merge.AT_MOST, row(21), authority=Level.CITY) == 21


def test_a_row_holds_from_its_first_day_to_the_day_before_its_end() -> None:
    dated = row(3, district=1, start=date(2026, 11, 1), end=date(2026, 12, 1))

    days = [date(2026, 10, 31), date(2026, 11, 1), date(2026, 11, 30), date(2026, 12, 1)]

    assert [held(Merge.NEAREST, dated, at=day) for day in days] == [10, 3, 3, 10]


def test_of_two_rows_of_one_level_the_later_decision_holds() -> None:
    old, new = row(3, district=1), row(5, district=1, start=date(2026, 6, 1))

    assert held(Merge.AT_MOST, new, old) == 5


@pytest.mark.parametrize("scope", [{"district": 2}, {"institution": 11}, {"department": 101}])
def test_rows_of_others_do_not_count(scope: dict[str, int]) -> None:
    assert held(Merge.NEAREST, row(3, **scope)) == 10


def test_a_target_without_institution_is_not_touched_by_institutions() -> None:
    assert held(Merge.NEAREST, row(3, institution=10), target=Target(district=1)) == 10


def test_the_answer_names_the_row_that_decided() -> None:
    answer = resolve(parameter(Merge.AT_MOST), DAY, HERE, [row(12, district=1), row(4, institution=10)])

    assert (answer.value, answer.level, answer.source, answer.row) == (4, Level.INSTITUTION, "a decision", 4)


def test_times_and_fractions_are_typed() -> None:
    assert REGISTRY["booking_cutoff"].parse("14:00") == time(14)
    assert REGISTRY["reserved_share"].parse("0.30") == Decimal("0.30")


def test_a_value_of_the_wrong_type_is_named() -> None:
    with pytest.raises(ValueError, match="days cannot be 'soon'"):
        held(Merge.NEAREST, row("soon"))


def test_a_key_declared_twice_stops_the_start() -> None:
    other = Parameter("booking_cutoff", ValueType.TIME, "", "", Merge.NEAREST, "12:00", "")

    with pytest.raises(ImproperlyConfigured, match="booking_cutoff is declared twice"):
        declare(other)


def test_the_parameters_of_booking_have_the_values_of_their_articles() -> None:
    values = {one.key: one.parse(one.default) for one in (*CLINICS, *POOLS)}

    assert values == {
        "booking_horizon_days": 14,
        "booking_cutoff": time(15),
        "cancel_cutoff": time(15),
        "limit_per_day": 2,
        "limit_per_day_department": 1,
        "limit_7_days": 3,
        "limit_7_days_department": 3,
        "limit_3_months": 5,
        "limit_3_months_binds_referrals": False,
        "churn_applies": False,
        "churn_changes": 3,
        "churn_days": 90,
        "service_hours_from": time(0),
        "service_hours_to": time(0),
        "encounter_fresh_days": 7,
        "band_minutes_tertiary": 30,
        "band_minutes_secondary": 60,
        "band_minutes_other": 60,
        "general_without_cap": True,
        "exams_on_working_days": True,
        "doctor_names_shown": True,
        "focus_diseases": frozenset({"hypertension", "diabetes", "coronary", "cerebrovascular"}),
        "schedule_freeze_days": 7,
        "stop_notice_days": 2,
        "long_stop_days": 7,
        "long_stop_notice_days": 3,
        "publishing_horizon_months": 3,
        "bookable_share": Decimal("0.80"),
        "reserved_share_base": "bookable",
        "exempt_classes": frozenset(),
        "ordinary_release_days": 7,
        "pool_opening_time": time(17),
        "near_term_share": Decimal(0),
        "near_term_days": 3,
        "return_days_before": 1,
        "return_time": time(15),
        "reserved_share": Decimal("0.30"),
        "expert_share": Decimal("0.50"),
        "pool_lead_days": 14,
        "cool_down_minutes_least": 30,
        "cool_down_minutes_most": 120,
        "cool_down_ends_before_cutoff": 60,
        "promise_days": 3,
        "attestation_grace_days": 0,
        "right_dormant_days": 90,
    }


def test_every_parameter_cites_a_source_and_most_an_article() -> None:
    for one in (*CLINICS, *POOLS):
        assert str(one.source)
        assert one.quote or not one.rule or one.key in AGREED
