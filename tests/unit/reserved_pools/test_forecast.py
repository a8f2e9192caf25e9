"""What is expected to stay unused: exact values, what always holds, and how the error is judged."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reserved_pools.balance.forecast import Error, Past, comparable, error_of, forecast, quantile

TODAY = date(2026, 11, 23)


def weeks(*booked: int, published: int = 10, early: int = 0) -> list[Past]:
    """One session a week up to last week; `early` of each were booked ten days before the cut-off, the rest on the last day."""
    first = TODAY - timedelta(weeks=len(booked))
    return [Past(first + timedelta(weeks=n), published, (end, *[min(early, end)] * 9)) for n, end in enumerate(booked)]


def test_each_comparable_session_says_how_many_more_come() -> None:
    said = forecast(weeks(6, 6, 7, 5, 6, 6, 8, 4, early=2), published=10, booked=3, days_left=4)

    assert said is not None
    assert (said.unused, said.low, said.high, said.coming, said.sessions) == (Decimal("3.0"), 1, 4, Decimal("4.0"), 8)


def test_with_fewer_than_six_comparable_sessions_nothing_is_said() -> None:
    assert forecast(weeks(6, 6, 6, 6, 6), published=10, booked=3, days_left=4) is None
    assert forecast(weeks(6, 6, 6, 6, 6, 6), published=10, booked=3, days_left=4) is not None


def test_at_the_cut_off_nobody_comes_any_more() -> None:
    said = forecast(weeks(6, 6, 7, 5, 6, 6), published=10, booked=3, days_left=0)

    assert said is not None
    assert (said.unused, said.low, said.high, said.coming) == (Decimal("7.0"), 7, 7, Decimal("0.0"))


def test_a_half_day_that_filled_early_is_carried_on_at_its_pace_to_twice_its_places() -> None:
    filled_early = Past(TODAY, 8, (8, 8, 8, 8, 8, 6, 4, 2, 0))  # two a day until four days were left
    filled_at_once = Past(TODAY, 8, (8, 8, 8, 8, 8, 8, 8, 8, 0))
    filled_on_the_last_day = Past(TODAY, 8, (8, 6, 4, 2, 0))

    assert [one.wanted for one in (filled_early, filled_at_once, filled_on_the_last_day)] == [16, 16, 8]
    assert Past(TODAY, 8, (5, 4, 4, 0)).wanted == 5
    assert (Past(TODAY, 8, (8,)).wanted, Past(TODAY, 8, (0, 0)).wanted) == (8, 0)


curves = st.lists(st.integers(0, 12), min_size=1, max_size=15).map(lambda held: tuple(sorted(held, reverse=True)))
pasts = st.lists(st.builds(Past, st.just(TODAY), st.just(12), curves), min_size=6, max_size=10)


@given(pasts, st.integers(0, 30), st.integers(0, 30), st.integers(0, 20))
def test_what_is_said_always_lies_between_nothing_and_what_is_left(past: list[Past], published: int, booked: int, days: int) -> None:
    left = max(0, published - booked)

    said = forecast(past, published=published, booked=booked, days_left=days)

    assert said is not None
    assert 0 <= said.low <= said.high <= left
    assert 0 <= said.unused <= left
    assert said.coming >= 0


@given(pasts, st.integers(0, 20), st.integers(0, 20), st.integers(0, 19))
def test_the_nearer_the_cut_off_and_the_more_places_the_more_stays_unused(past: list[Past], published: int, booked: int, days: int) -> None:
    now, later = (forecast(past, published=published, booked=booked, days_left=number) for number in (days + 1, days))
    more = forecast(past, published=published + 1, booked=booked, days_left=days)

    assert now is not None
    assert later is not None
    assert more is not None
    assert now.unused <= later.unused <= more.unused <= later.unused + 1


def test_only_the_eight_weeks_before_a_day_are_comparable() -> None:
    past = [Past(TODAY + timedelta(weeks=number), 10, (5,)) for number in range(-10, 2)]

    assert [one.date for one in comparable(past, TODAY)] == [TODAY + timedelta(weeks=number) for number in range(-8, 0)]


def test_the_error_stands_beside_that_of_copying_the_week_before() -> None:
    jumping = weeks(4, 8, 4, 8, 4, 8, 4, 8, 4, 8, 4, 8, 4, 8, 4, 8)

    said = error_of([jumping], TODAY)

    assert said is not None
    assert (said.ours, said.naive, said.sessions, said.is_better) == (Decimal("2.0"), Decimal("4.0"), 8, True)


@pytest.mark.parametrize("history", [[], weeks(4, 5, 6), weeks(4, 5, 6, 4, 5, 6)])
def test_without_enough_past_no_error_is_known(history: list[Past]) -> None:
    assert error_of([history], TODAY) is None


def test_a_steady_past_is_forecast_without_error() -> None:
    assert error_of([weeks(*[6] * 16)], TODAY) == Error(Decimal("0.0"), Decimal("0.0"), 8)


def test_a_quantile_lies_between_its_neighbours() -> None:
    ordered = [Decimal(number) for number in (0, 1, 2, 10)]

    assert [quantile(ordered, Decimal(share)) for share in ("0", "0.5", "1")] == [0, Decimal("1.5"), 10]
