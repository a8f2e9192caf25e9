"""How many places are reserved and where they lie; no database."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from reserved_pools.balance.shares import Offer, places, reserved, spread

THIRTY, HALF = Decimal("0.30"), Decimal("0.50")


def test_thirty_percent_is_rounded_up() -> None:
    assert [places(capacity, THIRTY) for capacity in (0, 1, 3, 7, 10, 11)] == [0, 1, 1, 3, 3, 4]


def test_a_share_of_all_is_all() -> None:
    assert places(7, Decimal(1)) == 7


def test_experts_hold_half_of_what_is_reserved() -> None:
    taken = reserved([Offer(1, 20, 20, False, THIRTY), Offer(2, 8, 8, True, THIRTY)], HALF)

    assert taken == {1: 6, 2: 6}


def test_the_one_place_of_a_small_clinic_brings_one_of_the_expert() -> None:
    assert reserved([Offer(1, 3, 3, False, THIRTY), Offer(2, 3, 3, True, THIRTY)], HALF) == {1: 1, 2: 1}


def test_experts_give_no_more_than_they_have() -> None:
    assert reserved([Offer(1, 40, 40, False, THIRTY), Offer(2, 4, 4, True, THIRTY)], HALF) == {1: 12, 2: 4}


def test_a_day_without_experts_keeps_its_floor() -> None:
    assert reserved([Offer(1, 7, 7, False, THIRTY)], HALF) == {1: 3}


def test_the_expert_with_most_left_gives_first() -> None:
    offers = [Offer(1, 20, 20, False, THIRTY), Offer(2, 4, 4, True, THIRTY), Offer(3, 10, 10, True, THIRTY)]

    assert reserved(offers, HALF) == {1: 6, 2: 2, 3: 4}


def test_what_was_carved_before_counts_and_stays() -> None:
    offers = [Offer(1, 20, 20, False, THIRTY, carved=6), Offer(2, 10, 10, True, THIRTY)]

    assert reserved(offers, HALF) == {1: 6, 2: 6}


def test_places_lie_evenly_over_the_bands() -> None:
    assert spread(8, [3] * 8) == [1] * 8
    assert spread(3, [1] * 6) == [1, 0, 1, 0, 1, 0]
    assert spread(4, []) == []


def test_the_base_may_be_wider_than_what_can_be_booked() -> None:
    """30 % of all 20 places are 6, though only 16 can be booked; no more than can be booked is reserved."""
    assert reserved([Offer(1, 16, 20, False, THIRTY)], HALF) == {1: 6}
    assert reserved([Offer(1, 4, 20, False, THIRTY)], HALF) == {1: 4}


@given(st.lists(st.integers(0, 12), max_size=10), st.integers(0, 60))
def test_no_place_is_lost_and_no_band_overfilled(capacities: list[int], total: int) -> None:
    dealt = spread(total, capacities)

    assert sum(dealt) == min(total, sum(capacities))
    assert all(0 <= given <= capacity for given, capacity in zip(dealt, capacities, strict=True))


@given(
    st.lists(st.tuples(st.integers(1, 40), st.booleans()), min_size=1, max_size=6),
    st.sampled_from([Decimal("0.30"), Decimal("0.45"), Decimal(1)]),
)
def test_the_floor_and_the_experts_part_always_hold(sessions: list[tuple[int, bool]], share: Decimal) -> None:
    offers = [Offer(key, capacity, capacity, expert, share) for key, (capacity, expert) in enumerate(sessions)]

    taken = reserved(offers, HALF)

    experts = [offer for offer in offers if offer.is_expert]
    assert all(share * offer.bookable <= taken[offer.key] <= offer.bookable for offer in offers)
    assert 2 * sum(taken[one.key] for one in experts) >= sum(taken.values()) or all(taken[one.key] == one.bookable for one in experts)
