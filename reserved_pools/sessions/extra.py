"""How extra places of a session are shared out: the floors hold afterwards, whatever is added; pure arithmetic."""

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Standing:
    """A session as it stands: its places, those published for referrers and for residents, and the shares that hold for it.

    `keeps_part` is true of experts: referrers keep the part they have, which may be more than the floor (R040).
    """

    capacity: int
    referral: int
    direct: int
    bookable_share: Fraction
    reserved_share: Fraction
    base_is_all: bool = False
    keeps_part: bool = False


@dataclass(frozen=True, slots=True)
class Shares:
    """Places for referrers, for residents, and for the hospital's own window."""

    referral: int
    direct: int
    window: int

    @property
    def places(self) -> int:
        return self.referral + self.direct + self.window


def shared_out(number: int, standing: Standing) -> Shares:
    """Promise the parts of so many extra places (R040, R082-R084).

    Referrers come first, up to their share of the session as it is afterwards, rounded up; then residents, up to the bookable
    share; the rest is the window's. Nobody loses a place. A floor that held before holds afterwards.
    """
    capacity = standing.capacity + number
    bookable = _up(standing.bookable_share * capacity)
    base = capacity if standing.base_is_all else bookable
    share = max(standing.reserved_share, _part_of(standing)) if standing.keeps_part else standing.reserved_share
    referral = _between(0, _up(share * base) - standing.referral, number)
    direct = _between(0, bookable - standing.referral - referral - standing.direct, number - referral)
    return Shares(referral, direct, number - referral - direct)


def _part_of(standing: Standing) -> Fraction:
    """The part of the base that referrers have now, never more than all of it."""
    base = standing.capacity if standing.base_is_all else _up(standing.bookable_share * standing.capacity)
    return min(Fraction(standing.referral, base), Fraction(1)) if base else Fraction(0)


def _up(number: Fraction) -> int:
    return -(-number.numerator // number.denominator)


def _between(least: int, number: int, most: int) -> int:
    return max(least, min(number, most))
