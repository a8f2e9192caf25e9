"""What a slip proves to whoever holds it: still good, superseded, moved, void, used, or first to ask about."""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from referral.booking.models import Booking
from referral.booking.queries import held_back_until
from referral.cases.amend import version_number
from referral.cases.versions import ReferralVersion
from referral.slips.models import Slip

TOKEN = re.compile(r"\Ar1\.[A-Za-z0-9_-]{16,37}\Z")


class Proof(StrEnum):
    VALID = "valid"
    SUPERSEDED = "superseded"
    MOVED = "moved"
    VOID = "void"
    USED = "used"
    ASK = "ask"  # the hospital returned the referral, and the patient hears it from her doctor first
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
    """The answer about one token, of the same shape for every token; `number_tail` and `version` compare it with the paper in hand."""

    status: Proof
    institution: str = ""
    visit_date: date | None = None
    number_tail: str = ""
    copies: int = 0
    version: int = 0  # of this paper; 0 for a token nobody issued
    newest: int = 0  # the version that holds now


def verify(token: str) -> Verified:
    """What the slip with this token is worth now. Without personal data: place, day, the last four digits of its number, its version.

    The token of a slip whose referral was amended since is superseded by the newest version; once the booking itself is over,
    that counts and not the version.
    """
    if not TOKEN.match(token):
        return Verified(Proof.UNKNOWN)
    booking = Booking.objects.filter(slip_token=token).select_related("institution", "referral").first()
    behind = ("booking__institution", "booking__referral")
    earlier = None if booking else ReferralVersion.objects.filter(slip_token=token).select_related(*behind).first()
    if booking is None and earlier is None:
        return Verified(Proof.UNKNOWN)
    return _verified(booking or earlier.booking, earlier)  # type: ignore[union-attr]


def _verified(booking: Booking, earlier: ReferralVersion | None) -> Verified:
    newest = version_number(booking.referral)
    proof = Proof.ASK if held_back_until(booking) else PROOF_OF_STATUS[booking.status]
    return Verified(
        status=Proof.SUPERSEDED if earlier is not None and proof is Proof.VALID else proof,
        institution=booking.institution.name,
        visit_date=booking.visit_date,
        number_tail=booking.number[-4:],
        copies=Slip.objects.filter(about=booking.public_id, failure="").count(),
        version=earlier.number if earlier else newest,
        newest=newest,
    )
