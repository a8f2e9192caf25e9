"""Writes a list of criteria: begun, corrected, its lines added, changed and removed while it is a draft, copied as the next version."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from clinics.criteria.judging import MOST_LINES, Head, Line, judge_head, judge_line, judge_lines
from clinics.models import CriteriaSet, Criterion
from clinics.models.criteria import CriteriaStatus
from clinics.policy.scope import governs
from permissions.acting import Acting
from vault import audit
from vault.refusal import Refusal, invalid
from vault.states import amend, created
from vault.transactions import requires_transaction

SAID_ALREADY = "criterion_stands_once_in_its_list"


def begin_set(head: Head, lines: Sequence[Line] = (), *, today: date, by: Acting) -> CriteriaSet:
    """Use case: a new list as a draft, with these lines (R116). Refuses with `not_allowed`, `invalid_input`, every fault at once."""
    require_district(by)
    judged, found = judge_head(head, today=today), judge_lines(lines)
    with transaction.atomic(durable=True):
        return _made(judged, found, by=by)


def copy_set(criteria: CriteriaSet, *, valid_from: date | None, today: date, by: Acting) -> CriteriaSet:
    """Use case: the next version of a list as a draft, every line copied; the version copied stays as it is.

    Refuses with `not_allowed`, `invalid_input` (the day), `already_exists` while another version is being written or decided.
    """
    require_district(by, criteria)
    head = judge_head(Head(criteria.title, criteria.source, valid_from), today=today)
    lines = [line_of(one) for one in criteria.lines.all()]
    try:
        with transaction.atomic(durable=True):
            last = CriteriaSet.objects.filter(series=criteria.series).aggregate(last=Max("number"))["last"]
            return _made(head, lines, by=by, series=criteria.series, number=last + 1)
    except IntegrityError as error:
        raise Refusal("already_exists", _("Another version of this list is being written.")) from error


def rewrite_set(
    criteria: CriteriaSet, head: Head, lines: Sequence[Line] | None = None, *, today: date, expected_version: int, by: Acting
) -> None:
    """Use case: the draft with another head and, when lines are given, with these lines instead of its own.

    Refuses with `not_allowed` (also to whoever did not begin it), `invalid_input`, `stale_state`.
    """
    require_own_draft(criteria, by)
    judged = judge_head(head, today=today)
    found = None if lines is None else judge_lines(lines)
    with transaction.atomic(durable=True):
        amend(criteria, "correct", by=by.actor, expected_version=expected_version, **asdict(judged))
        if found is not None:
            criteria.lines.all().delete()
            _add(criteria, found, first=1)
        _record("correct_criteria_set", criteria, by, lines=criteria.lines.count())


def add_lines(criteria: CriteriaSet, lines: Sequence[Line], *, expected_version: int, by: Acting, field: str = "text") -> int:
    """Use case: more lines below those there are; all of them or none. Answers how many.

    Refuses with `not_allowed`, `invalid_input` (the list is full, or a line stands there already), `stale_state`.
    """
    require_own_draft(criteria, by)
    found = [judge_line(line) for line in lines]
    try:
        with transaction.atomic(durable=True):
            amend(criteria, "add_lines", by=by.actor, reason=str(len(found)), expected_version=expected_version)
            held = criteria.lines.aggregate(last=Max("place"))["last"] or 0
            if criteria.lines.count() + len(found) > MOST_LINES:
                raise invalid(field, _("A list holds at most %(limit)d lines.") % {"limit": MOST_LINES})
            _add(criteria, found, first=held + 1)
            _record("correct_criteria_set", criteria, by, lines=criteria.lines.count())
    except IntegrityError as error:
        raise _said_already(error, field) from error
    return len(found)


def change_line(criterion: Criterion, line: Line, place: int, *, expected_version: int, by: Acting) -> None:
    """Use case: one line of a draft in other words or at another place; what follows moves along. Refuses as `add_lines` does."""
    criteria = criterion.criteria
    require_own_draft(criteria, by)
    judged = judge_line(line)
    try:
        with transaction.atomic(durable=True):
            amend(criteria, "change_line", by=by.actor, reason=judged.disease, expected_version=expected_version)
            Criterion.objects.filter(pk=criterion.pk).update(**asdict(judged))
            _move(criteria, criterion.pk, place)
            _record("correct_criteria_set", criteria, by, lines=criteria.lines.count())
    except IntegrityError as error:
        raise _said_already(error, "text") from error


def remove_line(criterion: Criterion, *, expected_version: int, by: Acting) -> None:
    """Use case: one line of a draft taken out. Refuses with `not_allowed`, `stale_state`."""
    criteria = criterion.criteria
    require_own_draft(criteria, by)
    with transaction.atomic(durable=True):
        amend(criteria, "remove_line", by=by.actor, reason=criterion.disease, expected_version=expected_version)
        Criterion.objects.filter(pk=criterion.pk).delete()
        _move(criteria)
        _record("correct_criteria_set", criteria, by, lines=criteria.lines.count())


def line_of(criterion: Criterion) -> Line:
    """A line as it was typed."""
    return Line(criterion.disease, criterion.codes, criterion.direction, criterion.text, criterion.text_en)


def require_district(by: Acting, criteria: CriteriaSet | None = None) -> None:
    """Refuse unless somebody acts for the district whose list this is."""
    if not governs(by) or (criteria is not None and criteria.district_id != by.district_id):
        raise Refusal("not_allowed", _("Only the district decides about its criteria."))


def require_own_draft(criteria: CriteriaSet, by: Acting) -> None:
    """Refuse unless it is a draft that this person began: `not_allowed`, `stale_state`."""
    require_district(by, criteria)
    if criteria.status != CriteriaStatus.DRAFT:
        message = _("Only a draft is changed. Copy the list as its next version.")
        raise Refusal("stale_state", message, current={"status": criteria.status, "version": criteria.version})
    if criteria.entered_by_id != by.user.pk:
        raise Refusal("not_allowed", _("Only the colleague who began this list changes it; another one approves it."))


def _made(head: Head, lines: Sequence[Line], *, by: Acting, series: UUID | None = None, number: int = 1) -> CriteriaSet:
    """Step: the draft with its lines."""
    requires_transaction()
    more: dict[str, Any] = {"series": series} if series else {}
    made = CriteriaSet.objects.create(district_id=by.district_id, entered_by=by.user, number=number, **asdict(head), **more)
    _add(made, lines, first=1)
    created(made, by=by.actor)
    _record("begin_criteria_set", made, by, lines=len(lines))
    return made


def _add(criteria: CriteriaSet, lines: Sequence[Line], *, first: int) -> None:
    rows = [Criterion(criteria=criteria, place=first + number, **asdict(line)) for number, line in enumerate(lines)]
    Criterion.objects.bulk_create(rows)


def _move(criteria: CriteriaSet, moved: int | None = None, place: int = 0) -> None:
    """Step: every line numbered from one, the moved one at its place."""
    requires_transaction()
    rows = [row for row in criteria.lines.all() if row.pk != moved]
    if moved is not None:
        rows.insert(min(max(place, 1), len(rows) + 1) - 1, Criterion.objects.get(pk=moved))
    for number, row in enumerate(rows, start=1):
        row.place = number
    Criterion.objects.bulk_update(rows, ["place"])


def _said_already(error: IntegrityError, field: str) -> Refusal:
    if SAID_ALREADY not in str(error):
        raise error
    return invalid(field, _("This sentence stands in the list already for this disease."), remedy=_("Change the line that is there."))


def _record(verb: str, criteria: CriteriaSet, by: Acting, *, lines: int) -> None:
    details = {"title": criteria.title, "number": criteria.number, "from": criteria.valid_from.isoformat(), "lines": lines}
    audit.record(verb, "criteria_set", criteria.public_id, by=by.actor, details=details)
