"""Which hospitals a choice of a document's values would touch, and how many of their published places open or close by it."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Count, Q
from django.db.models.functions import Now

from clinics.models import ClinicSession, Institution
from clinics.models.institution import InstitutionKind
from clinics.models.timetable import SessionStatus
from clinics.policy import REGISTRY, Level, Parameter, Row, Target, resolve, rows_in_force
from clinics.policy.sets import PolicySet
from clinics.policy.sets_compare import chosen_rows
from clinics.policy.typed import said
from clinics.policy.words import words_of
from permissions.models import District
from reserved_pools.models import PoolSlot
from reserved_pools.policy_effects import SHARES
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
    """All hospitals at which something changes, and how many others there are."""

    hospitals: list[HospitalEffect] = field(default_factory=list)
    unchanged: int = 0

    @property
    def bands(self) -> int:
        return sum(one.bands for one in self.hospitals)

    @property
    def sessions(self) -> int:
        return sum(one.sessions for one in self.hospitals)


def effects_of_set(document: PolicySet, keys: Collection[str], district: District, day: date) -> SetEffects:
    """Promise what a choice would change at each hospital of the district from its first day on; reads only, in four queries."""
    parameters = [REGISTRY[key] for key in sorted(keys) if key in REGISTRY and words_of(REGISTRY[key]).reach > Level.DISTRICT]
    hospitals = list(Institution.objects.filter(district=district, kind=InstitutionKind.HOSPITAL).order_by("name"))
    rows = rows_in_force(parameters, [Target.at(one) for one in hospitals])
    after = [*rows, *chosen_rows(document, keys, district.pk, day)]
    found = {one.pk: _changes(one, parameters, rows, after, day) for one in hospitals}
    bands = _bands([pk for pk, held in found.items() if any(one.parameter.key in MOVES_WINDOWS for one in held)], day)
    sessions = _sessions([pk for pk, held in found.items() if any(one.parameter.key in SHARES for one in held)], day)
    touched = [HospitalEffect(one, found[one.pk], bands.get(one.pk, 0), sessions.get(one.pk, 0)) for one in hospitals if found[one.pk]]
    return SetEffects(touched, len(hospitals) - len(touched))


def _changes(hospital: Institution, parameters: list[Parameter], rows: list[Row], after: list[Row], day: date) -> list[Change]:
    target, found = Target.at(hospital), []
    for one in parameters:
        before, then = resolve(one, day, target, rows).value, resolve(one, day, target, after).value
        if before != then:
            found.append(Change(one, words_of(one).title, said(one, before), said(one, then)))
    return found


def _bands(hospitals: list[int], day: date) -> dict[int, int]:
    open_ahead = PoolSlot.objects.filter(institution__in=hospitals, visit_date__gte=day, closed_at=None, closes_at__gt=Now())
    return dict(open_ahead.order_by().values_list("institution").annotate(number=Count("pk")))


def _sessions(hospitals: list[int], day: date) -> dict[int, int]:
    planned = Q(service__institution__in=hospitals, status=SessionStatus.PLANNED, date__gte=day)
    return dict(ClinicSession.objects.filter(planned).order_by().values_list("service__institution").annotate(number=Count("pk")))
