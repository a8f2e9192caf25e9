"""Whom a value would concern before anybody decides about it: which hospitals, what stays as it is, and what changes in places."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Max, Q
from django.db.models.functions import Now

from clinics.models import ClinicSession, Department, Institution, SessionTemplate
from clinics.models.institution import InstitutionKind
from clinics.models.timetable import SessionStatus
from clinics.policy import Level, Parameter, Row, Target, Value, resolve, rows_in_force
from clinics.policy.judging import NewRow, with_row
from clinics.policy.scope import Scope, institutions_in
from clinics.policy.words import Group, words_of
from reserved_pools.balance.shares import places, reserved
from reserved_pools.carving import offer_of
from reserved_pools.held import Policies, target_of
from reserved_pools.models import PoolSlot, ReservedPool
from reserved_pools.parameters import BOOKABLE_SHARE, EXEMPT_CLASSES, EXPERT_SHARE, RESERVED_SHARE, SHARE_BASE
from reserved_pools.rewindow import MOVES_WINDOWS

SHARES = frozenset(one.key for one in (BOOKABLE_SHARE, SHARE_BASE, RESERVED_SHARE, EXPERT_SHARE, EXEMPT_CLASSES))
OF_HOSPITALS = frozenset({Group.SHARES, Group.RELEASE, Group.TIMETABLE})
WEEK = 7
MOST_SESSIONS = 20_000  # of a typical week; above it a single hospital is looked at instead


@dataclass(frozen=True, slots=True)
class PlaceEffect:
    """What a value does at one institution: before and after, and how much of it is published already."""

    institution: Institution
    before: Value
    after: Value
    sessions: int = 0
    open_bands: int = 0
    published_until: date | None = None
    weekly: int = 0


@dataclass(frozen=True, slots=True)
class Cut:
    """The places of a week for referrers, for contracted residents and for the window."""

    referral: int = 0
    direct: int = 0
    window: int = 0

    def __add__(self, other: "Cut") -> "Cut":
        return Cut(self.referral + other.referral, self.direct + other.direct, self.window + other.window)


@dataclass(frozen=True, slots=True)
class WeekEffect:
    """A typical week of one department, cut by the values before and after."""

    institution: Institution
    department: Department
    before: Cut
    after: Cut


@dataclass(frozen=True, slots=True)
class BookingEffect:
    """Of how many bookings ahead how many would not have been allowed; `is_cut` when there are more than were looked at."""

    judged: int
    newly: int
    is_cut: bool = False


Counting = Callable[[Parameter, NewRow], BookingEffect | None]
_countings: list[Counting] = []


def counts_bookings(counting: Counting) -> None:
    """Declare who counts the bookings a value would have refused; this app knows of none."""
    if counting not in _countings:
        _countings.append(counting)


@dataclass(frozen=True, slots=True)
class Effects:
    """Everything the preview says. `unchanged` counts institutions where a stricter value stays; `moves` and `cuts` say of what kind.

    `bookings` is None for a value that no booking is judged by.
    """

    places: list[PlaceEffect] = field(default_factory=list)
    unchanged: int = 0
    moves: bool = False
    cuts: bool = False
    weeks: list[WeekEffect] = field(default_factory=list)
    is_too_wide: bool = False
    bookings: BookingEffect | None = None

    @property
    def sessions(self) -> int:
        return sum(one.sessions for one in self.places)

    @property
    def open_bands(self) -> int:
        return sum(one.open_bands for one in self.places)

    @property
    def weekly(self) -> int:
        return sum(one.weekly for one in self.places)


def effects_of(parameter: Parameter, given: NewRow) -> Effects:
    """Promise what a judged value would change from its first day on; reads only, in a bounded number of queries."""
    assert given.valid_from is not None
    bookings = _bookings(parameter, given)
    if words_of(parameter).reach <= Level.DISTRICT:
        return Effects(bookings=bookings)
    concerned = _concerned(parameter, given.scope)
    targets = {one.pk: _target(one, given.scope) for one in concerned}
    rows = rows_in_force([parameter], list(targets.values()))
    after = with_row(parameter, given, given.value, rows)
    changed = {one.pk: _pair(parameter, given.valid_from, targets[one.pk], rows, after) for one in concerned}
    touched = [one for one in concerned if changed[one.pk][0] != changed[one.pk][1]]
    counted = _counted(touched, given)
    found = [PlaceEffect(one, *changed[one.pk], **counted[one.pk]) for one in touched]
    cuts = parameter.key in SHARES
    weeks = _weeks(parameter, given, touched) if cuts else []
    return Effects(found, len(concerned) - len(touched), parameter.key in MOVES_WINDOWS, cuts, weeks or [], weeks is None, bookings)


def _bookings(parameter: Parameter, given: NewRow) -> BookingEffect | None:
    counted = (counting(parameter, given) for counting in _countings)
    return next((one for one in counted if one is not None), None)


def _concerned(parameter: Parameter, scope: Scope) -> list[Institution]:
    found = institutions_in(scope).select_related("district").order_by("name")
    only_hospitals = scope.institution is None and words_of(parameter).group in OF_HOSPITALS
    return list(found.filter(kind=InstitutionKind.HOSPITAL) if only_hospitals else found)


def _target(institution: Institution, scope: Scope) -> Target:
    return Target.at(institution, scope.department)


def _pair(parameter: Parameter, day: date, target: Target, before: list[Row], after: list[Row]) -> tuple[Value, Value]:
    return resolve(parameter, day, target, before).value, resolve(parameter, day, target, after).value


def _counted(touched: Sequence[Institution], given: NewRow) -> dict[int, dict[str, Any]]:
    """What is published from the first day on, and how many half-days come back each week; three queries."""
    keys = [one.pk for one in touched]
    own = Q(service__department=given.scope.department) if given.scope.department else Q()
    sessions = ClinicSession.objects.filter(own, service__institution__in=keys, status=SessionStatus.PLANNED)
    ahead = sessions.values("service__institution").annotate(
        sessions=Count("pk", filter=Q(date__gte=given.valid_from)), published_until=Max("date")
    )
    bands = PoolSlot.objects.filter(own, institution__in=keys, visit_date__gte=given.valid_from, closed_at=None, closes_at__gt=Now())
    weekly = SessionTemplate.objects.filter(own, service__institution__in=keys, valid_to=None)
    found: dict[int, dict[str, Any]] = {pk: {} for pk in keys}
    for row in ahead.order_by():
        found[row["service__institution"]] |= {"sessions": row["sessions"], "published_until": row["published_until"]}
    for pk, number in bands.order_by().values_list("institution").annotate(number=Count("pk")):
        found[pk]["open_bands"] = number
    for pk, number in weekly.order_by().values_list("service__institution").annotate(number=Count("pk")):
        found[pk]["weekly"] = number
    return found


def _weeks(parameter: Parameter, given: NewRow, touched: Sequence[Institution]) -> list[WeekEffect] | None:
    """The last published week of each hospital, cut twice; None when there are too many sessions to show them by department."""
    sessions = _typical_week(touched, given.scope)
    if len(sessions) > MOST_SESSIONS:
        return None
    pools = {pool.service_id: pool for pool in ReservedPool.objects.filter(service__in={one.service_id for one in sessions}, valid_to=None)}
    carved = [one for one in sessions if one.service_id in pools]
    before = Policies(map(target_of, carved))
    after = Policies(map(target_of, carved))
    after.rows = with_row(parameter, given, given.value, after.rows)
    cut_before, cut_after = (_cut(carved, pools, policies, given.valid_from) for policies in (before, after))
    departments = {one.service.department_id: one.service for one in carved}
    found = [WeekEffect(service.institution, service.department, cut_before[pk], cut_after[pk]) for pk, service in departments.items()]
    changed = [one for one in found if one.before != one.after]
    return sorted(changed, key=lambda one: (one.institution.name, one.department.standard_code, one.department.name))


def _typical_week(touched: Sequence[Institution], scope: Scope) -> list[ClinicSession]:
    """The seven days up to the last published one, hospital by hospital."""
    planned = ClinicSession.objects.filter(service__institution__in=touched, status=SessionStatus.PLANNED)
    last = dict(planned.order_by().values_list("service__institution").annotate(last=Max("date")))
    weeks = Q()
    for pk, day in last.items():
        weeks |= Q(service__institution=pk, date__gt=day - timedelta(days=WEEK), date__lte=day)
    if not last:
        return []
    own = Q(service__department=scope.department) if scope.department else Q()
    found = planned.filter(weeks, own).select_related("service__institution__district", "service__department")
    return list(found.order_by("pk")[: MOST_SESSIONS + 1])


def _cut(sessions: Iterable[ClinicSession], pools: dict[int, ReservedPool], policies: Policies, day: date | None) -> dict[int, Cut]:
    """Department → the places of its week, each department's day cut as carving cuts it, by the values of the first day."""
    assert day is not None
    days: dict[tuple[int, date], list[ClinicSession]] = defaultdict(list)
    for session in sessions:
        days[session.service.department_id, session.date].append(session)
    found: dict[int, Cut] = defaultdict(Cut)
    for (department, _day), together in days.items():
        held = policies.of(target_of(together[0]), day)
        taken = reserved([offer_of(one, pools[one.service_id], held) for one in together], held.expert_share)
        bookable = sum(places(one.capacity, held.bookable_share) for one in together)
        referral = sum(taken.values())
        found[department] += Cut(referral, bookable - referral, sum(one.capacity for one in together) - bookable)
    return found
