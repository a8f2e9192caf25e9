"""What a broken rule says to the resident herself: what stands in the way of her visit, and whom she asks; nothing a doctor would do."""

from dataclasses import replace
from typing import Any, Final

from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from referral.booking.sentences import beyond_horizon, last_day_of
from vault.refusal import Refusal, Violation

ANOTHER: Final = _("Choose another time below.")
HER_DOCTOR: Final = _("Call your family doctor; the number stands on this page. Your present booking stays as it is.")
HER_HOSPITAL: Final = _("Call the hospital, or ask your family doctor. Your present booking stays as it is.")
# (code, rule) → what stands in the way, and what she can do; `last` is the last day on which it holds.
SENTENCES: Final[dict[tuple[str, str], tuple[Any, Any]]] = {
    ("right_not_in_force", "R045"): (_("The doctor who booked for you cannot book at present."), HER_DOCTOR),
    ("no_grant_on_target", "R046"): (_("Your doctor cannot book at this hospital at present."), HER_DOCTOR),
    ("contract_required", "R118"): (_("Your contract with the family doctor does not allow it at present."), HER_DOCTOR),
    ("encounter_required", "R050"): (_("Your doctor has to see you again first."), HER_DOCTOR),
    ("emergency_do_not_book", "R187"): (
        _("Your record names signs of an emergency."), _("If you feel worse, call 120 at once. Otherwise ask your family doctor."),
    ),
    ("banned", "R014"): (_("Nothing can be booked with your document at present."), HER_DOCTOR),
    ("banned", "R136"): (
        _("You are on the list of missed visits, the last day is %(last)s."),
        _("If you were not at fault, ask your family doctor how to appeal. Your present booking stays as it is."),
    ),
    ("banned", "R027"): (_("This hospital takes no new bookings for you, the last day is %(last)s."), HER_HOSPITAL),
    ("outside_service_hours", "R142"): (_("At this hour nothing is booked."), _("Come back during the day; your booking stays as it is.")),
    ("slot_not_available", "R052"): (_("This hospital receives nobody from the platform at present."), HER_DOCTOR),
    ("slot_not_available", "R019"): (_("Somebody else has just taken this time."), ANOTHER),
    ("acceptance_required", "R072"): (_("The hospital has not agreed to this stay at present."), HER_DOCTOR),
    ("outside_horizon", "R106"): (_("This day is too far ahead; at most %(limit)s days are allowed."), ANOTHER),
    ("past_cutoff", "R107"): (_("Booking for this day is closed."), ANOTHER),
    ("past_cutoff", "R148"): (_("It is too late to change this booking here."), HER_HOSPITAL),
    ("limit_reached", "R108"): (_("You have %(count)s visits on this day already; at most %(limit)s are allowed."), ANOTHER),
    ("limit_reached", "R015"): (_("You have a visit in this department on this day already."), ANOTHER),
    ("limit_reached", "R109"): (_("Around this day you have %(count)s visits in this department; at most %(limit)s are allowed."), ANOTHER),
    ("limit_reached", "R017"): (_("Around this day you have %(count)s visits in seven days; at most %(limit)s are allowed."), ANOTHER),
    ("limit_reached", "R018"): (_("Around this day you have %(count)s visits in three months; at most %(limit)s are allowed."), ANOTHER),
    ("limit_reached", "R147"): (_("Your bookings were changed %(count)s times lately; more is not possible for a while."), HER_DOCTOR),
}  # fmt: skip


def to_resident(refusal: Refusal) -> Refusal:
    """The same refusal in words for the resident; what is no rule of booking stays as it was said."""
    if not any((one.code, one.rule) in SENTENCES for one in refusal.violations):
        return refusal
    spoken = tuple(_spoken(violation) for violation in refusal.violations)
    return Refusal(refusal.code, spoken[0].message, spoken, refusal.current, refusal.retry_after)


def _spoken(violation: Violation) -> Violation:
    said = SENTENCES.get((violation.code, violation.rule))
    if said is None:
        return violation
    named = {"count": violation.count, "limit": violation.limit, "last": last_day_of(violation)}
    remedy = str(said[1])
    if said[1] is ANOTHER and violation.later_date and violation.possible_from:
        remedy = beyond_horizon(violation.later_date, violation.possible_from)
    elif said[1] is ANOTHER and violation.next_date is not None:
        day = date_format(violation.next_date, "DATE_FORMAT")
        remedy = gettext("%(remedy)s The next possible day is %(day)s.") % {"remedy": remedy, "day": day}
    return replace(violation, message=str(said[0]) % named, remedy=remedy)
