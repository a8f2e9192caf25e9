"""Judges a choice of a document's values before it is kept: which, from when, on what decision, and knowing a draft for one (R140)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import override, pgettext

from clinics.models import PolicyRow, PolicySetValue
from clinics.models.policy import PolicyStatus
from clinics.policy import REGISTRY
from clinics.policy.judging import FURTHEST_YEARS
from clinics.policy.sets import DRAFT_QUOTE, DRAFT_RULE, PolicySet, sayings
from clinics.policy.sets_compare import Line, compare
from clinics.policy.sets_resolve import Verdict
from clinics.policy.words import words_of
from permissions.models import District
from vault.faults import Faults
from vault.refusal import Refusal, Violation, invalid
from vault.words import worded

LONGEST_DECISION = 200
MOST_TITLES = 3


@dataclass(frozen=True, slots=True)
class NewChoice:
    """What a district wants to choose of a document: parameters by their keys, the first day, and the decision it rests on."""

    document: PolicySet
    keys: frozenset[str]
    valid_from: date | None
    decision: str
    knows_draft: bool = False


def judge_choice(new: NewChoice, district: District, *, today: date) -> list[Line]:
    """The lines that would be chosen. Refuses with `invalid_input`, every fault at once, and R138 and R140 by their words."""
    faults = Faults()
    faults.of(check_day, new.valid_from, today)
    faults.of(_check_decision, new.decision)
    faults.of(_check_keys, new)
    faults.of(check_knowing, new.document, new.knows_draft)
    faults.tell()
    assert new.valid_from is not None
    lines = compare(new.document, district, new.valid_from, new.keys)
    faults.of(_check_effect, lines)
    faults.of(_check_once, new.keys, district, new.valid_from)
    faults.tell()
    return lines


def check_day(day: date | None, today: date) -> None:
    """A first day that can be kept. Refuses with `invalid_input`."""
    if day is None:
        raise invalid("valid_from", _("Enter the first day, like 2026-11-26."))
    if day < today:
        raise invalid("valid_from", _("A value never begins in the past."), remedy=_("Choose today or a later day."))
    if day.year > today.year + FURTHEST_YEARS:
        raise invalid("valid_from", _("Choose a day within the next five years."))


def check_knowing(document: PolicySet, knows: bool) -> None:
    """R140: a text published for comment is chosen only by people who say that they know it. Refuses with `invalid_input`."""
    if knows or not document.is_draft:
        return
    message = _("This document is a draft for comment. Say that you know it and that two people of the district answer for it.")
    violation = Violation(
        "invalid_input", message, "knows_draft", remedy=_("Tick the box, or only simulate the document."), rule=DRAFT_RULE,
        source=document.source, quote=DRAFT_QUOTE,
    )  # fmt: skip
    raise Refusal("invalid_input", message, (violation,))


def values_of(lines: list[Line], document: PolicySet) -> list[PolicySetValue]:
    """The chosen values with their citation, in Chinese whatever language the reader uses; not saved."""
    with override("zh-hans"):
        return [
            PolicySetValue(
                parameter=line.parameter.key,
                value=str(line.said.value),
                rule=line.said.rule,
                source=f"{document.source} {line.said.article}".strip(),
                quote=line.said.quote,
            )
            for line in lines
        ]


def _check_decision(text: str) -> None:
    worded("decision", text, LONGEST_DECISION, missing=_("Say which decision or document this rests on."))


def _check_keys(new: NewChoice) -> None:
    if not new.keys:
        raise invalid("parameters", _("Tick at least one value."))
    if not new.keys <= {parameter.key for parameter, one in sayings(new.document) if one.value is not None}:
        raise invalid("parameters", _("Choose among those shown."))


def _check_effect(lines: list[Line]) -> None:
    idle = [line for line in lines if not line.may_be_chosen]
    if idle:
        message = _("A higher authority's value stays: %(titles)s.") % {"titles": titles([line.parameter.key for line in idle])}
        remedy = _("Leave these out; what the city set governs (R138).")
        rule = "R138" if any(line.verdict == Verdict.FINAL for line in idle) else ""
        raise Refusal("invalid_input", message, (Violation("invalid_input", message, "parameters", remedy=remedy, rule=rule),))


def _check_once(keys: Collection[str], district: District, day: date) -> None:
    """Two rows of one place never begin on one day."""
    held = PolicyRow.objects.filter(district=district, parameter__in=keys, status=PolicyStatus.IN_FORCE, valid_from=day)
    taken = sorted(set(held.values_list("parameter", flat=True)))
    if taken:
        message = _("Another value of the district begins on this day: %(titles)s.") % {"titles": titles(taken)}
        raise invalid("valid_from", message, remedy=_("Choose another day, or end that value first."))


def titles(keys: Collection[str]) -> str:
    """The first names of some parameters, for a sentence."""
    names = [str(words_of(REGISTRY[key]).title) for key in keys]
    text = pgettext("list", ", ").join(names[:MOST_TITLES])
    return _("%(text)s and %(count)d more") % {"text": text, "count": len(names) - MOST_TITLES} if len(names) > MOST_TITLES else text
