"""When places open, close and open again; no database."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from reserved_pools.sessions.half_days import CellState, cell_state
from reserved_pools.windows import closes_at, cools_until, gives_back_at, is_open, keeps_promise, opens_at

VISIT = date(2026, 11, 26)
CLOSES = closes_at(VISIT, time(15))


def test_booking_closes_at_fifteen_the_day_before_in_beijing() -> None:
    assert closes_at(VISIT, time(15)) == datetime(2026, 11, 25, 7, tzinfo=UTC)
    assert closes_at(date(2027, 1, 1), time(14)) == datetime(2026, 12, 31, 6, tzinfo=UTC)


def test_a_place_opens_so_many_days_before_at_its_hour_in_beijing() -> None:
    assert opens_at(VISIT, 14) == datetime(2026, 11, 11, 16, tzinfo=UTC)
    assert opens_at(VISIT, 21, time(17)) == datetime(2026, 11, 5, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("cutoff", "days", "hour", "expected"),
    [
        (time(15), 1, time(15), datetime(2026, 11, 25, 7, tzinfo=UTC)),
        (time(14), 1, time(15), datetime(2026, 11, 25, 6, tzinfo=UTC)),
        (time(15), 1, time(11, 30), datetime(2026, 11, 25, 3, 30, tzinfo=UTC)),
        (time(15), 2, time(15), datetime(2026, 11, 24, 7, tzinfo=UTC)),
        (time(9), 2, time(15), datetime(2026, 11, 24, 7, tzinfo=UTC)),
    ],
)
def test_places_go_back_at_the_earlier_of_booking_s_cutoff_and_the_hospital_s_own(
    cutoff: time, days: int, hour: time, expected: datetime
) -> None:
    assert gives_back_at(VISIT, cutoff=cutoff, return_days_before=days, return_time=hour) == expected


def test_a_place_is_open_from_its_opening_until_just_before_its_cutoff() -> None:
    opens = opens_at(VISIT, 14)
    moments = [opens - timedelta(microseconds=1), opens, CLOSES - timedelta(microseconds=1), CLOSES]

    assert [is_open(now, opens=opens, closes=CLOSES, closed=None) for now in moments] == [False, True, True, False]
    assert not is_open(opens, opens=opens, closes=CLOSES, closed=opens)


@pytest.mark.parametrize(
    ("before_close", "minutes", "expected_before_close"),
    [
        (timedelta(days=2), 30, timedelta(days=2) - timedelta(minutes=30)),
        (timedelta(minutes=100), 30, timedelta(minutes=70)),
        (timedelta(minutes=100), 90, timedelta(minutes=60)),
        (timedelta(minutes=61), 120, timedelta(minutes=60)),
        (timedelta(minutes=60), 30, timedelta(0)),
        (timedelta(minutes=5), 30, timedelta(0)),
    ],
)
def test_a_place_given_back_cools_but_not_into_the_last_hour(
    before_close: timedelta, minutes: int, expected_before_close: timedelta
) -> None:
    until = cools_until(CLOSES - before_close, CLOSES, minutes=minutes, latest_before_close=60)

    assert CLOSES - until == expected_before_close


def test_the_promise_counts_calendar_days() -> None:
    today = date(2026, 11, 20)

    assert [keeps_promise(today, today + timedelta(days=days), 3) for days in (0, 3, 4)] == [True, True, False]


NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
LATER, EARLIER = NOW + timedelta(days=1), NOW - timedelta(days=1)


@pytest.mark.parametrize(
    ("status", "opens", "closes", "still_open", "remaining", "state"),
    [
        ("planned", EARLIER, LATER, 4, 3, CellState.OPEN),
        ("planned", EARLIER, LATER, 4, 0, CellState.FULL),
        ("planned", EARLIER, LATER, 0, 3, CellState.CLOSED),
        ("planned", EARLIER, NOW, 4, 3, CellState.CLOSED),
        ("planned", LATER, LATER, 4, 3, CellState.NOT_OPEN),
        ("planned", None, None, 0, 0, CellState.NOT_OPEN),
        ("stopped", EARLIER, LATER, 4, 3, CellState.STOPPED),
    ],
)
def test_a_half_day_shows_one_of_six_states(
    status: str, opens: datetime | None, closes: datetime | None, still_open: int, remaining: int, state: CellState
) -> None:
    assert cell_state(status, now=NOW, opens=opens, closes=closes, still_open=still_open, remaining=remaining) == state
