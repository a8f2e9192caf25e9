"""Judges a value before it is kept: type, days, source, place, and whether the levels above leave it any effect (R138)."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from clinics.models import PolicyRow
from clinics.models.policy import PolicyStatus
from clinics.policy import REGISTRY, Parameter, Resolved, Row, resolve, rows_in_force
from clinics.policy.scope import Scope
from clinics.policy.typed import said, stored
from clinics.policy.words import LEVELS, merge_words, words_of
from vault.faults import Faults
from vault.refusal import Refusal, Violation, invalid
from vault.words import worded

LONGEST_SOURCE, LONGEST_QUOTE = 200, 500
FURTHEST_YEARS = 5


@dataclass(frozen=True, slots=True)
class NewRow:
    """A value somebody wants to set; `value` is in the form in which rows keep it."""

    scope: Scope
    value: str
    valid_from: date | None
    source: str
    valid_to: date | None = None
    quote: str = ""


def parameter_named(key: str) -> Parameter:
    """A registered parameter. Refuses with `not_found`."""
    if key not in REGISTRY:
        raise Refusal("not_found", _("There is nothing here that you may see."))
    return REGISTRY[key]


def judge(parameter: Parameter, given: NewRow, *, today: date) -> NewRow:
    """The row as it would be kept. Refuses as `enter` does."""
    faults = Faults()
    value = faults.of(stored, parameter, given.value)
    faults.of(_check_days, given, today)
    source = faults.of(_text, "source", given.source, LONGEST_SOURCE, required=True) or ""
    quote = faults.of(_text, "quote", given.quote, LONGEST_QUOTE) or ""
    faults.of(_check_reach, parameter, given.scope)
    faults.tell()
    assert value is not None
    assert given.valid_from is not None
    _check_once(parameter, given)
    _check_effect(parameter, given, value)
    return NewRow(given.scope, value, given.valid_from, source, given.valid_to, quote)


def with_row(parameter: Parameter, given: NewRow, value: str, rows: list[Row]) -> list[Row]:
    """The rows in force and this one among them, as resolution would read it."""
    assert given.valid_from is not None
    keys: dict[str, Any] = {name: one.pk if one is not None else None for name, one in given.scope.columns.items()}
    return [*rows, Row(parameter.key, value, given.valid_from, given.valid_to, source=given.source, id=0, **keys)]


def _check_days(given: NewRow, today: date) -> None:
    if given.valid_from is None:
        raise invalid("valid_from", _("Enter the first day, like 2026-11-26."))
    if given.valid_from < today:
        raise invalid("valid_from", _("A value never begins in the past."), remedy=_("Choose today or a later day."))
    if given.valid_from.year > today.year + FURTHEST_YEARS:
        raise invalid("valid_from", _("Choose a day within the next five years."))
    if given.valid_to is not None and given.valid_to <= given.valid_from:
        raise invalid("valid_to", _("It ends after it begins."))


def _text(field: str, text: str, longest: int, *, required: bool = False) -> str:
    return worded(field, text, longest, missing=_("Say which decision or document this rests on.") if required else "")


def _check_reach(parameter: Parameter, scope: Scope) -> None:
    reach = words_of(parameter).reach
    if scope.level > reach:
        message = _("This value is not set below the level: %(level)s.") % {"level": LEVELS[reach]}
        raise invalid("department" if scope.department else "institution", message, remedy=_("Choose a wider place."))


def _check_once(parameter: Parameter, given: NewRow) -> None:
    held = PolicyRow.objects.filter(parameter=parameter.key, status=PolicyStatus.IN_FORCE, valid_from=given.valid_from)
    if held.filter(**given.scope.columns).exists():
        raise same_day()


def _check_effect(parameter: Parameter, given: NewRow, value: str) -> None:
    """R138: a value that the levels above make meaningless is refused with the rule, not kept as if it counted."""
    assert given.valid_from is not None
    target = given.scope.target
    rows = with_row(parameter, given, value, rows_in_force([parameter], [target]))
    held = resolve(parameter, given.valid_from, target, rows)
    if held.row != 0:
        raise _no_effect(parameter, held)


def _no_effect(parameter: Parameter, held: Resolved) -> Refusal:
    reason = _("%(value)s holds already, set by the level: %(level)s.") % {
        "value": said(parameter, held.value),
        "level": LEVELS[held.level],
    }
    message = _("This value would have no effect. %(reason)s") % {"reason": reason}
    violation = Violation(
        "no_effect", message, "value", remedy=merge_words(parameter), rule=parameter.rule or "R138",
        source=held.source, article=str(parameter.article) if held.row is None else "", quote=parameter.quote if held.row is None else "",
    )  # fmt: skip
    return Refusal("no_effect", message, (violation,))


def same_day() -> Refusal:
    return invalid(
        "valid_from", _("Another value of this place begins on this day."), remedy=_("Choose another day, or end that value first.")
    )
