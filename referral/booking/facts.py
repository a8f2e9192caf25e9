"""Everything a booking is judged by, read once under lock: frozen values, no database, no Django."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

SHANGHAI: Final = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True)
class Counted:
    """One booking of the resident that counts for the limits (C30): its day, hospital and standard department code (C31)."""

    visit_date: date
    institution: int
    standard_code: str


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
    controlled_by: str = ""  # the district that holds a document of the resident on its list
    changed_at: tuple[datetime, ...] = ()  # cancelled by the resident, or moved for her
    let_pass: frozenset[str] = frozenset()  # rule ids that two persons let pass for this referral

    @property
    def today(self) -> date:
        """The day in Beijing at `now`."""
        return self.now.astimezone(SHANGHAI).date()

    def cutoff_of(self, visit_date: date) -> datetime:
        """The instant at which booking for a visit day closes: the day before, at the policy's hour."""
        return day_before_at(visit_date, self.limits.booking_cutoff)


def day_before_at(visit_date: date, hour: time) -> datetime:
    """The instant of an hour, in Beijing, on the day before a visit."""
    return datetime.combine(visit_date - timedelta(days=1), hour, SHANGHAI)
