"""Who cancels a booking made by referral: the unit that made it, the resident, or both, as its district held when it was made (C19)."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from referral.booking.models import Booking, BookingMode, CancelCause
from referral.parameters import CANCEL_BY
from vault.refusal import Refusal, Sentence, Violation

SIDES: Final[Mapping[str, frozenset[CancelCause]]] = MappingProxyType(
    {
        "referrer_and_resident": frozenset({CancelCause.BY_REFERRER, CancelCause.BY_RESIDENT}),
        "referrer": frozenset({CancelCause.BY_REFERRER}),
        "resident": frozenset({CancelCause.BY_RESIDENT}),
    }
)
ANYBODY: Final = "114"
NOT_HERE: Final[Mapping[CancelCause, Sentence]] = MappingProxyType(
    {
        CancelCause.BY_REFERRER: _("In this district only the resident cancels a booking made by referral."),
        CancelCause.BY_RESIDENT: _("In this district the unit of your doctor cancels a booking made by referral."),
    }
)


def cancel_by(booking: Booking) -> str:
    """The value the booking was judged by and keeps, as the resident was told (R058, R020); a later one does not touch it.

    A visit that nobody referred is everybody's to cancel.
    """
    if booking.mode != BookingMode.COMMUNITY:
        return CANCEL_BY.default
    return str(booking.policy.get(CANCEL_BY.key, {}).get("value", CANCEL_BY.default))


def may_cancel(booking: Booking, cause: CancelCause) -> bool:
    """Whether this side cancels this booking; hospital and system always do."""
    return cause not in NOT_HERE or cause in SIDES[cancel_by(booking)]


def require_side(booking: Booking, cause: CancelCause) -> None:
    """Refuse with `not_allowed` whoever is not the side that cancels it, and say who is."""
    if may_cancel(booking, cause):
        return
    sentence = NOT_HERE[cause]
    violation = Violation(
        "not_allowed", sentence, remedy=whom_to_ask(booking, cause), rule=CANCEL_BY.rule, source=CANCEL_BY.source,
        article=str(CANCEL_BY.article), quote=CANCEL_BY.quote,
    )  # fmt: skip
    raise Refusal("not_allowed", sentence, (violation,))


def whom_to_ask(booking: Booking, cause: CancelCause) -> Any:
    """What somebody on the wrong side does instead."""
    if cause == CancelCause.BY_REFERRER:
        return _("Ask the resident to cancel it on the page of the message, with number and code.")
    unit = booking.referral.institution
    return _("Please call %(unit)s: %(phone)s.") % {"unit": unit.display_name, "phone": unit.phone or ANYBODY}
