"""What a document says beside what holds: parameter by parameter, with the hospitals' own values and whether they would still count."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from clinics.models import Department, Institution, PolicyRow
from clinics.models.policy import PolicyStatus
from clinics.policy import Level, Parameter, Resolved, Row, Target, resolve, rows_in_force
from clinics.policy.board import coming
from clinics.policy.sets import PolicySet, sayings
from clinics.policy.sets_resolve import Verdict, chosen_row, may_be_chosen, verdict_of, would_hold
from clinics.policy.sets_said import Said
from clinics.policy.typed import said as in_words
from clinics.policy.words import LEVELS, Words, merge_words, words_of
from permissions.models import District
from vault.refusal import Sentence


@dataclass(frozen=True, slots=True)
class Own:
    """A hospital's or department's own value: what holds there today and with the document, and whether its own word still decides."""

    institution: Institution
    department: Department | None
    before: str
    after: str
    counts: bool
    counted: bool

    @property
    def stops(self) -> bool:
        """Whether it decides today and would not any more."""
        return self.counted and not self.counts


@dataclass(frozen=True, slots=True)
class Line:
    """One parameter of a document beside today's value of the district."""

    parameter: Parameter
    words: Words
    said: Said
    value: str
    now: Resolved
    held: str
    level: Sentence
    then: Resolved
    after: str
    verdict: Verdict
    merge: Sentence
    own: Sequence[Own]
    coming: list[tuple[date, str]]

    @property
    def may_be_chosen(self) -> bool:
        return may_be_chosen(self.said, self.then)

    @property
    def stopping(self) -> list[Own]:
        return [one for one in self.own if one.stops]


def compare(document: PolicySet, district: District, day: date, keys: Collection[str] | None = None) -> list[Line]:
    """Every parameter the document speaks of (or some of them) on a day, in the document's order; three queries."""
    wanted = [(parameter, one) for parameter, one in sayings(document) if keys is None or parameter.key in keys]
    places = own_places([parameter for parameter, _one in wanted], district, day)
    targets = [Target(district.pk), *(Target.at(*place) for found in places.values() for place in found)]
    rows = rows_in_force([parameter for parameter, _one in wanted], targets)
    return [_line(parameter, one, district, day, rows, places[parameter.key]) for parameter, one in wanted]


def _line(
    parameter: Parameter, one: Said, district: District, day: date, rows: list[Row], places: Iterable[tuple[Institution, Department | None]]
) -> Line:
    target = Target(district.pk)
    now, then = resolve(parameter, day, target, rows), would_hold(parameter, one, district.pk, day, target, rows)
    value = in_words(parameter, parameter.parse(one.value)) if one.value is not None else ""
    own = [_own(parameter, one, district, day, rows, place) for place in places]
    return Line(
        parameter, words_of(parameter), one, value, now, in_words(parameter, now.value), LEVELS[now.level], then,
        in_words(parameter, then.value), verdict_of(parameter, one, now, then), merge_words(parameter), own,
        coming(parameter, target, rows, day),
    )  # fmt: skip


def _own(
    parameter: Parameter, one: Said, district: District, day: date, rows: list[Row], place: tuple[Institution, Department | None]
) -> Own:
    target = Target.at(*place)
    level = Level.DEPARTMENT if place[1] else Level.INSTITUTION
    own = {row.id for row in rows if row.parameter == parameter.key and row.level == level}
    before, after = resolve(parameter, day, target, rows), would_hold(parameter, one, district.pk, day, target, rows)
    words = in_words(parameter, before.value), in_words(parameter, after.value)
    return Own(*place, *words, after.row in own, before.row in own)


def own_places(parameters: Sequence[Parameter], district: District, day: date) -> dict[str, list[tuple[Institution, Department | None]]]:
    """Parameter → the hospitals and departments of the district that have a row of their own on a day; two queries."""
    keys = [one.key for one in parameters]
    rows = PolicyRow.objects.filter(parameter__in=keys, status=PolicyStatus.IN_FORCE, valid_from__lte=day).exclude(valid_to__lte=day)
    found: dict[str, list[tuple[Institution, Department | None]]] = defaultdict(list)
    for row in rows.filter(institution__district=district).select_related("institution").order_by("institution__name", "pk"):
        assert row.institution is not None
        if (row.institution, None) not in found[row.parameter]:
            found[row.parameter].append((row.institution, None))
    inside = rows.filter(department__institution__district=district).select_related("department__institution")
    for row in inside.order_by("department__institution__name", "department__name", "pk"):
        assert row.department is not None
        if (row.department.institution, row.department) not in found[row.parameter]:
            found[row.parameter].append((row.department.institution, row.department))
    return found


def chosen_rows(document: PolicySet, keys: Collection[str], district: int, day: date) -> list[Row]:
    """The rows a choice of some parameters would make."""
    return [
        chosen_row(parameter, one, district, day) for parameter, one in sayings(document) if parameter.key in keys and one.value is not None
    ]
