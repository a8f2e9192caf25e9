"""Why a booking is taken back, as a code that is kept and words that are shown (R151)."""

from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from referral.booking.models import CancelReason
from vault.refusal import Refusal, Violation, invalid

R = CancelReason
OF_DOCTORS: Final = (R.PATIENT, R.RECOVERED, R.ELSEWHERE, R.CONDITION, R.ANOTHER, R.WRONG_ITEM, R.MISTAKE, R.DIED, R.OTHER)
OF_HOSPITALS: Final = (R.DOCTOR_AWAY, R.EQUIPMENT, R.NOT_HERE, R.TWICE, R.PATIENT, R.MISTAKE, R.DIED, R.OTHER)
OF_THE_SYSTEM: Final = tuple(reason for reason in CancelReason if reason is not R.NONE)
ENDS_THE_CASE: Final = frozenset({R.RECOVERED, R.ELSEWHERE, R.DIED})  # after these nobody looks for another time
LONGEST_NOTE: Final = 200


@dataclass(frozen=True, slots=True)
class Why:
    """The code, and the note that explains it; `other` always has one."""

    code: CancelReason
    note: str = ""

    @property
    def said(self) -> str:
        """What the event keeps: the code, or the words where there is none."""
        return self.note if self.code is R.OTHER else self.code.value


UNASKED: Final = Why(R.NONE)  # a resident is not asked for a reason


def why(code: str, note: str, among: tuple[CancelReason, ...]) -> Why:
    """What a form said. Refuses with `invalid_input`, both fields at once."""
    words, faults = note.strip(), []
    if code not in {reason.value for reason in among}:
        faults.append(Violation("invalid_input", _("Choose a reason."), field="reason"))
    if len(words) > LONGEST_NOTE:
        faults.append(Violation("invalid_input", _("Write at most 200 characters."), field="note"))
    if code == R.OTHER and not words:
        faults.append(Violation("invalid_input", _("Say in a few words what the reason is."), field="note"))
    if faults:
        raise Refusal("invalid_input", faults[0].message, tuple(faults))
    return Why(CancelReason(code), words)


def why_said(reason: str, note: str, among: tuple[CancelReason, ...]) -> Why:
    """What a program said: one of the codes of who acts, or free words, which are kept as the note of *another reason*.

    Refuses as `why` does: nothing said, and a code of somebody else's list, are no reason (R151).
    """
    text, words = reason.strip(), note.strip()
    if text in CancelReason.values:
        return why(text, words, among)
    told = f"{text} {words}".strip()
    if len(told) > LONGEST_NOTE:
        raise invalid("note", _("Write at most 200 characters."))
    return Why(R.OTHER, told)


def choices(among: tuple[CancelReason, ...]) -> list[tuple[str, Any]]:
    """The reasons as a form offers them."""
    return [(reason.value, reason.label) for reason in among]
