"""What the pages of the regulation's values say: what holds today, who decided it, what is coming, and what waits for a second person."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from clinics.models import Department, Institution, PolicyRow
from clinics.models.institution import InstitutionKind
from clinics.models.policy import PolicyStatus
from clinics.parameters import DISTRICT_2018, NOT_CHOSEN
from clinics.policy import REGISTRY, Level, Parameter, Resolved, Row, Target, resolve, rows_in_force
from clinics.policy.scope import Scope, governs, institutions_of, rows_seen_by
from clinics.policy.typed import said, said_stored
from clinics.policy.words import LEVELS, Group, Words, words_of
from clinics.register.history import Entry, names_of
from permissions.acting import Acting
from vault.models import Event
from vault.refusal import Sentence

WAITING = Q(status=PolicyStatus.DRAFT) | Q(status=PolicyStatus.IN_FORCE, ends_on__isnull=False, ended_by=None)
LATEST = 60


@dataclass(frozen=True, slots=True)
class Line:
    """One parameter at one place: its value in words, who decided it and on what ground, and the next changes with their days."""

    parameter: Parameter
    words: Words
    held: Resolved
    value: str
    level: Sentence
    source: Sentence
    article: Sentence
    quote: str
    row: PolicyRow | None
    coming: list[tuple[date, str]]


@dataclass(frozen=True, slots=True)
class Beside:
    """One hospital, or a department with a value of its own, among the others."""

    institution: Institution
    department: Department | None
    value: str
    level: Sentence
    is_own: bool
    coming: list[tuple[date, str]]


def board(scope: Scope, today: date) -> list[tuple[Group, list[Line]]]:
    """Every value that holds for a place today, group by group; two queries."""
    lines = lines_of(list(REGISTRY.values()), scope, today)
    in_order = sorted(lines, key=lambda line: list(Group).index(line.words.group))
    return [(group, list(found)) for group, found in groupby(in_order, key=lambda line: line.words.group)]


def lines_of(parameters: Sequence[Parameter], scope: Scope, today: date) -> list[Line]:
    """Some of them, in the order given."""
    rows = rows_in_force(parameters, [scope.target])
    held = {one.key: resolve(one, today, scope.target, rows) for one in parameters}
    deciding = PolicyRow.objects.in_bulk([one.row for one in held.values() if one.row is not None])
    return [_line(one, held[one.key], deciding, coming(one, scope.target, rows, today)) for one in parameters]


def _line(parameter: Parameter, held: Resolved, deciding: dict[int, PolicyRow], changes: list[tuple[date, str]]) -> Line:
    """A default after the district's draft says that nobody in the district chose it (R140)."""
    row = deciding.get(held.row) if held.row is not None else None
    article, quote = ("", row.quote) if row else (parameter.article, parameter.quote)
    words = words_of(parameter)
    source = NOT_CHOSEN if row is None and held.source == DISTRICT_2018 else held.source
    return Line(parameter, words, held, said(parameter, held.value), LEVELS[held.level], source, article, quote, row, changes)


def coming(parameter: Parameter, target: Target, rows: Iterable[Row], today: date) -> list[tuple[date, str]]:
    """The days after today on which the value at a place changes, each with what holds from then on."""
    own = [row for row in rows if row.parameter == parameter.key]
    days = sorted({day for row in own for day in (row.valid_from, row.valid_to) if day is not None and day > today})
    found, last = [], resolve(parameter, today, target, own).value
    for day in days:
        value = resolve(parameter, day, target, own).value
        if value != last:
            found.append((day, said(parameter, value)))
        last = value
    return found


def beside(parameter: Parameter, by: Acting, today: date) -> list[Beside]:
    """The value at every hospital somebody sees, and at each department that has one of its own; three queries."""
    hospitals = list(institutions_of(by).filter(kind=InstitutionKind.HOSPITAL))
    own = PolicyRow.objects.filter(parameter=parameter.key, status=PolicyStatus.IN_FORCE, department__institution__in=hospitals)
    with_own = Department.objects.filter(pk__in=own.values("department")).order_by("standard_code", "name")
    departments: dict[int, list[Department]] = {}
    for department in with_own:
        departments.setdefault(department.institution_id, []).append(department)
    places = [(one, department) for one in hospitals for department in (None, *departments.get(one.pk, []))]
    rows = rows_in_force([parameter], [Target.at(*place) for place in places])
    return [_beside(parameter, place, rows, today) for place in places]


def _beside(parameter: Parameter, place: tuple[Institution, Department | None], rows: list[Row], today: date) -> Beside:
    target = Target.at(*place)
    held = resolve(parameter, today, target, rows)
    value = said(parameter, held.value)
    return Beside(*place, value, LEVELS[held.level], held.level >= Level.INSTITUTION, coming(parameter, target, rows, today))


def rows_of(parameter: Parameter, by: Acting) -> QuerySet[PolicyRow]:
    """Every row of a parameter somebody may see, the latest day first."""
    return rows_seen_by(by).filter(parameter=parameter.key).order_by("-valid_from", "-pk")


def waiting(by: Acting) -> QuerySet[PolicyRow]:
    """What waits for a second person: drafts and ends asked for, those that begin soonest first."""
    mine = rows_seen_by(by).filter(WAITING).exclude(district=None, institution=None, department=None)
    return mine.order_by("valid_from", "pk")


def waiting_to_decide(by: Acting) -> int:
    """How many of them somebody may decide: the district those that others entered, everybody else none."""
    if not governs(by):
        return 0
    own = Q(status=PolicyStatus.DRAFT, entered_by=by.user) | Q(status=PolicyStatus.IN_FORCE, end_asked_by=by.user)
    return waiting(by).exclude(own).count()


def standing(row: PolicyRow, today: date) -> tuple[str, Sentence]:
    """The tag of a row: its kind and word."""
    if row.status != PolicyStatus.IN_FORCE:
        return ("few" if row.status == PolicyStatus.DRAFT else "off", row.get_status_display())
    if row.valid_to is not None and row.valid_to <= today:
        return "off", _("over")
    if row.ends_on is not None and row.ended_by_id is None:
        return "few", _("end asked for")
    return ("info", _("not begun")) if row.valid_from > today else ("ok", _("in force"))


def timeline(rows: Iterable[PolicyRow]) -> list[Entry]:
    """What happened to these rows, the latest first: who entered, approved, rejected, ended; two queries."""
    held = {row.public_id: row for row in rows}
    events = list(Event.objects.filter(object_id__in=held).order_by("-id")[:LATEST])
    names = names_of(event.actor_id for event in events)
    return [_entry(event, held[event.object_id], names.get(event.actor_id, "") if event.actor_id else "") for event in events]


def _entry(event: Event, row: PolicyRow, who: str) -> Entry:
    titles = {
        "enter": _("Entered"), "approve": _("Approved"), "reject": pgettext("policy", "Rejected"), "withdraw": _("Withdrawn"),
        "cancel": _("Cancelled"),
        "ask_end": _("End asked for"), "end": _("End approved"), "refuse_end": _("Stays in force"),
    }  # fmt: skip
    value = said_stored(REGISTRY[row.parameter], row.value) if row.parameter in REGISTRY else str(row.value)
    words = _("%(value)s from %(day)s") % {"value": value, "day": row.valid_from.isoformat()}
    text = _("%(text)s (%(reason)s)") % {"text": words, "reason": event.reason} if event.reason else words
    warns = event.event in ("reject", "cancel", "end")
    return Entry(event.at, titles.get(event.event, event.event), who, text, "warn" if warns else "")
