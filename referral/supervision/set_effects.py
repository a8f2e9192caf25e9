"""Whom a choice of a document's values would concern, before anybody decides: places, hospitals, and bookings that lie ahead."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Any

from clinics.models import Department, Institution, PolicySetChoice
from clinics.policy import REGISTRY, Row, Target, resolve, rows_in_force
from clinics.policy.changing import without_from
from clinics.policy.sets import PolicySet, set_named
from clinics.policy.sets_compare import Line, Own, compare
from clinics.policy.typed import said
from permissions.models import District
from referral.supervision.simulate import refused_ahead, refused_without
from referral.supervision.trying import TITLES, Tally
from reserved_pools.policy_set_effects import SetEffects, effects_of_rows, effects_of_set
from vault.refusal import Sentence


@dataclass(frozen=True, slots=True)
class Refused:
    """One rule: how many bookings it refuses today and would refuse with the document."""

    rule: str
    title: Sentence
    now: int
    then: int


@dataclass(frozen=True, slots=True)
class Seen:
    """An example for a reader: the place and the days, nobody's name."""

    title: Sentence
    hospital: str
    department: str
    example: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Preview:
    """Everything the preview says of a choice."""

    lines: list[Line]
    effects: SetEffects
    bookings: Tally
    is_cut: bool
    refused: list[Refused]
    examples: list[Seen]
    stopping: list[tuple[Line, Own]]

    @property
    def changes(self) -> list[Line]:
        """Those whose value for the district becomes another."""
        return [line for line in self.lines if line.now.value != line.then.value]


def preview_of(document: PolicySet, lines: list[Line], district: District, day: date) -> Preview:
    """Promise what choosing these lines from a day on would do; reads only, in a bounded number of queries."""
    keys = frozenset(line.parameter.key for line in lines)
    bookings, is_cut = refused_ahead(document, keys, district, day)
    stopping = [(line, one) for line in lines for one in line.stopping]
    return Preview(
        lines, effects_of_set(document, keys, district, day), bookings, is_cut, refused_by(bookings), seen(bookings.examples), stopping
    )


def preview_of_end(choice: PolicySetChoice, day: date) -> Preview:
    """Promise what would change if a choice in force held no longer from a day on; reads only, as `preview_of`."""
    keys = frozenset(choice.values.values_list("parameter", flat=True))
    rows = set(choice.values.exclude(row=None).values_list("row", flat=True))
    day = max(day, choice.valid_from)
    ended = partial(without_from, rows, day)
    here = Target(choice.district_id)
    left = ended(rows_in_force([REGISTRY[key] for key in keys], [here]))
    lines = [_ended(line, day, here, left) for line in compare(set_named(choice.document), choice.district, day, keys)]
    bookings, is_cut = refused_without(ended, choice.district, day)
    effects = effects_of_rows(keys, choice.district, day, ended)
    return Preview(lines, effects, bookings, is_cut, refused_by(bookings), seen(bookings.examples), [])


def _ended(line: Line, day: date, here: Target, left: list[Row]) -> Line:
    """A line as it reads once the choice holds no longer."""
    then = resolve(line.parameter, day, here, left)
    return replace(line, then=then, after=said(line.parameter, then.value), own=[])


def refused_by(counted: Tally) -> list[Refused]:
    """The rules that refuse anything, those that would refuse most on top."""
    found = [Refused(rule, TITLES.get(rule, rule), *both) for rule, both in counted.by_rule.items()]
    return sorted(found, key=lambda one: (-one.then, one.rule))


def seen(examples: Iterable[Mapping[str, Any]]) -> list[Seen]:
    """The examples with the names of their places; two queries."""
    held = list(examples)
    hospitals = Institution.objects.in_bulk({one["hospital"] for one in held})
    departments = Department.objects.in_bulk({one["department"] for one in held})
    return [
        Seen(TITLES.get(one["rule"], one["rule"]), hospitals[one["hospital"]].display_name, departments[one["department"]].name, one)
        for one in held
        if one["hospital"] in hospitals and one["department"] in departments
    ]
