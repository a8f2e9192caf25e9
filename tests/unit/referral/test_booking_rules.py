"""The rules of booking, cell by cell, without a database: one lawful booking, and every way to break it."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referral.booking import articles, rules
from referral.booking.facts import SHANGHAI, BookingFacts, Counted, Limits

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=SHANGHAI)  # a Monday
FRIDAY = date(2026, 11, 27)
HEART, SUGAR = "03.04", "03.07"
HERE, THERE = 1, 2

LIMITS = Limits(
    horizon_days=14, booking_cutoff=time(15), per_day=2, per_day_department=1, per_7_days_department=3, per_7_days=3, encounter_days=7
)
LAWFUL = BookingFacts(
    now=NOON,
    right_status="granted",
    right_from=NOON - timedelta(days=30),
    right_to=NOON + timedelta(days=300),
    post_to=None,
    refers_own_patients=False,
    grant_until=NOON + timedelta(days=90),
    encounter_seen_at=NOON - timedelta(hours=2),
    encounter_at_own_unit=True,
    encounter_by_care_team=True,
    contract_until=date(2027, 3, 31),
    contract_at_own_unit=True,
    health_record_number="11010200700200123",
    institution_is_suspended=False,
    place_is_free=True,
    institution=HERE,
    standard_code=HEART,
    visit_date=FRIDAY,
    counted=(),
    limits=LIMITS,
)


def other(day: date, institution: int = THERE, code: str = SUGAR) -> Counted:
    return Counted(day, institution, code)


def days(offset: int) -> date:
    return FRIDAY + timedelta(days=offset)


def codes_of(facts: BookingFacts) -> list[tuple[str, str]]:
    return [(violation.code, violation.rule) for violation in rules.broken_rules(facts)]


def test_a_lawful_booking_breaks_nothing() -> None:
    assert rules.broken_rules(LAWFUL) == ()


RIGHT = ("right_not_in_force", "R045")
GRANT = ("no_grant_on_target", "R046")
SEEN = ("encounter_required", "R050")
CONTRACT = ("contract_required", "R118")
SUSPENDED = ("slot_not_available", "R052")
HORIZON = ("outside_horizon", "R106")
CUTOFF = ("past_cutoff", "R107")
DAY = ("limit_reached", "R108")
DAY_DEPARTMENT = ("limit_reached", "R015")
WEEK_DEPARTMENT = ("limit_reached", "R109")
WEEK = ("limit_reached", "R017")
FULL = ("slot_not_available", "R019")

TABLE = {
    "right suspended": ({"right_status": "suspended"}, [RIGHT]),
    "right revoked": ({"right_status": "revoked"}, [RIGHT]),
    "right begins now": ({"right_from": NOON}, []),
    "right begins in a moment": ({"right_from": NOON + timedelta(microseconds=1)}, [RIGHT]),
    "right ends in a moment": ({"right_to": NOON + timedelta(microseconds=1)}, []),
    "right ends now, though nobody marked it": ({"right_to": NOON}, [RIGHT]),
    "post ended": ({"post_to": NOON}, [RIGHT]),
    "post ends later": ({"post_to": NOON + timedelta(days=1)}, []),
    "no grant": ({"grant_until": None}, [GRANT]),
    "grant ends now": ({"grant_until": NOON}, [GRANT]),
    "seen seven days ago": ({"encounter_seen_at": NOON - timedelta(days=7)}, []),
    "seen seven days ago in the morning": ({"encounter_seen_at": datetime(2026, 11, 16, 0, 0, tzinfo=SHANGHAI)}, []),
    "seen eight days ago": ({"encounter_seen_at": datetime(2026, 11, 15, 23, 59, tzinfo=SHANGHAI)}, [SEEN]),
    "seen elsewhere": ({"encounter_at_own_unit": False}, [SEEN]),
    "seen by a stranger": ({"encounter_by_care_team": False}, [SEEN]),
    "no contract": ({"contract_until": None}, [CONTRACT]),
    "contract over today": ({"contract_until": NOON.date()}, [CONTRACT]),
    "contract with another centre": ({"contract_at_own_unit": False}, [CONTRACT]),
    "contract with another centre, regional specialist": ({"contract_at_own_unit": False, "refers_own_patients": True}, []),
    "no health record": ({"health_record_number": ""}, [CONTRACT]),
    "hospital suspended": ({"institution_is_suspended": True}, [SUSPENDED]),
    "day 14": ({"visit_date": NOON.date() + timedelta(days=14)}, []),
    "day 15": ({"visit_date": NOON.date() + timedelta(days=15)}, [HORIZON]),
    "a microsecond before 15:00 of the day before": (
        {"now": datetime(2026, 11, 26, 14, 59, 59, 999999, tzinfo=SHANGHAI)},
        [],
    ),
    "15:00 of the day before exactly": ({"now": datetime(2026, 11, 26, 15, 0, tzinfo=SHANGHAI)}, [CUTOFF]),
    "15:00 of the day before, told in UTC": ({"now": datetime(2026, 11, 26, 7, 0, tzinfo=UTC)}, [CUTOFF]),
    "a hospital that closes at 14:00": (
        {"now": datetime(2026, 11, 26, 14, 0, tzinfo=SHANGHAI), "limits": replace(LIMITS, booking_cutoff=time(14))},
        [CUTOFF],
    ),
    "across New Year": (
        {
            "now": datetime(2026, 12, 31, 15, 0, tzinfo=SHANGHAI),
            "visit_date": date(2027, 1, 1),
            "encounter_seen_at": datetime(2026, 12, 30, 9, 0, tzinfo=SHANGHAI),
        },
        [CUTOFF],
    ),
    "one other that day": ({"counted": (other(FRIDAY),)}, []),
    "two others that day": ({"counted": (other(FRIDAY), other(FRIDAY, HERE, "10"))}, [DAY]),
    "same department, same hospital, same day": ({"counted": (other(FRIDAY, HERE, HEART),)}, [DAY_DEPARTMENT]),
    "same department, other hospital, same day": ({"counted": (other(FRIDAY, THERE, HEART),)}, []),
    "three in the department in the days before": (
        {"counted": tuple(other(days(-back), THERE, HEART) for back in (2, 4, 6))},
        [WEEK_DEPARTMENT, WEEK],
    ),
    "three in the department in the days after": (
        {"counted": tuple(other(days(ahead), THERE, HEART) for ahead in (1, 3, 6))},
        [WEEK_DEPARTMENT, WEEK],
    ),
    "three around it, two of them within any seven days": (
        {"counted": (other(days(-6), THERE, HEART), other(days(-5), THERE, HEART), other(days(5), THERE, HEART))},
        [],
    ),
    "three seven days away": ({"counted": tuple(other(days(7), code=code) for code in (HEART, SUGAR, "10"))}, []),
    "three of other departments within seven days": (
        {"counted": (other(days(-3)), other(days(-2), code="10"), other(days(2), code="11"))},
        [WEEK],
    ),
    "full": ({"place_is_free": False}, [FULL]),
}


@pytest.mark.parametrize(("change", "expected"), TABLE.values(), ids=TABLE.keys())
def test_each_cell_of_the_table(change: dict, expected: list[tuple[str, str]]) -> None:
    assert codes_of(replace(LAWFUL, **change)) == expected


def test_three_broken_rules_are_told_at_once_in_the_documented_order() -> None:
    facts = replace(LAWFUL, encounter_seen_at=NOON - timedelta(days=30), contract_until=None, visit_date=NOON.date() + timedelta(days=20))

    found = rules.broken_rules(facts)

    assert [violation.rule for violation in found] == ["R050", "R118", "R106"]
    assert (found[0].count, found[0].limit) == (30, 7)
    assert (found[2].count, found[2].limit, found[2].next_date) == (20, 14, NOON.date() + timedelta(days=14))


def test_everything_broken_names_every_rule_once_in_order() -> None:
    crowd = tuple(other(FRIDAY, HERE, HEART) for _ in range(3))
    facts = replace(
        LAWFUL, grant_until=None, encounter_at_own_unit=False, contract_until=None, institution_is_suspended=True,
        visit_date=FRIDAY, counted=crowd, now=datetime(2026, 11, 26, 16, tzinfo=SHANGHAI), place_is_free=False,
    )  # fmt: skip

    assert [violation.rule for violation in rules.broken_rules(facts)] == [
        "R046", "R050", "R118", "R052", "R107", "R108", "R015", "R109", "R017", "R019",
    ]  # fmt: skip


def test_without_a_right_nothing_else_is_told() -> None:
    facts = replace(LAWFUL, right_status="revoked", contract_until=None, grant_until=None, place_is_free=False)

    assert codes_of(facts) == [RIGHT]


def test_a_full_day_names_count_limit_quote_and_the_next_day() -> None:
    facts = replace(LAWFUL, counted=(other(FRIDAY), other(FRIDAY, HERE, "10")))

    (violation,) = rules.broken_rules(facts)

    assert (violation.count, violation.limit, violation.next_date) == (2, 2, days(1))
    assert violation.quote == articles.DAY.quote
    assert (violation.source, violation.article) == ("003", "§17(1)")


def test_the_next_lawful_day_is_earlier_when_there_is_none_later() -> None:
    last = NOON.date() + timedelta(days=14)
    facts = replace(LAWFUL, visit_date=last, counted=(other(last), other(last, HERE, "10")))

    assert rules.next_lawful_date(facts) == last - timedelta(days=1)


def test_there_is_no_next_lawful_day_when_every_week_is_full() -> None:
    crowd = tuple(other(NOON.date() + timedelta(days=ahead), code=f"{ahead:02d}") for ahead in range(1, 22, 2))

    assert rules.next_lawful_date(replace(LAWFUL, counted=crowd)) is None


@given(
    booked=st.lists(st.integers(min_value=-20, max_value=20), max_size=12),
    wanted=st.integers(min_value=-5, max_value=5),
)
def test_the_fullest_week_is_what_brute_force_finds(booked: list[int], wanted: int) -> None:
    crowd = tuple(other(days(offset)) for offset in booked)

    windows = [range(start, start + 7) for start in range(-40, 40) if wanted in range(start, start + 7)]
    brute = max(sum(offset in window for offset in booked) for window in windows)

    assert rules.fullest_week(crowd, days(wanted)) == brute


@given(st.lists(st.integers(min_value=1, max_value=14), max_size=40))
def test_bookings_taken_one_by_one_never_fill_any_week_beyond_the_limit(wishes: list[int]) -> None:
    taken: list[Counted] = []
    for serial, ahead in enumerate(wishes):
        facts = replace(LAWFUL, visit_date=NOON.date() + timedelta(days=ahead), institution=serial, counted=tuple(taken))
        if not rules.broken_rules(facts):
            taken.append(Counted(facts.visit_date, serial, HEART))

    offsets = [(booking.visit_date - NOON.date()).days for booking in taken]
    assert all(sum(offset in range(start, start + 7) for offset in offsets) <= 3 for start in range(-7, 22))
    assert all(offsets.count(offset) <= 2 for offset in offsets)


@given(
    booked=st.lists(
        st.tuples(st.integers(min_value=1, max_value=16), st.sampled_from([HERE, THERE]), st.sampled_from([HEART, SUGAR])), max_size=6
    ),
    per_week=st.integers(min_value=1, max_value=3),
    ahead=st.integers(min_value=0, max_value=16),
)
def test_a_day_is_lawful_exactly_when_the_same_booking_breaks_no_rule_there(
    booked: list[tuple[int, int, str]], per_week: int, ahead: int
) -> None:
    crowd = tuple(other(NOON.date() + timedelta(days=day), institution, code) for day, institution, code in booked)
    facts = replace(LAWFUL, counted=crowd, limits=replace(LAWFUL.limits, per_7_days_department=per_week))
    day = NOON.date() + timedelta(days=ahead)

    assert rules.is_lawful_on(facts, day) == (codes_of(replace(facts, visit_date=day)) == [])


@given(
    st.lists(st.tuples(st.integers(min_value=1, max_value=14), st.sampled_from([HERE, THERE]), st.sampled_from([HEART, SUGAR])), max_size=8)
)
def test_the_next_lawful_day_breaks_no_rule_about_dates(booked: list[tuple[int, int, str]]) -> None:
    crowd = tuple(other(NOON.date() + timedelta(days=ahead), institution, code) for ahead, institution, code in booked)
    facts = replace(LAWFUL, counted=crowd)

    found = rules.next_lawful_date(facts)

    if found is not None:
        assert codes_of(replace(facts, visit_date=found)) == []
