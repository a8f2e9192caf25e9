"""Which value of a regulated parameter holds for whom and when: pure resolution, then one query that feeds it."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal, InvalidOperation
from enum import IntEnum, StrEnum
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db.models import Q

from clinics.models.policy import PolicyRow, PolicyStatus


class Level(IntEnum):
    """Who issued a value; a smaller number is the higher authority (R138)."""

    CITY = 0
    DISTRICT = 1
    INSTITUTION = 2
    DEPARTMENT = 3


class Merge(StrEnum):
    """How values of several levels become one."""

    SUPERIOR = "superior"  # the highest authority's row is final
    AT_MOST = "at_most"  # a lower level may only lower it
    AT_LEAST = "at_least"  # a lower level may only raise it
    EARLIEST = "earliest"  # a lower level may only bring it forward
    NEAREST = "nearest"  # the most specific row


class ValueType(StrEnum):
    INTEGER = "integer"
    FRACTION = "fraction"
    TIME = "time"
    CHOICE = "choice"
    CHOICES = "choices"  # a set, written as words with spaces between
    YES_NO = "yes_no"


Value = int | Decimal | time | str | bool | frozenset[str]


@dataclass(frozen=True, slots=True)
class Parameter:
    """One regulated value: what it is called, how it merges, its default and the article it rests on."""

    key: str
    type: ValueType
    unit: str
    rule: str
    merge: Merge
    default: str
    source: Any
    article: Any = ""
    quote: str = ""
    authority: Level = Level.DISTRICT
    options: tuple[str, ...] = ()

    def parse(self, raw: Any) -> Value:
        """The typed value of a stored one; ValueError says which parameter was written wrongly."""
        try:
            parsed = PARSERS[self.type](str(raw))
            chosen = parsed if isinstance(parsed, frozenset) else {parsed}
            if self.options and not chosen.issubset(self.options):
                raise ValueError(raw)
            return parsed
        except (ValueError, InvalidOperation) as error:
            raise ValueError(f"{self.key} cannot be {raw!r}: it is a value of type {self.type}") from error


YES_NO = {"yes": True, "no": False}


def _yes_no(raw: str) -> bool:
    if raw not in YES_NO:
        raise ValueError(raw)
    return YES_NO[raw]


PARSERS: dict[ValueType, Callable[[str], Value]] = {
    ValueType.INTEGER: int,
    ValueType.FRACTION: Decimal,
    ValueType.TIME: time.fromisoformat,
    ValueType.CHOICE: str,
    ValueType.CHOICES: lambda raw: frozenset(raw.split()),
    ValueType.YES_NO: _yes_no,
}


@dataclass(frozen=True, slots=True)
class Row:
    """A policy row as resolution reads it; ids are those of the database, empty where the row is wider."""

    parameter: str
    value: Any
    valid_from: date
    valid_to: date | None = None
    district: int | str | None = None
    institution: int | None = None
    department: int | None = None
    source: str = ""
    id: int | None = None
    quote: str = ""

    @property
    def level(self) -> Level:
        if self.department is not None:
            return Level.DEPARTMENT
        if self.institution is not None:
            return Level.INSTITUTION
        return Level.CITY if self.district is None else Level.DISTRICT


@dataclass(frozen=True, slots=True)
class Target:
    """Whom a value is asked for: ids of the district, institution and department, as far as known."""

    district: int | str | None = None
    institution: int | None = None
    department: int | None = None

    @classmethod
    def at(cls, institution: Any, department: Any = None) -> "Target":
        """The target of an institution and perhaps one of its departments."""
        return cls(institution.district_id, institution.pk, department.pk if department else None)


@dataclass(frozen=True, slots=True)
class Resolved:
    """The value that holds, the level that decided it with its words, and the row (empty when it is the regulation's default)."""

    value: Value
    level: Level
    source: Any
    row: int | None = None
    quote: str = ""


def resolve(parameter: Parameter, at: date, target: Target, rows: Iterable[Row]) -> Resolved:
    """Promise the one value in force on a day for a target, and where it comes from (R138).

    The default stands like a row of the authority that issued it: a row of that level replaces it, a higher one
    outranks it, a lower one can only do what the parameter's merge allows.
    """
    default = Resolved(parameter.parse(parameter.default), parameter.authority, parameter.source, quote=parameter.quote)
    candidates = {parameter.authority: default}
    for row in sorted(rows, key=lambda row: row.valid_from):
        if row.parameter == parameter.key and concerns(row, at, target):
            candidates[row.level] = Resolved(parameter.parse(row.value), row.level, row.source, row.id, row.quote)
    return _merged(parameter.merge, [candidates[level] for level in sorted(candidates)])


def concerns(row: Row, at: date, target: Target) -> bool:
    """Whether a row is in force on a day and says something of a target."""
    return _holds(row, at) and _covers(row, target)


def _holds(row: Row, at: date) -> bool:
    return row.valid_from <= at and (row.valid_to is None or at < row.valid_to)


def _covers(row: Row, target: Target) -> bool:
    return (
        row.district in (None, target.district)
        and row.institution in (None, target.institution)
        and row.department in (None, target.department)
    )


def _merged(merge: Merge, downwards: list[Resolved]) -> Resolved:
    if merge is Merge.SUPERIOR:
        return downwards[0]
    if merge is Merge.NEAREST:
        return downwards[-1]
    if merge is Merge.AT_LEAST:
        return max(downwards, key=_ordered)
    return min(downwards, key=_ordered)


def _ordered(one: Resolved) -> Any:
    return one.value


REGISTRY: dict[str, Parameter] = {}


def declare(*parameters: Parameter) -> None:
    """Register an app's parameters at start-up; the same key twice stops the start."""
    for parameter in parameters:
        if REGISTRY.get(parameter.key, parameter) != parameter:
            raise ImproperlyConfigured(f"The parameter {parameter.key} is declared twice.")
        parameter.parse(parameter.default)
        REGISTRY[parameter.key] = parameter


def values(parameters: Iterable[Parameter], target: Target, at: date) -> dict[str, Resolved]:
    """Promise what holds for a target on a day, one value a parameter, read in one query."""
    wanted = list(parameters)
    rows = rows_in_force(wanted, [target])
    return {parameter.key: resolve(parameter, at, target, rows) for parameter in wanted}


def value(
    parameter: Parameter | str,
    *,
    at: date,
    district: Any = None,
    institution: Any = None,
    department: Any = None,
) -> Any:
    """The one value that holds on a day for a district, an institution or a department (model instances)."""
    one = REGISTRY[parameter] if isinstance(parameter, str) else parameter
    nearest = Target(district.pk if district else None)
    target = nearest if institution is None else Target.at(institution, department)
    return values([one], target, at)[one.key].value


def rows_in_force(parameters: Iterable[Parameter], targets: Collection[Target]) -> list[Row]:
    """The approved rows, of any date, that may concern one of the targets, in one query for resolve() to judge."""
    scope = Q(district=None, institution=None, department=None)
    for level in ("district", "institution", "department"):
        owners = {getattr(target, level) for target in targets} - {None}
        scope |= Q(**{f"{level}__in": owners})
    found = PolicyRow.objects.filter(scope, parameter__in=[parameter.key for parameter in parameters], status=PolicyStatus.IN_FORCE)
    return [
        Row(
            row.parameter,
            row.value,
            row.valid_from,
            row.valid_to,
            row.district_id,
            row.institution_id,
            row.department_id,
            row.source,
            row.pk,
            row.quote,
        )
        for row in found
    ]
