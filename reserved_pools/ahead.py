"""How far ahead each hospital lets book (R106, C6), at which hours (R142), and within how many days a visit is promised (R112)."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Q, Value
from django.db.models.functions import Now, TruncTime
from django.db.models.lookups import GreaterThanOrEqual, LessThan
from django.utils import timezone

from clinics.models import Institution, PolicyRow
from clinics.models.policy import PolicyStatus
from clinics.parameters import BOOKING_HORIZON_DAYS, SERVICE_FROM, SERVICE_TO
from clinics.policy import Level, Row, Target, resolve
from reserved_pools.parameters import PROMISE_DAYS

HOURS = (SERVICE_FROM, SERVICE_TO)
OWNERS = {Level.DISTRICT: "district", Level.INSTITUTION: "institution", Level.DEPARTMENT: "department"}


@dataclass(frozen=True, slots=True)
class Ahead:
    """Everybody's horizons and hours of service as they hold on a day, and the promised days of every district."""

    today: date
    rows: tuple[Row, ...]

    def days(self, target: Target) -> int:
        """How many days ahead this place lets book."""
        return int(str(resolve(BOOKING_HORIZON_DAYS, self.today, target, self.rows).value))

    def last_day(self, target: Target) -> date:
        """The last day that can be booked there today; it is still open."""
        return self.today + timedelta(days=self.days(target))

    def longest(self, districts: Collection[int]) -> int:
        """The longest of these districts, in days: what is shown of several hospitals ends there."""
        return max((self.days(Target(district)) for district in districts), default=self.days(Target()))

    def promise_days(self, district: int | None, at: date) -> int:
        """Within how many calendar days a referral asked for on a day is seen, along a district (R112)."""
        return int(str(resolve(PROMISE_DAYS, at, Target(district), self.rows).value))

    def within(self, day: str = "visit_date", institution: str = "institution", department: str = "department") -> Q:
        """The same as a condition on rows: no later than their district, their hospital and their department let book.

        Each level is a bound of its own, because a lower one may only shorten (C6). The arguments are the lookups from the row.
        """
        default = self.today + timedelta(days=self.days(Target()))
        whole = Q(**{f"{day}__lte": default})
        own = {level: self._by_value(level) for level in OWNERS}
        districts = [one for held in own[Level.DISTRICT].values() for one in held]
        found = (whole | Q(**{f"{institution}__district__in": districts})) if districts else whole
        lookups = {Level.DISTRICT: f"{institution}__district", Level.INSTITUTION: institution, Level.DEPARTMENT: department}
        for level, values in own.items():
            for days, owners in values.items():
                latest = self.today + timedelta(days=days)
                found &= ~Q(**{f"{lookups[level]}__in": owners}) | Q(**{f"{day}__lte": latest})
        return found

    def serving(self, institution: str = "institution") -> Q:
        """The same of hospitals: those whose hours of service are now, by the database's clock (R142).

        One query more where a hospital has hours of its own, which stand before its district's.
        """
        found = Q()
        for owners, target in self._with_hours(institution):
            begin, end = (resolve(parameter, self.today, target, self.rows).value for parameter in HOURS)
            if begin != end:
                found &= ~owners | _between(begin, end)
        return found

    def _with_hours(self, institution: str) -> Iterator[tuple[Q, Target]]:
        """Each district and hospital whose hours somebody set, as a condition on rows and as a target."""
        keys = {parameter.key for parameter in HOURS}
        held = [row for row in self.rows if row.parameter in keys and self._holds(row)]
        hospitals = {row.institution for row in held if row.level is Level.INSTITUTION}
        others = ~Q(**{f"{institution}__in": hospitals})
        for district in {row.district for row in held if row.level is Level.DISTRICT}:
            yield Q(**{f"{institution}__district": district}) & others, Target(district)
        if hospitals:
            for pk, district in Institution.objects.filter(pk__in=hospitals).values_list("pk", "district"):
                yield Q(**{institution: pk}), Target(district, pk)

    def _by_value(self, level: Level) -> dict[int, list[int]]:
        """Who has a horizon of its own at a level, by its days: the latest row's, of a district together with the city's."""
        holding = [row for row in self.rows if row.parameter == BOOKING_HORIZON_DAYS.key and row.level is level and self._holds(row)]
        own = {getattr(row, OWNERS[level]): row for row in sorted(holding, key=lambda row: row.valid_from)}
        found: dict[int, list[int]] = defaultdict(list)
        for owner, row in own.items():
            found[self.days(Target(owner)) if level is Level.DISTRICT else int(str(row.value))].append(owner)
        return found

    def _holds(self, row: Row) -> bool:
        return row.valid_from <= self.today and (row.valid_to is None or self.today < row.valid_to)


def ahead(today: date) -> Ahead:
    """Promise the horizons of a day, the hours of service and what is promised, in one query."""
    found = PolicyRow.objects.filter(
        parameter__in=[one.key for one in (BOOKING_HORIZON_DAYS, PROMISE_DAYS, *HOURS)], status=PolicyStatus.IN_FORCE
    )
    rows = found.values_list("parameter", "value", "valid_from", "valid_to", "district", "institution", "department", "source", "pk")
    return Ahead(today, tuple(Row(*row) for row in rows))


def _between(begin: Any, end: Any) -> Q:
    """Whether the database's clock in Beijing stands between two hours, the second outside, also across midnight."""
    clock = TruncTime(Now(), tzinfo=timezone.get_default_timezone())
    after, before = Q(GreaterThanOrEqual(clock, Value(begin))), Q(LessThan(clock, Value(end)))
    return after & before if begin < end else after | before
