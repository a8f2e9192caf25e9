"""What a page says after an act the patient hears of: that her message is on its way, or that she has none and is to be called."""

from django.contrib import messages
from django.http import HttpRequest

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
