"""The ledger as plain Python: windows, what counts together, which bans follow, and an oracle that counts the slow way."""

import random
from datetime import UTC, date, datetime, timedelta
from itertools import combinations

import pytest

from referral.booking.late import judged
from referral.booking.models import Booking
from referral.credit.ledger import EVASION, SHANGHAI, Missed, fullest_window, listings
from referral.credit.standing import Window, counted, window_of
from referral.credit.terms import Terms, add_months

YEAR = Terms(3, "calendar_year", 3, 3, "booking_and_referral")
ROLLING = Terms(3, "rolling_months", 3, 3, "booking_and_referral")
LIFE = Terms(3, "lifetime", 3, 3, "booking")


def missed(key: int, day: date, terms: Terms = YEAR, kind: str = "noshow", hour: int = 10) -> Missed:
    return Missed(key, day, datetime(day.year, day.month, day.day, hour, tzinfo=UTC), kind, terms)


@pytest.mark.parametrize(
    ("kind", "day", "expected"),
    [
        ("calendar_year", date(2026, 12, 31), Window(date(2026, 1, 1), date(2027, 1, 1))),
        ("calendar_year", date(2027, 1, 1), Window(date(2027, 1, 1), date(2028, 1, 1))),
        ("rolling_months", date(2026, 11, 22), Window(date(2026, 8, 23), date(2026, 11, 23))),
        ("rolling_months", date(2026, 5, 31), Window(date(2026, 3, 1), date(2026, 6, 1))),
        ("rolling_months", date(2026, 5, 28), Window(date(2026, 3, 1), date(2026, 5, 29))),
        ("rolling_months", date(2026, 11, 30), Window(date(2026, 9, 1), date(2026, 12, 1))),
        ("lifetime", date(2026, 11, 22), Window(None, None)),
    ],
)
def test_the_window_of_a_day(kind: str, day: date, expected: Window) -> None:
    assert window_of(day, kind, 3) == expected


def test_of_rolling_months_a_visit_counts_until_its_own_day_three_months_later() -> None:
    for start in (date(2026, 1, 31), date(2026, 8, 22), date(2028, 2, 29)):
        ends = add_months(start, 3)

        assert window_of(ends - timedelta(days=1), "rolling_months", 3).holds(start)
        assert not window_of(ends, "rolling_months", 3).holds(start)


def test_two_of_three_resets_on_1_january_or_when_the_oldest_falls_out_or_never() -> None:
    days, today = [date(2025, 12, 30), date(2026, 10, 5), date(2026, 11, 3)], date(2026, 11, 22)

    year, rolling, life = (counted(days, terms, today) for terms in (YEAR, ROLLING, LIFE))

    assert (year.count, year.limit, year.resets_on) == (2, 3, date(2027, 1, 1))
    assert (rolling.count, rolling.resets_on) == (2, date(2027, 1, 5))
    assert (life.count, life.resets_on) == (3, None)
    assert counted([], YEAR, today).resets_on is None


def test_the_third_missed_visit_of_a_year_lists_from_its_instant_for_three_months() -> None:
    three = [missed(1, date(2026, 1, 5)), missed(2, date(2026, 6, 1)), missed(3, date(2026, 11, 30))]

    (ban,) = listings(three)

    assert ban.valid_from == three[2].at
    assert ban.valid_to == datetime(2027, 2, 28, 18, tzinfo=SHANGHAI)
    assert (ban.covers, ban.keys) == ("booking_and_referral", {1, 2, 3})
    assert listings(three[:2]) == []


def test_the_turn_of_the_year_begins_anew_and_rolling_months_do_not() -> None:
    days = [date(2026, 12, 1), date(2026, 12, 20), date(2027, 1, 4)]

    assert listings(missed(key, day) for key, day in enumerate(days)) == []
    assert len(listings(missed(key, day, ROLLING) for key, day in enumerate(days))) == 1


def test_a_ban_uses_its_visits_up_and_the_next_needs_three_more() -> None:
    six = [missed(key, date(2026, 3, key)) for key in range(1, 7)]

    assert [ban.keys for ban in listings(six)] == [{1, 2, 3}, {4, 5, 6}]
    assert [ban.keys for ban in listings(six[:5])] == [{1, 2, 3}]


def test_a_struck_visit_never_was_and_what_came_after_it_is_counted_anew() -> None:
    four = [missed(key, date(2026, 3, key)) for key in range(1, 5)]

    assert [ban.keys for ban in listings(four)] == [{1, 2, 3}]
    (instead,) = listings(four[1:])
    assert (instead.keys, instead.valid_from) == ({2, 3, 4}, four[3].at)


def test_evasion_lists_at_once_for_itself_alone_and_an_empty_ban_not_at_all() -> None:
    rows = [missed(1, date(2026, 3, 1)), missed(2, date(2026, 3, 2), kind=EVASION), missed(3, date(2026, 3, 3))]

    assert [ban.keys for ban in listings(rows)] == [{2}]
    no_ban = Terms(1, "lifetime", 3, 0, "booking")
    assert listings([missed(1, date(2026, 3, 1), no_ban)]) == []


def test_what_counts_together_is_the_largest_set_that_fits_one_window() -> None:
    """The oracle tries every set; random days, all three windows, recorded in any order."""
    rolls, hits = random.Random(110102), 0
    for _round in range(300):
        terms = rolls.choice((YEAR, ROLLING, LIFE))
        days = [date(2026, 9, 1) + timedelta(days=rolls.randrange(240)) for _ in range(rolls.randrange(1, 7))]
        rows = [missed(key, day, terms) for key, day in enumerate(days)]
        one = rolls.choice(rows)

        found = fullest_window(rows, one)

        assert one in found
        assert fits_one_window(found, terms)
        assert len(found) == largest(rows, one, terms)
        hits += len(found) > 2
    assert hits > 50


def fits_one_window(rows: list[Missed], terms: Terms) -> bool:
    days = [row.visit_date for row in rows]
    if terms is YEAR:
        return len({day.year for day in days}) == 1
    return terms is LIFE or max(days) < add_months(min(days), terms.months)


def largest(rows: list[Missed], one: Missed, terms: Terms) -> int:
    others = [row for row in rows if row is not one]
    sizes = range(len(others), -1, -1)
    return next(n + 1 for n in sizes if any(fits_one_window([one, *some], terms) for some in combinations(others, n)))


@pytest.mark.parametrize(
    ("rule", "minute", "received", "again"),
    [
        ("in_band", 30, False, False), ("received", 30, True, False),
        ("requeue", 30, True, True), ("by_hour", 89, True, False), ("by_hour", 90, False, False),
        ("void", 30, False, False), ("no_show", 30, False, False),
    ],
)  # fmt: skip
def test_each_late_rule_says_who_is_received_and_how(rule: str, minute: int, received: bool, again: bool) -> None:
    """A band from 8:00 to 8:30; minutes after 8:00; the hour of reporting is 9:30."""
    starts = datetime(2026, 11, 26, 8, tzinfo=SHANGHAI)
    booking = Booking(visit_date=starts.date(), starts_at=starts, ends_at=starts + timedelta(minutes=30))

    late = judged(rule, datetime(2026, 11, 26, 9, 30).time(), booking, starts + timedelta(minutes=minute))

    assert (late.is_received, late.queues_again) == (received, again)
    assert late.minutes == max(minute - 30, 1)
    assert str(late.sentence)
