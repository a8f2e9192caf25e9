"""What becomes of one value's rows from a day on: one is added, or one ends; whoever previews either asks the same."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from clinics.models import PolicyRow
from clinics.policy import Parameter, Row
from clinics.policy.judging import NewRow, parameter_named, with_row
from clinics.policy.scope import Scope, scope_of_row


@dataclass(frozen=True, slots=True)
class Change:
    """One parameter at one place: the first day that is another, and the rows in force as they would then be."""

    parameter: Parameter
    scope: Scope
    day: date
    after: Callable[[list[Row]], list[Row]]


def entering(parameter: Parameter, given: NewRow) -> Change:
    """A judged value comes into force."""
    assert given.valid_from is not None
    return Change(parameter, given.scope, given.valid_from, lambda rows: with_row(parameter, given, given.value, rows))


def ending(row: PolicyRow, day: date) -> Change:
    """A row of a district or below stops to hold on a day; one that has not begun by then never holds."""
    scope = scope_of_row(row)
    assert scope is not None
    return Change(parameter_named(row.parameter), scope, max(day, row.valid_from), lambda rows: without_from({row.pk}, day, rows))


def without_from(keys: set[int], day: date, rows: list[Row]) -> list[Row]:
    """The rows in force, some of them no longer from a day on; one that ends earlier by itself ends then."""
    return [replace(one, valid_to=day) if one.id in keys and (one.valid_to is None or day < one.valid_to) else one for one in rows]
