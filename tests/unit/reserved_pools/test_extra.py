"""Extra places shared out: the parts add up, nobody loses a place, and a floor that held still holds (R040, R082-R084)."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reserved_pools.sessions.extra import Shares, Standing, shared_out

BOOKABLE, RESERVED = Fraction(4, 5), Fraction(3, 10)


def up(number: Fraction) -> int:
    return -(-number.numerator // number.denominator)


def standing(capacity: int = 24, referral: int = 6, direct: int = 14, **fields: object) -> Standing:
    return Standing(capacity, referral, direct, BOOKABLE, RESERVED, **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("number", "held", "parts"),
    [
        (6, standing(), Shares(2, 2, 2)),
        (1, standing(), Shares(0, 0, 1)),
        (1, standing(23, 6, 13), Shares(0, 1, 0)),
        (4, standing(10, 6, 2, keeps_part=True), Shares(3, 1, 0)),
        (5, standing(24, 2, 18), Shares(5, 0, 0)),
        (3, Standing(24, 0, 20, BOOKABLE, Fraction(0)), Shares(0, 2, 1)),
    ],
    ids=[
        "in proportion",
        "to the window",
        "one is bookable",
        "an expert keeps his part",
        "catching up a floor",
        "an exempt class",
    ],
)
def test_extra_places_go_where_the_shares_ask(number: int, held: Standing, parts: Shares) -> None:
    assert shared_out(number, held) == parts


shares = st.fractions(min_value=0, max_value=1, max_denominator=1000)


@st.composite
def sessions(draw: st.DrawFn) -> Standing:
    capacity = draw(st.integers(0, 200))
    referral = draw(st.integers(0, capacity))
    direct = draw(st.integers(0, capacity - referral))
    return Standing(capacity, referral, direct, draw(shares), draw(shares), draw(st.booleans()), draw(st.booleans()))


@given(sessions(), st.integers(1, 100))
def test_the_parts_add_up_and_no_floor_breaks(held: Standing, number: int) -> None:
    parts = shared_out(number, held)

    assert parts.places == number
    assert min(parts.referral, parts.direct, parts.window) >= 0
    before_bookable, bookable = up(held.bookable_share * held.capacity), up(held.bookable_share * (held.capacity + number))
    before_base, base = (held.capacity, held.capacity + number) if held.base_is_all else (before_bookable, bookable)
    referral, direct = held.referral + parts.referral, held.direct + parts.direct
    if held.referral >= up(held.reserved_share * before_base):
        assert referral >= up(held.reserved_share * base)
    if held.referral + held.direct >= before_bookable:
        assert referral + direct >= bookable
    if held.keeps_part and before_base and held.referral <= before_base:
        assert Fraction(referral, base) >= Fraction(held.referral, before_base)
