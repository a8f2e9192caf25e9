"""Whether hospitals put out what the regulation asks for: by hospital, department and ISO week, shortfalls first."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet, Sum

from clinics.access import MANAGE_POOLS, institutions_where
from clinics.models import Department, Institution, Slot
from clinics.models.offer import EXPERT_CLASSES, ServiceKind
from clinics.policy import Parameter, Row, Target, resolve, rows_in_force
from permissions.acting import Acting
from permissions.roles import Capability
from reserved_pools.balance.balance import DayOf, Floors, WeekOf, total, week_of
from reserved_pools.models import PoolKind, PoolSlot, Rebalancing
from reserved_pools.parameters import BOOKABLE_SHARE, EXEMPT_CLASSES, EXPERT_SHARE, RESERVED_SHARE, SHARE_BASE

FLOORS: tuple[Parameter, ...] = (BOOKABLE_SHARE, RESERVED_SHARE, EXPERT_SHARE, SHARE_BASE, EXEMPT_CLASSES)
Key = tuple[int, int, date, str]


class By(StrEnum):
    """How fine the rows are."""

    HOSPITAL = "hospital"
    DEPARTMENT = "department"
    WEEK = "week"


@dataclass(frozen=True, slots=True)
class Line:
    """One row: a hospital, one of its departments, or one week of it (its Monday), and what stands there."""

    institution: Institution
    department: Department | None
    week: date | None
    of: WeekOf

    @property
    def iso_week(self) -> str:
        """The week's number as it is written: 2026-W48."""
        if self.week is None:
            return ""
        year, number, _weekday = self.week.isocalendar()
        return f"{year}-W{number:02d}"


@dataclass(frozen=True, slots=True)
class Within:
    """What is looked at: both days included; empty means all that the person may see."""

    first: date
    last: date
    institution: UUID | None = None
    department: UUID | None = None
    standard_code: str = ""


def compliance(acting: Acting, within: Within, by: By = By.HOSPITAL) -> list[Line]:
    """What each hospital, department or week owed and gave, shortfalls first (R040, R053, R088).

    The district sees the hospitals of the district, a coordinator those whose pools she runs. Five queries, whatever the size.
    """
    institutions = {one.pk: one for one in hospitals_seen_by(acting, within.institution)}
    departments = {one.pk: one for one in _departments(institutions, within)}
    weeks = _weeks(institutions.values(), departments, within)
    grouped: dict[tuple[int, int | None, date | None], list[WeekOf]] = defaultdict(list)
    if by is By.HOSPITAL and not (within.department or within.standard_code):
        grouped |= {(pk, None, None): [] for pk in institutions}
    for (institution, department, monday), week in weeks.items():
        key = (institution, None if by is By.HOSPITAL else department, monday if by is By.WEEK else None)
        grouped[key].append(week)
    lines = [
        Line(institutions[institution], departments.get(department or 0), monday, total(held))
        for (institution, department, monday), held in grouped.items()
    ]
    return sorted(lines, key=_order)


def shares_of(institution: Institution, first: date, last: date) -> dict[int, WeekOf]:
    """The same for each department (its key) of one hospital over these days, both included; five queries."""
    found: dict[int, list[WeekOf]] = defaultdict(list)
    departments = {one.pk: one for one in Department.objects.filter(institution=institution)}
    for (_institution, department, _monday), week in _weeks([institution], departments, Within(first, last)).items():
        found[department].append(week)
    return {department: total(weeks) for department, weeks in found.items()}


def weeks_of(institutions: Iterable[Institution], first: date, last: date) -> dict[tuple[int, date], WeekOf]:
    """The same for each department and Monday of several hospitals; from a Monday to a Sunday, so that whole weeks are judged."""
    places = list(institutions)
    departments = {one.pk: one for one in Department.objects.filter(institution__in=places)}
    weeks = _weeks(places, departments, Within(monday_of(first), monday_of(last) + timedelta(days=6)))
    return {(department, monday): week for (_institution, department, monday), week in weeks.items()}


def week_of_department(department: Department, day: date) -> WeekOf:
    """One department's ISO week around a day, as compliance judges it."""
    monday = monday_of(day)
    within = Within(monday, monday + timedelta(days=6), department=department.public_id)
    weeks = _weeks([department.institution], {department.pk: department}, within)
    return next(iter(weeks.values()), WeekOf())


def hospitals_seen_by(acting: Acting, only: UUID | None = None) -> QuerySet[Institution]:
    """The hospitals whose figures this person may see: the district's, or those whose pools she runs."""
    if acting.can(Capability.SEE_DISTRICT):
        found: QuerySet[Institution] = Institution.objects.hospitals().filter(district=acting.district_id)
    else:
        found = institutions_where(acting.user, MANAGE_POOLS)
    return (found.filter(public_id=only) if only else found).order_by("name")


def subjects_seen_by(acting: Acting) -> dict[str, str]:
    """The subject codes of those hospitals' departments with one name each, for a filter; one query."""
    names: dict[str, str] = {}
    rows = Department.objects.filter(institution__in=hospitals_seen_by(acting)).order_by("standard_code", "pk")
    for code, name in rows.values_list("standard_code", "name"):
        names.setdefault(code, name)
    return names


def monday_of(day: date) -> date:
    """The Monday of a day's ISO week."""
    return day - timedelta(days=day.weekday())


def floors_at(institution: Institution, department: Department, day: date, rows: Iterable[Row]) -> Floors:
    """The floors of a department on a day, from policy rows read before."""
    held = {one.key: resolve(one, day, Target.at(institution, department), rows).value for one in FLOORS}
    base_is_all = held.pop(SHARE_BASE.key) == "all"
    return Floors(**held, base_is_all=base_is_all)  # type: ignore[arg-type]


def _weeks(institutions: Iterable[Institution], departments: dict[int, Department], within: Within) -> dict[tuple[int, int, date], WeekOf]:
    """Every department's week that has a session, judged by the floors of its days."""
    places = {one.pk: one for one in institutions}
    rows = rows_in_force(FLOORS, {Target.at(places[one.institution_id], one) for one in departments.values()})
    floors: dict[tuple[int, date], Floors] = {}

    def of(day: DayOf) -> Floors:
        known = (day.department, day.date)
        if known not in floors:
            floors[known] = floors_at(places[day.institution], departments[day.department], day.date, rows)
        return floors[known]

    held: dict[tuple[int, int, date], list[DayOf]] = defaultdict(list)
    for day in _days(places, departments, within):
        held[day.institution, day.department, monday_of(day.date)].append(day)
    return {key: week_of(days, of) for key, days in held.items()}


def _departments(institutions: Iterable[int], within: Within) -> QuerySet[Department]:
    found = Department.objects.filter(institution__in=institutions)
    if within.department:
        found = found.filter(public_id=within.department)
    return found.filter(standard_code=within.standard_code) if within.standard_code else found


def _days(institutions: Iterable[int], departments: Iterable[int], within: Within) -> list[DayOf]:
    """What was counted of each class of each department's day, from three queries."""
    narrow = list(departments) if within.department or within.standard_code else None  # a long list of keys costs more than it saves
    asked = (list(institutions), narrow, within.first, within.last)
    found: dict[Key, dict[str, int]] = defaultdict(dict)
    for counted in (_sessions(*asked), _pool_slots(*asked), _given(*asked)):
        for *key, row in counted:
            found[tuple(key)] |= row
    return [
        DayOf(institution, department, day, slot_class, is_expert=slot_class in EXPERT_CLASSES, **row)
        for (institution, department, day, slot_class), row in found.items()
    ]


def _sessions(institutions: list[int], departments: list[int] | None, first: date, last: date) -> list[tuple[Any, ...]]:
    """All places of planned clinics, blocked bands aside, and how many sessions were stopped."""
    place = ("session__service__institution", "session__service__department", "session__date", "session__service__slot_class")
    planned = Q(session__status="planned", is_blocked=False)
    rows = (
        Slot.objects.filter(
            _among("session__service__department", departments),
            session__date__range=(first, last),
            session__service__institution__in=institutions,
            session__service__kind=ServiceKind.CLINIC,
        )
        .values_list(*place)
        .annotate(
            all_places=Sum("capacity", filter=planned, default=0),
            stopped=Count("session", filter=Q(session__status="stopped"), distinct=True),
        )
        .order_by()
    )
    return [(*row[:4], {"all_places": row[4], "stopped": row[5]}) for row in rows]


def _pool_slots(institutions: list[int], departments: list[int] | None, first: date, last: date) -> list[tuple[Any, ...]]:
    """What was put out, booked and given back of the same sessions."""
    referral = Q(kind=PoolKind.COMMUNITY_REFERRAL)
    rows = (
        PoolSlot.objects.filter(
            _among("department", departments),
            institution__in=institutions,
            visit_date__range=(first, last),
            service__kind=ServiceKind.CLINIC,
            slot__session__status="planned",
            slot__is_blocked=False,
        )
        .values_list("institution", "department", "visit_date", "slot_class")
        .annotate(
            offered=Sum("published", filter=referral, default=0),
            direct=Sum("published", filter=~referral, default=0),
            booked=Sum(F("claimed") + F("held"), filter=referral, default=0),
            returned=Sum("returned", filter=referral, default=0),
        )
        .order_by()
    )
    return [(*row[:4], dict(zip(("offered", "direct", "booked", "returned"), row[4:], strict=True))) for row in rows]


def _given(institutions: list[int], departments: list[int] | None, first: date, last: date) -> list[tuple[Any, ...]]:
    """Reserved places given to the hospital before the cut-off: they were put out, and are its own now."""
    place = ("institution", "from_session__service__department", "from_session__date", "from_session__service__slot_class")
    rows = (
        Rebalancing.objects.filter(
            _among("from_session__service__department", departments),
            to_session=None,
            undone_at=None,
            from_session__date__range=(first, last),
            institution__in=institutions,
            from_session__status="planned",
        )
        .values_list(*place)
        .annotate(given=Sum("places"))
        .order_by()
    )
    return [(*row[:4], {"given": row[4]}) for row in rows]


def _among(department: str, keys: list[int] | None) -> Q:
    return Q() if keys is None else Q(**{f"{department}__in": keys})


def _order(line: Line) -> tuple[Any, ...]:
    """What is short comes first, the most missing before all; then by place and time; empty rows last."""
    week = line.of
    name = line.department.name if line.department else ""
    return not week.is_short, not week.all_places, -week.missing, line.institution.name, name, line.week or date.min
