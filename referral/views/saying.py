"""What a page says after an act the patient hears of: that her message is on its way, or that she has none and is to be called."""

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _

from referral.booking.models import Booking, CancelReason
from referral.patients.guardians_reach import reached
from referral.patients.models import Patient


def say(request: HttpRequest, patient: Patient | None, told: str, call: str) -> None:
    """Promise one line on top of the next page; `told` claims a message, so that it is said only where there is a mobile number.

    None is somebody whom the reader may not see any more: a click repeated after the case had left her reach.
    """
    if patient is None or reached(patient).phone:
        messages.success(request, told)
    else:
        messages.warning(request, call)


def say_of_end(request: HttpRequest, booking: Booking, told: str, call: str) -> None:
    """Promise the same after a booking was taken back; of a patient who has died, that nobody is written to."""
    if booking.cancel_reason == CancelReason.DIED:
        messages.success(request, _("The visit is off. No message goes to the phone of a patient who has died."))
    else:
        say(request, booking.patient, told, call)
