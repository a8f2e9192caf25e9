"""Everything a booking is judged by, read once under lock: frozen values, no database, no Django."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

SHANGHAI: Final = ZoneInfo("Asia/Shanghai")
FOREVER: Final = timedelta(days=36500)
EVERY_ONE: Final = "live_and_missed"
# What the limits count (C30): everything not taken back, without what was missed, or only what still lies ahead.
WHAT_COUNTS: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        EVERY_ONE: frozenset({"held", "booked", "arrived", "fulfilled", "noshow"}),
        "live_and_attended": frozenset({"held", "booked", "arrived", "fulfilled"}),
        "live_only": frozenset({"held", "booked", "arrived"}),
    }
)


class Refers(StrEnum):
    """Who refers a contracted resident (C33): everybody of the contract's institution, its care team, or its doctor alone."""

    INSTITUTION = "contracted_institution"
    TEAM = "contracted_team"
    DOCTOR = "contracted_doctor"


@dataclass(frozen=True, slots=True)
class Grounds:
    """Where the value of a rule comes from when it is not the article's: the document, and its words, perhaps none."""

    source: str
    quote: str | None = None  # None: the article's own number and words stand


@dataclass(frozen=True, slots=True)
class Counted:
    """One booking of the resident that may count for the limits (C30): its day, hospital, standard department code (C31), status."""

    visit_date: date
    institution: int
    standard_code: str
    status: str = "booked"


@dataclass(frozen=True, slots=True)
class Limits:
    """The policy values this booking is judged by: days, counts, the hour of the day before, the hours of service in Beijing."""

    horizon_days: int
    booking_cutoff: time
    per_day: int
    per_day_department: int
    per_7_days_department: int
    per_7_days: int
    encounter_days: int
    per_3_months: int | None = None  # None: does not bind referrals (C12)
    churn_changes: int | None = None  # None: frequent changes stop nothing
    churn_days: int = 90
    service_from: time = time.min
    service_to: time = time.min  # the same hour twice is the whole day
    what_counts: str = EVERY_ONE
    who_refers: str = Refers.INSTITUTION


@dataclass(frozen=True, slots=True)
class BookingFacts:
    """One moment of the database, seen after the right and the patient were locked. `now` is its clock."""

    now: datetime
    right_status: str | None
    right_from: datetime | None
    right_to: datetime | None
    post_to: datetime | None
    refers_own_patients: bool
    grant_until: datetime | None
    encounter_seen_at: datetime
    encounter_at_own_unit: bool
    encounter_by_care_team: bool
    contract_until: date | None
    contract_at_own_unit: bool
    contract_with_team: bool
    contract_with_doctor: bool
    health_record_number: str
    institution_is_suspended: bool
    place_is_free: bool
    institution: int
    standard_code: str
    visit_date: date
    counted: tuple[Counted, ...]
    limits: Limits
    emergency_sign: str = ""
    banned_until: datetime | None = None
    restricted_until: datetime | None = None
    restricting: frozenset[int] = frozenset()  # every hospital that restricts her now (R027)
    controlled_by: str = ""  # the district that holds a document of the resident on its list
    changed_at: tuple[datetime, ...] = ()  # cancelled or moved by the resident herself, without a stopped clinic behind it
    let_pass: frozenset[str] = frozenset()  # rule ids that two persons let pass for this referral
    grounds: Mapping[str, Grounds] = field(default_factory=dict)  # by rule id, of values that are not the article's
    is_asked_first: bool = False  # a bed or day surgery: the hospital accepts the patient before a day is booked
    accepted_until: date | None = None  # the last day on which the hospital's acceptance of this service may be booked
    asked_at: datetime | None = None  # when what it accepted was asked for

    @property
    def today(self) -> date:
        """The day in Beijing at `now`."""
        return self.now.astimezone(SHANGHAI).date()

    @property
    def is_accepted(self) -> bool:
        """Whether the hospital has accepted the patient for this very service, and the acceptance still holds (R072)."""
        return self.accepted_until is not None and self.today <= self.accepted_until

    @property
    def judged_on(self) -> date:
        """The day on which the visit behind the referral had to be fresh: when the hospital was asked, where it was asked first."""
        if self.is_asked_first and self.is_accepted and self.asked_at is not None:
            return self.asked_at.astimezone(SHANGHAI).date()
        return self.today

    @property
    def counting(self) -> tuple[Counted, ...]:
        """The other bookings that count for the limits of a day, of seven days and of three months, as the district counts (C30)."""
        statuses = WHAT_COUNTS[self.limits.what_counts]
        return tuple(one for one in self.counted if one.status in statuses)

    def cutoff_of(self, visit_date: date) -> datetime:
        """The instant at which booking for a visit day closes: the day before, at the policy's hour."""
        return day_before_at(visit_date, self.limits.booking_cutoff)


def taken_as_given(
    at: datetime, *, institution: int, standard_code: str, visit_date: date, counted: tuple[Counted, ...], limits: Limits,
    let_pass: frozenset[str], seen_at: datetime | None = None,
) -> BookingFacts:  # fmt: skip
    """The facts where only days and limits are asked about: a right, a visit, a contract and a free place are taken as given."""
    return BookingFacts(
        now=at, right_status="granted", right_from=at, right_to=at + FOREVER, post_to=None, refers_own_patients=True,
        grant_until=at + FOREVER, encounter_seen_at=seen_at or at, encounter_at_own_unit=True, encounter_by_care_team=True,
        contract_until=date.max, contract_at_own_unit=True, contract_with_team=True, contract_with_doctor=True,
        health_record_number="1", institution_is_suspended=False, place_is_free=True, institution=institution,
        standard_code=standard_code, visit_date=visit_date, counted=counted, limits=limits, let_pass=let_pass,
    )  # fmt: skip


def day_before_at(visit_date: date, hour: time) -> datetime:
    """The instant of an hour, in Beijing, on the day before a visit."""
    return datetime.combine(visit_date - timedelta(days=1), hour, SHANGHAI)
