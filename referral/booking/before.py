"""What counts already before a place is chosen: bookings of a day, seven days and three months, and missed visits.

The sources are R108, R017, R018 and R059.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from clinics import parameters as p
from clinics.policy import Target, values
from referral.booking.counting import fullest_months, fullest_week, months_after
from referral.booking.facts import WHAT_COUNTS
from referral.booking.lawful_days import QUARTER_MONTHS
from referral.booking.models import Booking
from referral.credit.standing import Standing, standing_of
from referral.credit.terms import Terms
from referral.parameters import COUNTED_BOOKINGS, OF_LEDGER
from referral.patients.models import Patient

LIMITS: Final = (
    p.LIMIT_PER_DAY, p.LIMIT_7_DAYS, p.LIMIT_3_MONTHS, p.LIMIT_3_MONTHS_BINDS, p.BOOKING_HORIZON_DAYS, COUNTED_BOOKINGS,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Used:
    """So many of so many; `binds` is false where the limit is only told."""

    count: int
    limit: int
    binds: bool = True

    @property
    def is_full(self) -> bool:
        """Whether one more would be refused."""
        return self.binds and self.count >= self.limit


@dataclass(frozen=True, slots=True)
class Before:
    """The counts around one day, or the fullest ones of the days that can be booked while no day is chosen."""

    day: date | None
    on_day: Used
    in_week: Used
    in_months: Used
    missed: Standing


def counts_before(patient: Patient, district: int, today: date, day: date | None = None) -> Before:
    """Promise the same counts the rules would find now for a visit on `day`; three queries, no lock.

    `district` is that of the resident's contract, whose values hold for her.
    """
    held: dict[str, Any] = {key: one.value for key, one in values((*LIMITS, *OF_LEDGER), Target(district), today).items()}
    days = [day] if day else [today + timedelta(days=ahead) for ahead in range(1, int(held[p.BOOKING_HORIZON_DAYS.key]) + 1)]
    booked = list(days_of(patient, min(days), max(days), WHAT_COUNTS[held[COUNTED_BOOKINGS.key]]))
    return Before(
        day=day,
        on_day=Used(max(booked.count(one) for one in days), held[p.LIMIT_PER_DAY.key]),
        in_week=Used(max(fullest_week(booked, one) for one in days), held[p.LIMIT_7_DAYS.key]),
        in_months=Used(
            max(fullest_months(booked, one, QUARTER_MONTHS) for one in days),
            held[p.LIMIT_3_MONTHS.key],
            held[p.LIMIT_3_MONTHS_BINDS.key],
        ),
        missed=standing_of(patient.pk, Terms.from_values(held), today=today),
    )


def days_of(patient: Patient, first: date, last: date, statuses: Collection[str]) -> Any:
    """The visit days of the bookings that count for the limits (C30), as far as they share a window with these days."""
    near = (months_after(first, -QUARTER_MONTHS), months_after(last, QUARTER_MONTHS))
    return Booking.objects.filter(patient=patient, status__in=statuses, visit_date__range=near).values_list("visit_date", flat=True)
