"""The values of the demonstration and its calendar: one that lets days not pass, one in force later, one that waits, the official days."""

from datetime import date, timedelta
from typing import Final

from clinics.models import CalendarYear, Institution, PolicyRow
from clinics.policy.judging import NewRow, parameter_named
from clinics.policy.rows import enter
from clinics.policy.scope import Scope
from clinics.timetables.calendar_days import official_days, seed_year
from permissions.acting import Acting
from permissions.models import District
from referral import parameters
from reserved_pools.parameters import RESERVED_SHARE
from reserved_pools.policy_acts import approve

HORIZON: Final = 14  # days; as far ahead as a place can be booked
SOURCE: Final = "演示设置：演示中日子不会自己过去，允许就诊日前到院取号"
LATER: Final = timedelta(days=30)
DECISION: Final = "演示设置：医院院长办公会决定"


def load_policy(today: date, district: District, places: dict[str, Institution], admin: Acting, second: Acting) -> None:
    """Promise the demonstration's values, entered by one administrator and approved by the other, and this year's official days.

    Hospitals receive a patient on any day before her visit, by a row that says so; one hospital reserves more in a month; another
    value waits for its second person.
    """
    district = next(iter(places.values())).district if admin.district is None else admin.district
    everywhere = Scope(district)
    if not PolicyRow.objects.filter(parameter=parameters.ARRIVAL_EARLY_DAYS.key, district=district).exists():
        _in_force(parameters.ARRIVAL_EARLY_DAYS.key, NewRow(everywhere, str(HORIZON), today, SOURCE), today, admin, second)
        hospitals = [place for place in places.values() if place.kind == "hospital" and place.district_id == district.pk]
        one, other = (Scope(district, place) for place in hospitals[:2])
        _in_force(RESERVED_SHARE.key, NewRow(one, "0.35", today + LATER, DECISION), today, admin, second)
        enter(parameter_named(RESERVED_SHARE.key), NewRow(other, "0.40", today + LATER, DECISION), today=today, by=admin)
    if official_days(today.year) and not CalendarYear.objects.filter(year=today.year).exists():
        seed_year(today.year, by=admin)


def _in_force(key: str, new: NewRow, today: date, admin: Acting, second: Acting) -> None:
    row = enter(parameter_named(key), new, today=today, by=admin)
    approve(row, today=today, expected_version=row.version, by=second)
