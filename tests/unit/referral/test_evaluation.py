"""What counts as a problem of a month (R178): every rule at, before and beyond its bound, and what becomes of each booking."""

from decimal import Decimal
from types import SimpleNamespace

import pytest

from referral.booking.models import BookingStatus, CancelCause
from referral.evaluation.counting import outcome
from referral.evaluation.figures import Counts, Figure, Name, Row, Side, banded
from referral.evaluation.problems import FLOORS, RULES, Code, Grade, Limits, graded, problems
from reserved_pools.balance.balance import WeekOf

WARNING = Decimal("0.80")
LIMITS = Limits(
    places_kept=Decimal(1), in_time=Decimal("0.80"), missed=Decimal("0.10"), unreported=Decimal("0.05"), cancelled=Decimal("0.05"),
    returned=Decimal("0.10"), special_stops=2, messages_failed=Decimal("0.05"), exceptions=10, warning=WARNING,
)  # fmt: skip
HERE = SimpleNamespace(pk=1, display_short_name="北大医院")


def hospital(places: WeekOf | None = None, **counts: int) -> Row:
    return Row(HERE, Side.HOSPITAL, Counts(**counts), places)


def centre(**counts: int) -> Row:
    return Row(HERE, Side.REFERRING, Counts(**counts))


def found(row: Row) -> list[tuple[Code, Grade]]:
    return [(one.code, one.grade) for one in problems([row], LIMITS)]


def test_every_sentence_has_its_rule_and_every_figure_of_a_rule_its_article() -> None:
    ruled = {rule.code for rule in RULES} | {code for _verdict, code, _article, _name in FLOORS}

    assert ruled == set(Code)
    assert all(rule.article.startswith("R") for rule in RULES)


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (hospital(attended=90, missed=7, excused=3), []),
        (hospital(attended=90, missed=8, excused=2), [(Code.MISSED, Grade.RISK)]),
        (hospital(attended=90, missed=10), [(Code.MISSED, Grade.RISK)]),
        (hospital(attended=89, missed=11), [(Code.MISSED, Grade.PROBLEM)]),
        (centre(attended=89, missed=11), [(Code.MISSED, Grade.PROBLEM)]),
        (hospital(attended=95, unreported=5), [(Code.UNREPORTED, Grade.RISK)]),
        (hospital(attended=94, unreported=6), [(Code.UNREPORTED, Grade.PROBLEM)]),
        (hospital(referred=10, in_time=8), []),
        (hospital(referred=10, in_time=7), [(Code.LATE, Grade.PROBLEM)]),
        (hospital(attended=94, by_hospital=6), [(Code.CANCELLED, Grade.PROBLEM)]),
        (centre(attended=89, returned=11), [(Code.RETURNED, Grade.PROBLEM)]),
        (hospital(attended=89, returned=11), []),  # whose letters come back is the centre's matter
        (hospital(stops=4, special_stops=1), []),
        (hospital(stops=4, special_stops=2), [(Code.SPECIAL_STOPS, Grade.RISK)]),
        (hospital(stops=4, special_stops=3), [(Code.SPECIAL_STOPS, Grade.PROBLEM)]),
        (hospital(affected=2, substituted=1, given_up=1), []),
        (hospital(affected=2, substituted=1), [(Code.UNSETTLED, Grade.PROBLEM)]),
        (centre(messages=100, messages_failed=6), [(Code.MESSAGES_FAILED, Grade.PROBLEM)]),
        (centre(asked=20, granted=11), [(Code.EXCEPTIONS, Grade.PROBLEM)]),
        (hospital(), []),
        (centre(), []),
    ],
)
def test_a_figure_is_judged_by_its_bound_and_nothing_counted_is_no_fault(row: Row, expected: list[tuple[Code, Grade]]) -> None:
    assert found(row) == expected


def test_places_are_judged_as_compliance_judges_them() -> None:
    short = WeekOf(
        all_places=100, bookable=70, base=Decimal(80), promised=24, offered=20, expert=8, expert_all=30, kept=20,
        bookable_due=Decimal(80), reserved_due=Decimal(24), expert_due=Decimal(10),
    )  # fmt: skip

    held = problems([hospital(short)], LIMITS)

    assert [one.code for one in held] == [Code.PLACES_SHORT, Code.RESERVED_SHORT, Code.EXPERT_SHORT, Code.BOOKABLE_SHORT]
    assert [one.bound for one in held] == [Decimal(1), Decimal("0.3"), Decimal("0.5"), Decimal("0.8")]
    assert [str(one.figure.share) for one in held][1:] == ["0.25", "0.4", "0.7"]


def test_problems_stand_before_risks() -> None:
    rows = [hospital(attended=90, missed=10), centre(asked=20, granted=11)]

    assert [one.grade for one in problems(rows, LIMITS)] == [Grade.PROBLEM, Grade.RISK]


def test_a_bound_of_nothing_is_broken_by_one_and_warns_of_none() -> None:
    assert graded(Figure(Name.SPECIAL_STOPS, 0, 3), 0, WARNING, least=False) is None
    assert graded(Figure(Name.SPECIAL_STOPS, 1, 3), 0, WARNING, least=False) is Grade.PROBLEM


@pytest.mark.parametrize(
    ("status", "cause", "flags", "name"),
    [
        (BookingStatus.ARRIVED, "", {}, "attended"),
        (BookingStatus.FULFILLED, "", {}, "attended"),
        (BookingStatus.NOSHOW, "", {"missed": True}, "missed"),
        (BookingStatus.NOSHOW, "", {}, "excused"),
        (BookingStatus.MOVED, "", {}, "moved"),
        (BookingStatus.BOOKED, "", {}, "unreported"),
        (BookingStatus.BOOKED, "", {"ahead": True}, "ahead"),
        (BookingStatus.CANCELLED, CancelCause.BY_HOSPITAL, {"returned": True}, "returned"),
        (BookingStatus.CANCELLED, CancelCause.BY_HOSPITAL, {}, "by_hospital"),
        (BookingStatus.CANCELLED, CancelCause.BY_RESIDENT, {}, "by_resident"),
        (BookingStatus.CANCELLED, CancelCause.BY_REFERRER, {}, "by_referrer"),
        (BookingStatus.CANCELLED, CancelCause.STOPPED, {}, "stopped"),
        (BookingStatus.CANCELLED, CancelCause.BY_SYSTEM, {}, "by_system"),
        (BookingStatus.CANCELLED, CancelCause.OFFER_LAPSED, {}, "by_system"),
    ],
)
def test_what_became_of_a_booking_has_one_name(status: str, cause: str, flags: dict[str, bool], name: str) -> None:
    assert outcome(status, cause, **({"missed": False, "returned": False, "ahead": False} | flags)) == name
    assert hasattr(Counts(), name)


def test_every_booking_is_a_part_of_the_month_just_once() -> None:
    held = Counts(attended=1, missed=2, excused=4, unreported=8, ahead=16, moved=32, by_referrer=64, by_hospital=128, returned=256)

    assert (held.due, held.cancelled, held.bookings) == (15, 448, 511)


def test_days_between_booking_and_visit_fall_into_bands() -> None:
    assert [n for _first, _last, n in banded({0: 1, 1: 2, 2: 3, 3: 4, 7: 5, 14: 6, 15: 7, 60: 8})] == [1, 2, 7, 5, 6, 15]
