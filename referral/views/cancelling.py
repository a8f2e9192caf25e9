"""Why a booking or a draft is taken back: the code is kept, the words are shown."""

from collections.abc import Mapping
from typing import Any

from referral.booking.models import CancelCause, CancelReason
from referral.booking.stopped import WHY
from referral.booking.why import OF_DOCTORS

# A draft that was never booked is dropped for one of these; another reason needs words, for which its dialog has no field.
REASONS: Mapping[str, Any] = {reason.value: reason.label for reason in OF_DOCTORS if reason is not CancelReason.OTHER}
WORDS: Mapping[str, Any] = {reason.value: reason.label for reason in CancelReason if reason.value} | {WHY: CancelCause.STOPPED.label}


def reason_words(reason: str) -> Any:
    """The words of a code, whoever gave it; free text stays as it was written."""
    return WORDS.get(reason, reason)
