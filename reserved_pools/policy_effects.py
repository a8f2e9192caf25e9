"""Whom a value would concern before anybody decides about it: which hospitals, what stays as it is, and what changes in places."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Max, Q

from clinics.models import ClinicSession, Department, Institution, PolicyRow, SessionTemplate
from clinics.models.institution import InstitutionKind
from clinics.models.policy import PolicyStatus
from clinics.models.timetable import SessionStatus
from clinics.policy import Level, Parameter, Resolved, Target, Value, resolve, rows_in_force
from clinics.policy.changing import Change, ending, entering
from clinics.policy.judging import NewRow
from clinics.policy.scope import Scope, institutions_in
from clinics.policy.words import words_of
from reserved_pools.balance.shares import places, reserved
from reserved_pools.carving import offer_of
from reserved_pools.held import Policies, target_of
from reserved_pools.models import ReservedPool
from reserved_pools.policy_bands import moved_bands
from reserved_pools.policy_kinds import OF_EVERYBODY, PUBLISHED_BY, SHARES, sentence_of
from reserved_pools.rewindow import MOVES_WINDOWS
from vault.refusal import Sentence

WEEK = 7
MOST_SESSIONS = 20_000  # of a typical week; above it a single hospital is looked at instead


@dataclass(frozen=True, slots=True)
class PlaceEffect:
    """What a value does at one institution: before and after, how much is published already, and how many bands of it move."""

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


Counting = Callable[[Change], BookingEffect | None]
_countings: list[Counting] = []


def counts_bookings(counting: Counting) -> None:
    """Declare who counts the bookings a value would have refused; this app knows of none."""
    if counting not in _countings:
        _countings.append(counting)


@dataclass(frozen=True, slots=True)
class Effects:
    """Everything the preview says. `unchanged` counts institutions whose own value decides and stays.

    `moves`, `cuts` and `publishes` say which numbers tell something; where none does, `sentence` says what goes by the value.
    `bookings` is None for a value that no booking is judged by; `is_too_wide` says that a single hospital would be counted exactly.
    """

    places: list[PlaceEffect] = field(default_factory=list)
    unchanged: int = 0
    moves: bool = False
    cuts: bool = False
    publishes: bool = False
    sentence: Sentence = ""
    weeks: list[WeekEffect] = field(default_factory=list)
    is_too_wide: bool = False
    bookings: BookingEffect | None = None
    is_same: bool = False

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
    return effects_of_change(entering(parameter, given))


def effects_of_end(row: PolicyRow, day: date) -> Effects:
    """Promise what would change if a value in force held no longer from a day on, as `effects_of`."""
    return effects_of_change(ending(row, day))


def effects_of_change(change: Change) -> Effects:
    """Promise what would be another in a parameter's places; reads only, in a bounded number of queries."""
    key, bookings = change.parameter.key, _bookings(change)
    if words_of(change.parameter).reach <= Level.DISTRICT:
        before, after = _pairs(change, {0: change.scope.target})[0]
        return Effects(sentence=sentence_of(change.parameter), bookings=bookings, is_same=before.value == after.value)
    concerned = _concerned(change)
    held = _pairs(change, {one.pk: Target.at(one, change.scope.department) for one in concerned})
    touched = [one for one in concerned if held[one.pk][0].value != held[one.pk][1].value]
    unchanged = sum(before.value == after.value and after.level > change.scope.level for before, after in held.values())
    counted, is_wide = _counted(change, touched)
    found = [PlaceEffect(one, held[one.pk][0].value, held[one.pk][1].value, **counted[one.pk]) for one in touched]
    weeks = _weeks(change, touched) if key in SHARES else []
    return Effects(
        found, unchanged, key in MOVES_WINDOWS, key in SHARES, key in PUBLISHED_BY, sentence_of(change.parameter), weeks or [],
        is_wide or weeks is None, bookings, not touched and not unchanged,
    )  # fmt: skip


def _bookings(change: Change) -> BookingEffect | None:
    counted = (counting(change) for counting in _countings)
    return next((one for one in counted if one is not None), None)


def _concerned(change: Change) -> list[Institution]:
    found = institutions_in(change.scope).select_related("district").order_by("name")
    only_hospitals = change.scope.institution is None and change.parameter.key not in OF_EVERYBODY
    return list(found.filter(kind=InstitutionKind.HOSPITAL) if only_hospitals else found)


def _pairs(change: Change, targets: Mapping[int, Target]) -> dict[int, tuple[Resolved, Resolved]]:
    """Key → what holds for a target on the first day before and after; one query."""
    rows = rows_in_force([change.parameter], list(targets.values()))
    after = change.after(rows)
    both = {key: [resolve(change.parameter, change.day, one, held) for held in (rows, after)] for key, one in targets.items()}
    return {key: (before, then) for key, (before, then) in both.items()}


def _counted(change: Change, touched: Sequence[Institution]) -> tuple[dict[int, dict[str, Any]], bool]:
    """What the sentences count, and whether it is too much to count; a department whose own value stays is not among it."""
    found: dict[int, dict[str, Any]] = {one.pk: {} for one in touched}
    if change.parameter.key in MOVES_WINDOWS:
        moved = moved_bands(touched, change.day, change.after, change.scope.department)
        for pk, number in (moved or {}).items():
            found[pk]["open_bands"] = number
        return found, moved is None
    if change.parameter.key in SHARES | PUBLISHED_BY:
        _count_published(change, found)
    return found, False


def _count_published(change: Change, found: dict[int, dict[str, Any]]) -> None:
    """What is published from the first day on, and how many half-days come back each week."""
    own = Q(service__department=change.scope.department) if change.scope.department else ~Q(service__department__in=_staying(change, found))
    sessions = ClinicSession.objects.filter(own, service__institution__in=found, status=SessionStatus.PLANNED)
    ahead = sessions.values("service__institution").annotate(
        sessions=Count("pk", filter=Q(date__gte=change.day)), published_until=Max("date")
    )
    weekly = SessionTemplate.objects.filter(own, service__institution__in=found, valid_to=None)
    for row in ahead.order_by():
        found[row["service__institution"]] |= {"sessions": row["sessions"], "published_until": row["published_until"]}
    for pk, number in weekly.order_by().values_list("service__institution").annotate(number=Count("pk")):
        found[pk]["weekly"] = number


def _staying(change: Change, institutions: Iterable[int]) -> list[int]:
    """The departments of these institutions whose own value decides before and after."""
    rows = PolicyRow.objects.filter(parameter=change.parameter.key, status=PolicyStatus.IN_FORCE, department__institution__in=institutions)
    places = rows.values_list("department__institution__district", "department__institution", "department").distinct()
    held = _pairs(change, {department: Target(district, place, department) for district, place, department in places})
    return [pk for pk, (before, after) in held.items() if before.value == after.value]


def _weeks(change: Change, touched: Sequence[Institution]) -> list[WeekEffect] | None:
    """The last published week of each hospital, cut twice; None when there are too many sessions to show them by department."""
    sessions = _typical_week(touched, change.scope)
    if len(sessions) > MOST_SESSIONS:
        return None
    pools = {pool.service_id: pool for pool in ReservedPool.objects.filter(service__in={one.service_id for one in sessions}, valid_to=None)}
    carved = [one for one in sessions if one.service_id in pools]
    before = Policies(map(target_of, carved))
    after = Policies(map(target_of, carved))
    after.rows = change.after(after.rows)
    cut_before, cut_after = (_cut(carved, pools, policies, change.day) for policies in (before, after))
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


def _cut(sessions: Iterable[ClinicSession], pools: dict[int, ReservedPool], policies: Policies, day: date) -> dict[int, Cut]:
    """Department → the places of its week, each department's day cut as carving cuts it, by the values of the first day."""
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
