"""What a slip proves to whoever holds it: still good, moved, void or used. It never says whose it is."""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from referral.booking.models import Booking
from referral.slips.models import Slip

TOKEN = re.compile(r"\Ar1\.[A-Za-z0-9_-]{16,37}\Z")


class Proof(StrEnum):
    VALID = "valid"
    MOVED = "moved"
    VOID = "void"
    USED = "used"
    UNKNOWN = "unknown"


PROOF_OF_STATUS = {
    "held": Proof.VOID,  # an offer is no booking yet, and has no slip
    "booked": Proof.VALID,
    "arrived": Proof.USED,
    "fulfilled": Proof.USED,
    "cancelled": Proof.VOID,
    "moved": Proof.MOVED,
    "noshow": Proof.VOID,
    "entered_in_error": Proof.VOID,
}


@dataclass(frozen=True, slots=True)
class Verified:
    """The answer about one token, of the same shape for every token; `number_tail` compares it with the paper in hand."""

    status: Proof
    institution: str = ""
    visit_date: date | None = None
    number_tail: str = ""
    copies: int = 0


def verify(token: str) -> Verified:
    """What the slip with this token is worth now. Without personal data: place, day and the last four digits of its number."""
    known = Booking.objects.filter(slip_token=token) if TOKEN.match(token) else Booking.objects.none()
    booking = known.select_related("institution").first()
    if booking is None:
        return Verified(Proof.UNKNOWN)
    return Verified(
        status=PROOF_OF_STATUS[booking.status],
        institution=booking.institution.name,
        visit_date=booking.visit_date,
        number_tail=booking.number[-4:],
        copies=Slip.objects.filter(about=booking.public_id, failure="").count(),
    )
