"""Recognises a resident by number and confirmation code, and bounds how often that may be tried."""

import re
from datetime import timedelta
from typing import Final

from django.db import connection
from django.utils.translation import gettext_lazy as _

from permissions.identity.folding import fold
from referral.booking.codes import PURPOSE, clean_code
from referral.booking.models import Booking
from vault.crypto import keyed_hash, keyed_hashes
from vault.refusal import Refusal, invalid

NUMBER: Final = re.compile(r"\A[0-9]{16}\Z")
NOT_RECOGNISED: Final = _("Number and confirmation code do not belong together. Please compare both with the slip or the message.")
PER_NUMBER: Final = ((5, timedelta(minutes=15)), (20, timedelta(days=1)))  # tries of one number from one address
PER_ADDRESS: Final = ((30, timedelta(minutes=15)), (200, timedelta(days=1)))  # a clinic's own machine serves many


def recognise(number: str, code: str, address: str) -> Booking:
    """The booking that number and code open together.

    Refuses with `invalid_input` what can be no number or no code, with `too_many_requests`, and with `not_recognised`, the same
    sentence whether the number, the code or both are wrong. Each try is counted at once, in a statement of its own.
    """
    wanted, clean = clean_number(number), clean_code(code)
    spend(wanted, address)
    booking = Booking.objects.filter(number=wanted, code_hash__in=keyed_hashes(clean, PURPOSE)).first()
    if booking is None:
        raise Refusal("not_recognised", NOT_RECOGNISED)
    return booking


def clean_number(raw: str) -> str:
    """The sixteen digits, from what was typed in groups or full width. Refuses with `invalid_input`."""
    digits = fold(raw)
    if not NUMBER.match(digits):
        raise invalid("number", _("The number has 16 digits. It stands at the top right of the slip."))
    return digits


def spend(number: str, address: str) -> None:
    """Counts one try, committed at once; parallel tries never spend more than there is. Refuses with `too_many_requests`."""
    tries = ((f"{number}|{address}", "resident_number", PER_NUMBER), (address, "resident_address", PER_ADDRESS))
    for subject, kind, windows in tries:
        limits, spans = [limit for limit, _span in windows], [span for _limit, span in windows]
        with connection.cursor() as cursor:
            cursor.execute("SELECT vault_spend(%s, %s, %s, %s)", [keyed_hash(subject, "tries"), kind, limits, spans])
            (allowed,) = cursor.fetchone()
        if not allowed:
            raise Refusal(
                "too_many_requests", _("This was tried too often. Please wait a quarter of an hour, or call your doctor."), retry_after=900
            )
