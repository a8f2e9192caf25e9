"""Which hospitals a choice of a document's values would touch, and how many of their published places open or close by it."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Count, Q

from clinics.models import ClinicSession, Institution
from clinics.models.institution import InstitutionKind
from clinics.models.timetable import SessionStatus
from clinics.policy import REGISTRY, Level, Parameter, Row, Target, resolve, rows_in_force
from clinics.policy.sets import PolicySet
from clinics.policy.sets_compare import chosen_rows
from clinics.policy.typed import said
from clinics.policy.words import words_of
from permissions.models import District
from reserved_pools.policy_bands import moved_bands
from reserved_pools.policy_kinds import SHARES
from reserved_pools.rewindow import MOVES_WINDOWS


@dataclass(frozen=True, slots=True)
class Change:
    """One value of one hospital, in words."""

    parameter: Parameter
    title: object
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class HospitalEffect:
    """What changes at one hospital: its values, the published bands that move, the published sessions that keep their numbers."""

    institution: Institution
    changes: list[Change]
    bands: int = 0
    sessions: int = 0


@dataclass(frozen=True, slots=True)
class SetEffects:
    """All hospitals at which something changes, and how many others there are; `is_too_wide` when the bands were too many to count."""

    hospitals: list[HospitalEffect] = field(default_factory=list)
    unchanged: int = 0
    is_too_wide: bool = False

    @property
    def bands(self) -> int:
        return sum(one.bands for one in self.hospitals)

    @property
    def sessions(self) -> int:
        return sum(one.sessions for one in self.hospitals)


def effects_of_set(document: PolicySet, keys: Collection[str], district: District, day: date) -> SetEffects:
    """Promise what a choice would change at each hospital of the district from its first day on; reads only, bounded queries."""
    return effects_of_rows(keys, district, day, lambda rows: [*rows, *chosen_rows(document, keys, district.pk, day)])


def effects_of_rows(keys: Collection[str], district: District, day: date, after: Callable[[list[Row]], list[Row]]) -> SetEffects:
    """The same for any change of the rows in force of these parameters."""
    parameters = [REGISTRY[key] for key in sorted(keys) if key in REGISTRY and words_of(REGISTRY[key]).reach > Level.DISTRICT]
    hospitals = list(Institution.objects.filter(district=district, kind=InstitutionKind.HOSPITAL).order_by("name"))
    rows = rows_in_force(parameters, [Target.at(one) for one in hospitals])
    then = after(rows)
    found = {one.pk: _changes(one, parameters, rows, then, day) for one in hospitals}
    moving = [one for one in hospitals if any(each.parameter.key in MOVES_WINDOWS for each in found[one.pk])]
    bands = moved_bands(moving, day, after)
    sessions = _sessions([pk for pk, held in found.items() if any(one.parameter.key in SHARES for one in held)], day)
    counted: Mapping[int, int] = bands or {}
    touched = [HospitalEffect(one, found[one.pk], counted.get(one.pk, 0), sessions.get(one.pk, 0)) for one in hospitals if found[one.pk]]
    return SetEffects(touched, len(hospitals) - len(touched), bands is None)


def _changes(hospital: Institution, parameters: list[Parameter], rows: list[Row], after: list[Row], day: date) -> list[Change]:
    target, found = Target.at(hospital), []
    for one in parameters:
        before, then = resolve(one, day, target, rows).value, resolve(one, day, target, after).value
        if before != then:
            found.append(Change(one, words_of(one).title, said(one, before), said(one, then)))
    return found


def _sessions(hospitals: list[int], day: date) -> dict[int, int]:
    planned = Q(service__institution__in=hospitals, status=SessionStatus.PLANNED, date__gte=day)
    return dict(ClinicSession.objects.filter(planned).order_by().values_list("service__institution").annotate(number=Count("pk")))
