"""What was said of visits when they were reported: the cause of a missed one, how late somebody was received."""

from typing import Any

from referral.booking.late import lateness_of
from referral.booking.models import Booking
from referral.booking.noshow import NoShowCause
from referral.cases.models import Referral
from vault.states import Event


def cause_of(booking: Booking) -> str:
    """The cause of the last report that the visit did not take place, in words; empty without one."""
    event = _last(booking, "noshow")
    return str(dict(NoShowCause.choices).get(event.reason, "")) if event else ""


def late_when_received(booking: Booking) -> Any:
    """What the window said to somebody received late; empty for who came in time."""
    event = _last(booking, "arrived")
    return lateness_of(booking, event.at).sentence if event and event.reason else ""


def missed_booking_of(referral: Referral) -> Booking | None:
    """The booking of a referral nobody came for."""
    return Booking.objects.filter(referral=referral, status="noshow").order_by("-pk").first()


def _last(booking: Booking, status: str) -> Event | None:
    return Event.objects.filter(object_id=booking.public_id, target=status).order_by("-id").first()
