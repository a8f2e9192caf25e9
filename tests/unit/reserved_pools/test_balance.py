"""What a week owes and gives: every cell of shares, floors and verdicts, without a database."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from reserved_pools.balance.balance import DayOf, Floors, Verdict, WeekOf, breaks, changed, percent, total, week_of

MONDAY = date(2026, 11, 23)
FLOORS = Floors(Decimal("0.80"), Decimal("0.30"), Decimal("0.50"))


def general(**fields: int) -> DayOf:
    return DayOf(1, 1, MONDAY, "general", is_expert=False, **fields)


def expert(**fields: int) -> DayOf:
    return DayOf(1, 1, MONDAY, "expert_chief", is_expert=True, **fields)


def week(*days: DayOf, floors: Floors = FLOORS) -> WeekOf:
    return week_of(days, lambda _day: floors)


@pytest.mark.parametrize(
    ("days", "verdicts"),
    [
        ([general(all_places=50, offered=6, direct=34), expert(all_places=50, offered=18, direct=22)], (Verdict.FINE,)),
        ([general(all_places=50, offered=6, direct=34), expert(all_places=50, offered=17, direct=23)], (Verdict.RESERVED_SHORT,)),
        ([general(all_places=50, offered=13, direct=27), expert(all_places=50, offered=12, direct=28)], (Verdict.EXPERT_SHORT,)),
        ([general(all_places=50, offered=12, direct=27), expert(all_places=50, offered=12, direct=28)], (Verdict.BOOKABLE_SHORT,)),
        ([general(all_places=100, offered=24, direct=56)], (Verdict.FINE,)),
        ([general(all_places=100)], (Verdict.RESERVED_SHORT, Verdict.BOOKABLE_SHORT)),
        (
            [general(all_places=50, offered=13), expert(all_places=50, offered=8)],
            (Verdict.RESERVED_SHORT, Verdict.EXPERT_SHORT, Verdict.BOOKABLE_SHORT),
        ),
        ([general(stopped=2)], (Verdict.EMPTY,)),
        ([], (Verdict.EMPTY,)),
    ],
)
def test_a_week_is_told_everything_that_is_short(days: list[DayOf], verdicts: tuple[Verdict, ...]) -> None:
    assert week(*days).verdicts == verdicts


def test_what_is_promised_is_the_floor_of_the_base_rounded_up() -> None:
    one = week(general(all_places=31, offered=8, direct=17))

    assert one.base == 25  # 80 % of 31 is 24.8, and 25 were put out
    assert one.reserved_due == Decimal("7.50")
    assert (one.promised, one.offered, one.window) == (8, 8, 6)
    assert (percent(one.reserved_share), percent(one.bookable_share)) == ("32.0", "80.6")


def test_the_policy_may_count_the_share_of_all_places() -> None:
    every = replace(FLOORS, base_is_all=True)

    assert week(general(all_places=100, offered=24, direct=56), floors=every).missing == 6


def test_an_exempt_class_keeps_no_places_and_still_counts_as_bookable() -> None:
    exempt = replace(FLOORS, exempt_classes=frozenset({"general"}))
    one = week(general(all_places=100, direct=80), expert(all_places=10, offered=3, direct=5), floors=exempt)

    assert (one.base, one.promised, one.offered, one.all_places) == (8, 3, 3, 110)
    assert one.verdicts == (Verdict.FINE,)


def test_stopped_sessions_are_counted_and_nothing_of_them_is_due() -> None:
    one = week(general(all_places=100, offered=24, direct=56, stopped=3))

    assert (one.stopped, one.promised, one.verdicts) == (3, 24, (Verdict.FINE,))


def test_places_given_to_the_hospital_early_lower_the_share_and_not_the_base() -> None:
    before = week(general(all_places=100, offered=30, direct=50))
    after = week(general(all_places=100, offered=26, direct=50, given=4))

    assert (before.base, after.base) == (80, 80)
    assert (after.bookable, after.window, percent(after.reserved_share)) == (80, 24, "32.5")
    assert changed(before, general=-4).offered == after.offered


@pytest.mark.parametrize(
    ("general_change", "expert_change", "broken"),
    [
        (0, 0, ()),
        (-4, 0, ()),
        (-5, 0, (Verdict.RESERVED_SHORT,)),
        (-2, 2, ()),
        (2, -2, ()),
        (3, -3, (Verdict.EXPERT_SHORT,)),
        (0, -5, (Verdict.RESERVED_SHORT, Verdict.EXPERT_SHORT)),
        (1, 1, ()),
    ],
)
def test_a_change_breaks_only_the_floors_it_would_push_through(
    general_change: int, expert_change: int, broken: tuple[Verdict, ...]
) -> None:
    before = week(general(all_places=50, offered=12, direct=28), expert(all_places=50, offered=16, direct=24))

    after = changed(before, general=general_change, expert=expert_change)

    assert breaks(before, after) == broken


def test_a_week_that_is_short_already_may_be_mended_and_not_made_worse() -> None:
    short = week(general(all_places=50, offered=14, direct=26), expert(all_places=50, offered=6, direct=34))

    assert breaks(short, changed(short, expert=1)) == ()
    assert breaks(short, changed(short, general=-1, expert=1)) == ()
    assert breaks(short, changed(short, general=1, expert=-1)) == (Verdict.EXPERT_SHORT,)


def test_a_sum_adds_places_and_counts_the_weeks_below_a_floor() -> None:
    fine = week(general(all_places=100, offered=34, direct=46, booked=17, returned=3))
    short = week(general(all_places=100, offered=20, direct=60, booked=10))

    both = total([fine, short])

    assert (both.promised, both.offered, both.kept, both.short) == (48, 54, 44, 1)
    assert (percent(both.used), percent(both.fulfilment)) == ("50.0", "91.7")
    assert both.verdicts == (Verdict.FINE,)  # together they hold the floor; `short` says that one week does not
    assert total([]) == WeekOf()


def test_the_experts_part_of_their_own_places_is_known() -> None:
    one = week(expert(all_places=30, offered=10, direct=14))

    assert percent(one.of_workload) == "33.3"  # about a third (R160)
    assert percent(WeekOf().of_workload) == ""
