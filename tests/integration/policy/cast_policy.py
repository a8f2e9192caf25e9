"""Two administrators of the district, a hospital with its coordinator, and another hospital beside it; short ways to enter rows."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from clinics.models import Department, Institution, PolicyRow
from clinics.policy.judging import NewRow, parameter_named
from clinics.policy.rows import enter
from clinics.policy.scope import Scope
from permissions.acting import Acting
from reserved_pools.policy_acts import approve
from tests.cast import acting_as, an_admin
from tests.cast_clinics import a_coordinator, a_department, a_hospital, in_days, today

SOURCE = "区卫健委〔2026〕12号"


@dataclass(frozen=True)
class Desk:
    """李敏 enters, 赵建国 decides; 韩协调 runs the pools of 北大医院."""

    first: Acting
    second: Acting
    hospital: Institution
    other: Institution
    heart: Department
    coordinator: Acting

    def scope(self, place: Any = None) -> Scope:
        district = self.hospital.district
        if isinstance(place, Department):
            return Scope(district, place.institution, place)
        return Scope(district, place)

    def draft(
        self, key: str, value: str, place: Any = None, *, start: date | None = None, by: Acting | None = None, **more: Any
    ) -> PolicyRow:
        """A value entered, tomorrow's when nothing else is said."""
        new = NewRow(self.scope(place), value, start or in_days(1), SOURCE, **more)
        return enter(parameter_named(key), new, today=today(), by=by or self.first)

    def row(self, key: str, value: str, place: Any = None, **more: Any) -> PolicyRow:
        """A row in force, by two people."""
        row = self.draft(key, value, place, **more)
        approve(row, today=today(), expected_version=1, by=self.second)
        return row


def a_desk() -> Desk:
    hospital, other = a_hospital(), a_hospital("宣武医院")
    first, second = acting_as(an_admin()), acting_as(an_admin("赵建国"))
    return Desk(first, second, hospital, other, a_department(hospital), a_coordinator(hospital))
