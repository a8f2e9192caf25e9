"""The visit behind one booked in the consulting room: as it stands under its lock, and how long others are booked from it (R120)."""

from datetime import date
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from clinics import policy
from permissions.acting import Acting
from referral import parameters
from referral.booking.expected import today, visits_of
from referral.booking.models import Booking, BookingMode
from referral.cases.models import Referral
from vault.refusal import Refusal
from vault.transactions import requires_transaction

BEHIND: Final = ("referral__institution", "referral__owner", "referral__report", "right", "post__user", "patient", "institution")


def held(visit: Booking) -> Booking:
    """Step: the visit as it is once the referral followed is locked: nobody takes it back before the one booked from it stands (R168)."""
    requires_transaction()
    Referral.objects.select_for_update(no_key=True).get(pk=visit.referral_id)
    return Booking.objects.select_related(*BEHIND).get(pk=visit.pk)


def check_recent(visit: Booking, day: date) -> None:
    """R120, R121: booked from the consulting room, which she has left long ago after so many days."""
    limit = next_visit_days(visit, day)
    if (day - visit.visit_date).days <= limit:
        return
    told = {"day": f"{visit.visit_date:%m-%d}", "limit": limit}
    raise Refusal(
        "visit_too_long_ago",
        _(
            "The visit was on %(day)s; from the consulting room another one is booked until %(limit)s days after it. "
            "Send the patient back to her centre: her doctor sees her and refers her again."
        )
        % told,
    )


def is_recent(visit: Booking) -> bool:
    """Whether another visit may still be booked from this one; the booking itself asks again."""
    day = today()
    return (day - visit.visit_date).days <= next_visit_days(visit, day)


def next_visit_days(visit: Booking, day: date) -> int:
    """How many days after a visit another one is booked from it, by the policy of its hospital."""
    days: Any = policy.value(parameters.NEXT_VISIT_DAYS, at=day, institution=visit.institution)
    return int(days)


def visit_before(booking: Booking, by: Acting) -> Booking | None:
    """The visit from which this one was booked, while this doctor may book another from it; None otherwise."""
    if booking.mode != BookingMode.CONSULTATION:
        return None
    found = visits_of(by).filter(referral=booking.referral.follows_id, status="fulfilled").order_by("-pk").first()
    return found if found is not None and is_recent(found) else None
