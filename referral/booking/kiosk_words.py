"""What the device in the hall says to the resident herself, where the window's sentence is meant for the clerk (R123, C21)."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from referral.booking.facts import SHANGHAI
from referral.booking.models import Booking
from vault.refusal import Refusal

CHANGED: Final = _("This booking has just changed. Please try once more.")
LATE_HERE: Final = _("The time of the booking is over. Please ask at the desk when it is your turn.")
# By the late rule: not received.
TOO_LATE: Final[Mapping[str, Any]] = {
    "by_hour": _("You have come too late for this booking. You may see a doctor in the ordinary queue, or your doctor books again."),
    "in_band": _("Your time ended at %(at)s, and here you check in only within it. See a doctor in the queue, or your doctor books again."),
    "void": _("Your booking ended at %(at)s and is void now. You may see a doctor in the ordinary queue, or your doctor books again."),
    "no_show": _("Your booking ended at %(at)s, and you have come too late for it. Your doctor can book again."),
}
# By the late rule: received all the same.
RECEIVED_LATE: Final[Mapping[str, Any]] = {
    "received": LATE_HERE,
    "by_hour": LATE_HERE,
    "requeue": _("You have come late: you are called after those who came in time."),
}
# By the state in which the booking was found.
OVER: Final[Mapping[str, Any]] = {
    "cancelled": _("This booking was cancelled. Your doctor can book again."),
    "arrived": _("You have checked in already. Please wait until you are called."),
    "fulfilled": _("This visit has taken place already."),
    "noshow": _("This visit was closed because its time was over."),
}


def for_resident(refusal: Refusal, booking: Booking) -> Refusal:
    """The same refusal in a sentence for the person before the device; one that speaks to her already stays as it is."""
    said: Any = None
    if refusal.code == "too_late":
        at = booking.ends_at.astimezone(SHANGHAI).strftime("%H:%M")
        said = TOO_LATE[refusal.current["late_rule"]] % {"at": at}
    elif refusal.code == "booking_over":
        said = OVER.get(booking.status)
    elif refusal.code == "stale_state":
        said = CHANGED
    return replace(refusal, message=said) if said else refusal
