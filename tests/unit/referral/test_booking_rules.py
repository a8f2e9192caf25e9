"""The rules of booking, cell by cell, without a database: one lawful booking, and every way to break it."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referral.booking import articles, rules
from referral.booking.counting import fullest_months, fullest_week, months_after
from referral.booking.facts import SHANGHAI, BookingFacts, Counted, Limits
from referral.booking.override_models import Overridable

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
    contract_with_team=True,
    contract_with_doctor=True,
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


def missed(day: date, code: str = "10") -> Counted:
    return Counted(day, HERE, code, "noshow")


def attended(day: date) -> Counted:
    return Counted(day, HERE, "11", "fulfilled")


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
EMERGENCY = ("emergency_do_not_book", "R187")
CONTROLLED = ("banned", "R014")
BANNED = ("banned", "R136")
RESTRICTED = ("banned", "R027")
HOURS = ("outside_service_hours", "R142")
QUARTER = ("limit_reached", "R018")
CHURN = ("limit_reached", "R147")
ASKED = ("acceptance_required", "R072")
CAPPED = replace(LIMITS, per_3_months=5)
OFFICE = replace(LIMITS, service_from=time(8), service_to=time(12))
NIGHT = replace(LIMITS, service_from=time(20), service_to=time(8))
OF_TEAM = replace(LIMITS, who_refers="contracted_team")
OF_DOCTOR = replace(LIMITS, who_refers="contracted_doctor")
NOT_MISSED = replace(LIMITS, what_counts="live_and_attended")
ONLY_AHEAD = replace(LIMITS, what_counts="live_only", per_3_months=1)
CHURNED = replace(LIMITS, churn_changes=3, churn_days=30)


def far(*offsets: int) -> tuple[Counted, ...]:
    """Bookings of other departments, so many days from the visit, none within a week of another."""
    return tuple(Counted(FRIDAY + timedelta(days=offset), THERE, f"{number:02d}") for number, offset in enumerate(offsets, 10))


def changed(*days_ago: int) -> tuple[datetime, ...]:
    return tuple(NOON - timedelta(days=ago) for ago in days_ago)


YESTERDAY = NOON.date() - timedelta(days=1)
ACCEPTED = {"is_asked_first": True, "accepted_until": NOON.date(), "asked_at": NOON}
TABLE = {
    "a bed of which no hospital was asked": ({"is_asked_first": True}, [ASKED]),
    "a bed that is accepted until today": (ACCEPTED, []),
    "a bed that was accepted until yesterday": (ACCEPTED | {"accepted_until": YESTERDAY}, [ASKED]),
    "seen in time before the hospital was asked": (
        ACCEPTED | {"asked_at": NOON - timedelta(days=9), "encounter_seen_at": NOON - timedelta(days=16)},
        [],
    ),
    "seen too long before the hospital was asked": (
        ACCEPTED | {"asked_at": NOON - timedelta(days=9), "encounter_seen_at": NOON - timedelta(days=17)},
        [SEEN],
    ),
    "seen in time before it was asked, which is over": (
        ACCEPTED | {"accepted_until": YESTERDAY, "asked_at": NOON - timedelta(days=9), "encounter_seen_at": NOON - timedelta(days=10)},
        [SEEN, ASKED],
    ),
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
    "contract with another team": ({"contract_with_team": False, "contract_with_doctor": False}, []),
    "contract with another team, where the team refers": (
        {"limits": OF_TEAM, "contract_with_team": False, "contract_with_doctor": False},
        [CONTRACT],
    ),
    "contract with a colleague, where the team refers": ({"limits": OF_TEAM, "contract_with_doctor": False}, []),
    "contract with a colleague, where the doctor refers": ({"limits": OF_DOCTOR, "contract_with_doctor": False}, [CONTRACT]),
    "her own contract, where the doctor refers": ({"limits": OF_DOCTOR}, []),
    "contract with a colleague, regional specialist": (
        {"limits": OF_DOCTOR, "contract_with_team": False, "contract_with_doctor": False, "refers_own_patients": True},
        [],
    ),
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
    "a hospital that closes at 11:30, a moment before": (
        {"now": datetime(2026, 11, 26, 11, 29, 59, 999999, tzinfo=SHANGHAI), "limits": replace(LIMITS, booking_cutoff=time(11, 30))},
        [],
    ),
    "a hospital that closes at 11:30": (
        {"now": datetime(2026, 11, 26, 11, 30, tzinfo=SHANGHAI), "limits": replace(LIMITS, booking_cutoff=time(11, 30))},
        [CUTOFF],
    ),
    "a week from tomorrow, its last day": (
        {"visit_date": NOON.date() + timedelta(days=7), "limits": replace(LIMITS, horizon_days=7)},
        [],
    ),
    "a week from tomorrow, the day after": (
        {"visit_date": NOON.date() + timedelta(days=8), "limits": replace(LIMITS, horizon_days=7)},
        [HORIZON],
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
    "two others that day, one of them missed": ({"counted": (other(FRIDAY), missed(FRIDAY))}, [DAY]),
    "two others that day, a missed one does not count": ({"limits": NOT_MISSED, "counted": (other(FRIDAY), missed(FRIDAY))}, []),
    "two others that day, an attended one does": ({"limits": NOT_MISSED, "counted": (other(FRIDAY), attended(FRIDAY))}, [DAY]),
    "two others that day, of which only what lies ahead counts": (
        {"limits": ONLY_AHEAD, "counted": (attended(FRIDAY), missed(FRIDAY))},
        [],
    ),
    "three of a week, only one of which lies ahead": (
        {"limits": ONLY_AHEAD, "counted": (other(days(-3)), attended(days(-2)), missed(days(-1)))},
        [QUARTER],
    ),
    "a missed one of the same department, whatever counts": (
        {"limits": ONLY_AHEAD, "counted": (missed(FRIDAY, HEART),)},
        [DAY_DEPARTMENT],
    ),
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
    "an emergency sign": ({"emergency_sign": "stroke"}, [EMERGENCY]),
    "a controlled document": ({"controlled_by": "西城区"}, [CONTROLLED]),
    "on the list for a moment more": ({"banned_until": NOON + timedelta(microseconds=1)}, [BANNED]),
    "off the list from now": ({"banned_until": NOON}, []),
    "restricted by the hospital": ({"restricted_until": NOON + timedelta(days=9)}, [RESTRICTED]),
    "no longer restricted": ({"restricted_until": NOON}, []),
    "before the hours of service end": ({"limits": OFFICE, "now": NOON - timedelta(microseconds=1)}, []),
    "when the hours of service end": ({"limits": OFFICE}, [HOURS]),
    "when the hours of service begin": ({"limits": OFFICE, "now": NOON.replace(hour=8)}, []),
    "before the hours of service begin": ({"limits": OFFICE, "now": NOON.replace(hour=7, minute=59)}, [HOURS]),
    "hours of service past midnight, at noon": ({"limits": NIGHT}, [HOURS]),
    "hours of service past midnight, at eleven": ({"limits": NIGHT, "now": NOON.replace(hour=23)}, []),
    "a fifth within three months": ({"limits": CAPPED, "counted": far(-80, -60, -40, -20)}, []),
    "a sixth within three months": ({"limits": CAPPED, "counted": far(-80, -60, -40, -20, -10)}, [QUARTER]),
    "a sixth within three months, some of them ahead": ({"limits": CAPPED, "counted": far(-50, -30, -10, 10, 30)}, [QUARTER]),
    "six within no three months": ({"limits": CAPPED, "counted": far(-80, -60, -40, 40, 60, 80)}, []),
    "a sixth where the cap does not bind": ({"counted": far(-80, -60, -40, -20, -10)}, []),
    "three changes": ({"limits": CHURNED, "changed_at": changed(1, 2, 3)}, []),
    "four changes": ({"limits": CHURNED, "changed_at": changed(1, 2, 3, 29)}, [CHURN]),
    "four changes, one of them just long enough ago": ({"limits": CHURNED, "changed_at": changed(1, 2, 3, 30)}, []),
    "many changes where nobody counts them": ({"changed_at": changed(*range(20))}, []),
    "a full day that two persons let pass": ({"counted": (other(FRIDAY), other(FRIDAY, HERE, "10")), "let_pass": frozenset({"R108"})}, []),
    "a full day and another exception": (
        {"counted": (other(FRIDAY), other(FRIDAY, HERE, "10")), "let_pass": frozenset({"R017"})},
        [DAY],
    ),
    "day 15 that two persons let pass": ({"visit_date": NOON.date() + timedelta(days=15), "let_pass": frozenset({"R106"})}, []),
    "no contract that two persons let pass": ({"contract_until": None, "let_pass": frozenset({"R118"})}, []),
    "a ban nobody may let pass": ({"banned_until": NOON + timedelta(days=9), "let_pass": frozenset({"R136", "R108"})}, [BANNED]),
    "a full place nobody may let pass": ({"place_is_free": False, "let_pass": frozenset({"R019"})}, [FULL]),
    "a second place in the department nobody may let pass": (
        {"counted": (other(FRIDAY, HERE, HEART),), "let_pass": frozenset({"R015", "R108"})},
        [DAY_DEPARTMENT],
    ),
}


@pytest.mark.parametrize(("change", "expected"), TABLE.values(), ids=TABLE.keys())
def test_each_cell_of_the_table(change: dict, expected: list[tuple[str, str]]) -> None:
    assert codes_of(replace(LAWFUL, **change)) == expected


@pytest.mark.parametrize("removed", rules.RULES, ids=lambda rule: rule.__name__)
def test_a_rule_that_is_taken_away_is_missed(removed: rules.Rule) -> None:
    rest = [rule for rule in rules.RULES if rule is not removed]

    missed = [
        name
        for name, (change, expected) in TABLE.items()
        if [(one.code, one.rule) for one in rules.broken_rules(replace(LAWFUL, **change), rest)] != expected
    ]

    assert missed != []


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
        visit_date=FRIDAY, counted=(*crowd, *far(-20, -30)), now=datetime(2026, 11, 26, 16, tzinfo=SHANGHAI), place_is_free=False,
        emergency_sign="stroke", controlled_by="西城区", banned_until=NOON + timedelta(days=90), restricted_until=NOON + timedelta(days=9),
        changed_at=changed(0, 1, 2, 3), limits=replace(OFFICE, per_3_months=5, churn_changes=3), is_asked_first=True,
    )  # fmt: skip

    assert [violation.rule for violation in rules.broken_rules(facts)] == [
        "R187", "R046", "R050", "R118", "R014", "R136", "R027", "R142", "R052", "R072", "R107",
        "R108", "R015", "R109", "R017", "R018", "R147", "R019",
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


def test_a_ban_says_when_it_is_over_and_a_churn_when_the_oldest_change_is_forgotten() -> None:
    midnight = datetime(2027, 2, 1, 0, 0, tzinfo=SHANGHAI)
    banned = rules.broken_rules(replace(LAWFUL, banned_until=midnight))
    longer = rules.broken_rules(replace(LAWFUL, banned_until=midnight + timedelta(hours=10)))
    churned = rules.broken_rules(replace(LAWFUL, limits=CHURNED, changed_at=changed(1, 2, 3, 20, 25)))

    assert [one.next_date for one in (*banned, *longer)] == [date(2027, 2, 1), date(2027, 2, 2)]
    assert (churned[0].count, churned[0].limit, churned[0].next_date) == (5, 3, NOON.date() + timedelta(days=10))


def test_only_an_exception_a_booking_needs_is_used_up() -> None:
    full = (other(FRIDAY), other(FRIDAY, HERE, "10"))
    facts = replace(LAWFUL, counted=full, let_pass=frozenset({"R108", "R017", "R118"}))

    assert rules.exceptions_used(facts) == {"R108"}
    assert rules.exceptions_used(replace(facts, right_status="suspended")) == frozenset()


def test_the_rules_that_two_persons_may_let_pass_are_those_they_can_be_asked_for() -> None:
    assert set(Overridable.values) == rules.LET_PASS_BY_TWO


def test_the_consulting_room_asks_for_no_right_and_no_contract_but_for_everything_else() -> None:
    facts = replace(
        LAWFUL, right_status=None, right_from=None, right_to=None, grant_until=None, contract_until=None, encounter_at_own_unit=False,
        banned_until=NOON + timedelta(days=1), place_is_free=False,
    )  # fmt: skip

    assert [one.rule for one in rules.broken_rules(facts, rules.RULES_IN_CONSULTATION)] == ["R136", "R019"]
    assert codes_of(facts) == [RIGHT]


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

    assert fullest_week((one.visit_date for one in crowd), days(wanted)) == brute


@given(
    booked=st.lists(st.integers(min_value=-130, max_value=130), max_size=9),
    wanted=st.integers(min_value=-40, max_value=40),
)
def test_the_fullest_three_months_are_what_brute_force_finds(booked: list[int], wanted: int) -> None:
    crowd = [days(offset) for offset in booked]

    windows = [days(start) for start in range(wanted - 93, wanted + 1) if days(wanted) < months_after(days(start), 3)]
    brute = max(sum(start <= day < months_after(start, 3) for day in crowd) for start in windows)

    assert fullest_months(crowd, days(wanted), 3) == brute


def test_months_end_on_the_last_day_where_there_is_no_such_day() -> None:
    assert months_after(date(2026, 11, 30), 3) == date(2027, 2, 28)
    assert months_after(date(2027, 11, 30), 3) == date(2028, 2, 29)
    assert months_after(date(2026, 3, 31), -1) == date(2026, 2, 28)


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


# Where the horizon ends before the limit lets go.


def full_weeks(last: int) -> tuple[Counted, ...]:
    """A visit every other day, elsewhere, so that every week until some days after today is full."""
    return tuple(other(NOON.date() + timedelta(days=ahead), code=f"{ahead:02d}") for ahead in range(1, last + 1, 2))


def test_where_every_day_of_a_short_horizon_is_full_the_day_behind_it_and_its_first_hour_are_named() -> None:
    short = replace(LIMITS, horizon_days=7)

    (violation,) = rules.broken_rules(replace(LAWFUL, visit_date=NOON.date() + timedelta(days=4), counted=full_weeks(9), limits=short))

    assert (violation.rule, violation.next_date) == ("R017", None)
    assert violation.later_date == NOON.date() + timedelta(days=12)  # 7, 9 and 12 lie within one week, 5 does not
    assert violation.possible_from == NOON.date() + timedelta(days=5)


def test_five_visits_in_three_months_say_when_the_sixth_can_be_booked() -> None:
    first = NOON.date() - timedelta(days=10)
    five = tuple(other(first + timedelta(days=2 * one), code=f"{one:02d}") for one in range(5))
    binds = replace(LIMITS, per_3_months=5, per_7_days=9)

    (violation,) = rules.broken_rules(replace(LAWFUL, counted=five, limits=binds))

    assert (violation.rule, violation.next_date) == ("R018", None)
    assert violation.later_date == months_after(first, 3)
    assert violation.possible_from == violation.later_date - timedelta(days=14)


def test_no_day_is_looked_for_behind_no_horizon() -> None:
    nowhere = replace(LIMITS, horizon_days=0)

    found = rules.broken_rules(replace(LAWFUL, counted=full_weeks(9), limits=nowhere))

    assert {(one.later_date, one.possible_from) for one in found} == {(None, None)}


@pytest.mark.parametrize(("hour", "opens"), [(7, 0), (18, 1)])
def test_outside_the_hours_of_service_the_day_they_begin_again_is_named(hour: int, opens: int) -> None:
    hours = replace(LIMITS, service_from=time(8), service_to=time(17))
    now = NOON.replace(hour=hour)

    (violation,) = rules.broken_rules(replace(LAWFUL, now=now, limits=hours))

    assert (violation.rule, violation.possible_from) == ("R142", now.date() + timedelta(days=opens))
