"""Calendar quarters in Beijing and their deadlines; every boundary."""

from datetime import UTC, date, datetime, timedelta

import pytest

from clinics.watch.quarters import Quarter, day_in_beijing, last_closed, quarter_to_attest
from clinics.watch.reminders import stage_of

LAST = date(2026, 12, 31)


@pytest.mark.parametrize(
    ("day", "code", "first", "last"),
    [
        (date(2026, 1, 1), "2026Q1", date(2026, 1, 1), date(2026, 3, 31)),
        (date(2026, 6, 30), "2026Q2", date(2026, 4, 1), date(2026, 6, 30)),
        (date(2026, 7, 1), "2026Q3", date(2026, 7, 1), date(2026, 9, 30)),
        (date(2026, 12, 31), "2026Q4", date(2026, 10, 1), date(2026, 12, 31)),
    ],
    ids=["first", "second", "third", "fourth"],
)
def test_a_day_lies_in_its_calendar_quarter(day: date, code: str, first: date, last: date) -> None:
    quarter = Quarter.of(day)

    assert (quarter.code, quarter.first_day, quarter.last_day) == (code, first, last)
    assert quarter.following.preceding == quarter


def test_the_quarter_turns_at_midnight_in_beijing() -> None:
    before, after = datetime(2026, 12, 31, 15, 59, 59, tzinfo=UTC), datetime(2026, 12, 31, 16, 0, tzinfo=UTC)

    assert [Quarter.of(day_in_beijing(now)).code for now in (before, after)] == ["2026Q4", "2027Q1"]
    assert Quarter(2027, 1).begins == after


@pytest.mark.parametrize(
    ("today", "grace", "attested", "closed"),
    [
        (date(2026, 12, 31), 0, "2026Q4", "2026Q3"),
        (date(2027, 1, 1), 0, "2027Q1", "2026Q4"),
        (date(2027, 1, 10), 10, "2026Q4", "2026Q3"),
        (date(2027, 1, 11), 10, "2027Q1", "2026Q4"),
    ],
    ids=["last day", "day after", "last day of grace", "after grace"],
)
def test_a_quarter_is_attested_until_its_deadline(today: date, grace: int, attested: str, closed: str) -> None:
    assert (quarter_to_attest(today, grace).code, last_closed(today, grace).code) == (attested, closed)


@pytest.mark.parametrize(("left", "stage"), [(15, 0), (14, 14), (4, 14), (3, 3), (0, 3), (-1, 0)], ids=["15", "14", "4", "3", "0", "over"])
def test_reminders_have_two_stages(left: int, stage: int) -> None:
    assert stage_of(LAST, LAST - timedelta(days=left)) == stage
