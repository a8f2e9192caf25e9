"""How many places of a department's day are reserved: floor, rounding up and the experts' part; pure arithmetic."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Offer:
    """One session as carving sees it: its bookable places, the base of its share, whether an expert sits there, and the share.

    `carved` is what was reserved of it before; such a session counts but gives no more.
    """

    key: int
    bookable: int
    base: int
    is_expert: bool
    share: Decimal
    carved: int | None = None


def places(number: int, share: Decimal) -> int:
    """The share of a number of places, rounded up: "30% or more" of 7 is 3 (R040)."""
    return min(number, int((number * share).to_integral_value(rounding=ROUND_CEILING)))


def reserved(offers: Sequence[Offer], expert_share: Decimal) -> dict[int, int]:
    """Promise the reserved places of each session of one department's day.

    Every session gives its share rounded up; then expert sessions give more, one place at a time where most are
    left, until experts hold their part of all reserved places or have nothing left to give (R040).
    """
    taken = {one.key: min(one.bookable, places(one.base, one.share)) if one.carved is None else one.carved for one in offers}
    experts = [offer.key for offer in offers if offer.is_expert]
    willing = {offer.key: offer.bookable for offer in offers if offer.is_expert and offer.carved is None}
    while sum(taken[key] for key in experts) < expert_share * sum(taken.values()):
        most = max(willing, key=lambda key: willing[key] - taken[key], default=None)
        if most is None or taken[most] == willing[most]:
            break
        taken[most] += 1
    return taken


def spread(total: int, capacities: Sequence[int]) -> list[int]:
    """Divide reserved places over a session's bands in proportion, evenly, none above its band's capacity.

    The sum is exactly `total` as long as the bands together hold that many.
    """
    whole = sum(capacities)
    if not whole:
        return [0 for _ in capacities]
    target, given, answer = Fraction(min(total, whole), whole), 0, []
    passed = 0
    for capacity in capacities:
        passed += capacity
        upto = -(-(target * passed).numerator // (target * passed).denominator)
        answer.append(upto - given)
        given = upto
    return answer
