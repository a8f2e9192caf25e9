"""How a stop is treated, every cell: how long, how early, with or without stops beside it; no database (R126, R128, R161, R162, R194)."""

from datetime import date, timedelta

import pytest

from clinics.timetables.stopping import Judgement, Terms, check_days, judge
from vault.refusal import Refusal

TODAY = date(2026, 11, 24)
TERMS = Terms(notice_days=2, long_days=7, long_notice_days=3)
SHORT, WEEK, LONG = 1, 7, 8
# length in days, calendar days of notice → special, long, second person; None is refused
CELLS = {
    (SHORT, 0): (True, False, False),
    (SHORT, 1): (True, False, False),
    (SHORT, 2): (False, False, False),
    (SHORT, 3): (False, False, False),
    (WEEK, 0): (True, False, False),
    (WEEK, 1): (True, False, False),
    (WEEK, 2): (False, False, False),
    (WEEK, 3): (False, False, False),
    (LONG, 0): None,
    (LONG, 1): None,
    (LONG, 2): None,
    (LONG, 3): (False, True, True),
    (LONG, 30): (False, True, True),
}


def day(number: int) -> date:
    return TODAY + timedelta(days=number)


def judged(length: int, notice: int, **more: object) -> Judgement:
    return judge(day(notice), day(notice + length - 1), today=TODAY, terms=TERMS, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(("cell", "expected"), CELLS.items(), ids=str)
def test_every_cell_of_length_and_notice(cell: tuple[int, int], expected: tuple[bool, bool, bool] | None) -> None:
    length, notice = cell

    if expected is None:
        with pytest.raises(Refusal) as caught:
            judged(length, notice)
        assert caught.value.code == "notice_too_short"
    else:
        assert judged(length, notice) == Judgement(notice, *expected)


def test_a_long_stop_said_too_late_is_refused_with_the_rule_and_what_to_do_instead() -> None:
    with pytest.raises(Refusal) as caught:
        judged(10, 1)

    (violation,) = caught.value.violations
    assert (violation.rule, violation.count, violation.limit, violation.field) == ("R161", 1, 3, "first_day")
    assert violation.next_date == day(3)
    assert "提前三天" in violation.quote
    assert day(3).isoformat() in str(violation.remedy)  # begin later
    assert day(7).isoformat() in str(violation.remedy)  # or stop these seven days on their own
    assert not judged(7, 1).needs_second


@pytest.mark.parametrize(("notice", "special"), [(0, True), (1, True), (2, False)])
def test_notice_counts_to_the_first_session_that_would_not_take_place(notice: int, special: bool) -> None:
    found = judge(TODAY, day(5), today=TODAY, terms=TERMS, begins=day(notice))

    assert (found.notice, found.is_special) == (notice, special)


@pytest.mark.parametrize(("run", "notice", "second"), [(8, 3, True), (8, 2, False), (8, 0, False), (7, 3, False), (0, 3, False)])
def test_a_long_absence_cut_in_two_needs_the_second_person_too_unless_it_is_sudden(run: int, notice: int, second: bool) -> None:
    assert judged(SHORT, notice, run=run).needs_second is second


def test_a_hospital_with_stricter_values_is_judged_by_its_own() -> None:
    strict = Terms(notice_days=5, long_days=3, long_notice_days=6)

    assert judge(day(4), day(4), today=TODAY, terms=strict).is_special
    assert judge(day(6), day(9), today=TODAY, terms=strict).needs_second
    with pytest.raises(Refusal, match="notice_too_short"):
        judge(day(5), day(8), today=TODAY, terms=strict)


@pytest.mark.parametrize(
    ("first", "last", "field"),
    [(-1, 0, "first_day"), (367, 367, "first_day"), (3, 2, "last_day"), (0, 366, "last_day")],
    ids=["yesterday", "further than a year", "backwards", "longer than a year"],
)
def test_days_that_cannot_be_stopped_are_refused(first: int, last: int, field: str) -> None:
    with pytest.raises(Refusal) as caught:
        check_days(day(first), day(last), today=TODAY)

    assert [one.field for one in caught.value.violations] == [field]


def test_today_and_the_furthest_days_can_be_stopped() -> None:
    check_days(TODAY, TODAY, today=TODAY)
    check_days(day(366), day(366), today=TODAY)
    check_days(TODAY, day(365), today=TODAY)
