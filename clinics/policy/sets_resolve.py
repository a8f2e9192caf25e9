"""Which value would hold if a document were chosen: pure, over the rows there are (R138)."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from clinics.policy import Level, Parameter, Resolved, Row, Target, resolve
from clinics.policy.sets import PolicySet
from clinics.policy.sets_said import Said

CHOSEN = 0  # the id of the row a choice would make


class Verdict(TextChoices):
    """What choosing a document's value would do."""

    CHANGES = "changes", _("would change")
    SAME = "same", _("the same value")
    FINAL = "final", _("the higher value stays")
    STRICTER = "stricter", _("the district's stricter value stays")
    SILENT = "silent", _("names no value")


def chosen_row(parameter: Parameter, said: Said, district: int, day: date) -> Row:
    """The row of the district that a choice would make."""
    return Row(parameter.key, said.value, day, None, district=district, id=CHOSEN)


def would_hold(parameter: Parameter, said: Said | None, district: int, day: date, target: Target, rows: Iterable[Row]) -> Resolved:
    """The value on a day if the district chose the document's, beside everything else that is in force (R138).

    What would not decide for the district is not chosen, so that a stricter value of the district stays.
    """
    held = list(rows)
    if said is None or said.value is None:
        return resolve(parameter, day, target, held)
    chosen = [*held, chosen_row(parameter, said, district, day)]
    decides = resolve(parameter, day, Target(district), chosen).row == CHOSEN
    return resolve(parameter, day, target, chosen if decides else held)


def would_hold_alone(
    parameter: Parameter, said: Said | None, document: PolicySet, day: date, target: Target, rows: Iterable[Row]
) -> Resolved:
    """The same if nothing stood above the document and beside it: its own words, and what hospitals set for themselves under it."""
    if said is None or said.value is None:
        return resolve(parameter, day, target, rows)
    own = [row for row in rows if row.level >= Level.INSTITUTION]
    authority = min(document.authority, Level.DISTRICT)
    return resolve(replace(parameter, default=said.value, authority=authority, source=document.source), day, target, own)


def verdict_of(parameter: Parameter, said: Said, now: Resolved, then: Resolved) -> Verdict:
    """What a choice would do to the district's own value."""
    if said.value is None:
        return Verdict.SILENT
    if then.row != CHOSEN:
        if now.value == parameter.parse(said.value):
            return Verdict.SAME
        return Verdict.FINAL if now.level < Level.DISTRICT else Verdict.STRICTER
    return Verdict.SAME if now.value == then.value else Verdict.CHANGES


def may_be_chosen(said: Said, then: Resolved) -> bool:
    """Whether the district's row would decide; a value that a higher one outranks is not entered as if it counted."""
    return said.value is not None and then.row == CHOSEN
