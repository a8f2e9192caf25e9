"""The weekly timetable as its coordinator reads it: her hospitals, their half-days week by week, what can be chosen in the form."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from clinics.access import MANAGE_POOLS, institutions_where
from clinics.models import Department, HalfDay, Institution, Practitioner, Service, SessionTemplate
from clinics.models.offer import HELD_IN_SESSIONS
from permissions.acting import Acting
from vault.refusal import Refusal

NOTHING_HERE = _("There is nothing here that you may see.")
HALVES = (HalfDay.MORNING, HalfDay.AFTERNOON)


@dataclass(frozen=True, slots=True)
class Cell:
    """One weekday of one service: what is held in the morning and in the afternoon."""

    weekday: int
    templates: tuple[SessionTemplate, ...]
    free: tuple[HalfDay, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One service with its seven days."""

    service: Service
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """One department with its services, and how many places its week has."""

    department: Department
    lines: tuple[Line, ...]
    places: int


def hospitals_run_by(acting: Acting) -> QuerySet[Institution]:
    """The hospitals whose sessions this person publishes, by name."""
    return institutions_where(acting.user, MANAGE_POOLS).distinct().order_by("name")


def hospital_run_by(acting: Acting, public_id: UUID | None = None) -> Institution:
    """One of them; without an id that of the post. Refuses with `not_found`."""
    found = hospitals_run_by(acting)
    if public_id is not None:
        one = found.filter(public_id=public_id).first()
    else:
        own = acting.post.institution_id if acting.post else None
        one = found.filter(pk=own).first() or found.first()
    if one is None:
        raise Refusal("not_found", NOTHING_HERE)
    return one


def templates_of(hospitals: Institution | QuerySet[Institution], *, on: date | None = None) -> QuerySet[SessionTemplate]:
    """The half-days of a hospital in the order of the week; `on` leaves those that have not ended before that day."""
    places = [hospitals] if isinstance(hospitals, Institution) else hospitals
    found = SessionTemplate.objects.filter(service__institution__in=places)
    if on is not None:
        found = found.filter(Q(valid_to=None) | Q(valid_to__gt=on))
    held = found.select_related("service__institution", "service__department", "practitioner")
    return held.order_by("service__department__standard_code", "service_id", "weekday", "half_day", "valid_from", "pk")


def template_run_by(acting: Acting, public_id: UUID) -> SessionTemplate:
    """One half-day of one of her hospitals. Refuses with `not_found`."""
    found = templates_of(hospitals_run_by(acting)).filter(public_id=public_id).first()
    if found is None:
        raise Refusal("not_found", NOTHING_HERE)
    return found


def services_held_at(institution: Institution) -> QuerySet[Service]:
    """The services of a hospital that are held in sessions, by subject, class and name."""
    found = Service.objects.filter(institution=institution, kind__in=HELD_IN_SESSIONS)
    return found.select_related("department", "institution").order_by("department__standard_code", "department_id", "slot_class", "name")


def doctors_working_at(institution: Institution) -> QuerySet[Practitioner]:
    """The doctors who have not left, by department and name."""
    found = Practitioner.objects.filter(institution=institution, left_on=None).select_related("department")
    return found.order_by("department__standard_code", "name", "pk")


def week_of(services: Iterable[Service], templates: Iterable[SessionTemplate]) -> list[Block]:
    """The weekly timetable as a grid: departments, their services, seven days each."""
    held: dict[int, list[SessionTemplate]] = {}
    for template in templates:
        held.setdefault(template.service_id, []).append(template)
    blocks: dict[int, tuple[Department, list[Line]]] = {}
    for service in services:
        line = Line(service, tuple(_cell(weekday, held.get(service.pk, [])) for weekday in range(1, 8)))
        blocks.setdefault(service.department_id, (service.department, []))[1].append(line)
    return [Block(department, tuple(lines), _places(lines)) for department, lines in blocks.values()]


def _cell(weekday: int, templates: list[SessionTemplate]) -> Cell:
    own = tuple(one for one in templates if one.weekday == weekday)
    taken = {one.half_day for one in own if one.valid_to is None}
    return Cell(weekday, own, tuple(half for half in HALVES if half not in taken))


def _places(lines: list[Line]) -> int:
    return sum(template.capacity for line in lines for cell in line.cells for template in cell.templates if template.valid_to is None)
