"""Enters the regulation's values as dated rows: one person enters, another approves; ends and withdrawals leave their trace too."""

from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinics.models import PolicyRow
from clinics.models.policy import PolicyStatus
from clinics.policy import Parameter
from clinics.policy.judging import NewRow, judge, parameter_named, same_day
from clinics.policy.scope import Scope, governs, may_enter_for, scope_of_row
from permissions.acting import Acting
from vault import audit
from vault.refusal import Refusal, invalid
from vault.states import advance, amend, created
from vault.transactions import requires_transaction
from vault.words import worded

LONGEST_REASON = 200
ANOTHER = gettext_lazy("Another person of the district decides about what you entered yourself.")


def enter(parameter: Parameter, given: NewRow, *, today: date, by: Acting) -> PolicyRow:
    """Use case: enter a value from a day on, as a draft for a second person (R053, R138).

    Raises Refusal("invalid_input") with every fault at once and Refusal("no_effect") with the rule when a value above
    makes this one meaningless.
    """
    judged = judge(parameter, given, today=today)
    with transaction.atomic(durable=True):
        row = PolicyRow.objects.create(
            parameter=parameter.key, value=judged.value, valid_from=judged.valid_from, valid_to=judged.valid_to,
            source=judged.source, quote=judged.quote, entered_by=by.user, **judged.scope.columns,
        )  # fmt: skip
        created(row, by=by.actor)
        _record("enter_policy", row, by)
    return row


def approve_row(row: PolicyRow, *, today: date, expected_version: int, by: Acting) -> None:
    """Step: a second person of the district puts a draft in force; it is judged again by what holds now.

    Raises Refusal("second_person_required"), Refusal("no_effect"), Refusal("invalid_input") when its day has passed or another
    row begins on that day, Refusal("stale_state"), Refusal("not_allowed").
    """
    requires_transaction()
    require_second_person(row.entered_by_id, row, by)
    scope = _scope(row)
    judge(parameter_named(row.parameter), NewRow(scope, row.value, row.valid_from, row.source, row.valid_to, row.quote), today=today)
    try:
        with transaction.atomic():
            advance(row, PolicyStatus.IN_FORCE, by=by.actor, expected_version=expected_version, approved_by=by.user)
    except IntegrityError as error:  # another row of this scope and day was approved at this moment
        raise same_day() from error
    _record("approve_policy", row, by)


def reject(row: PolicyRow, *, reason: str, expected_version: int, by: Acting) -> None:
    """Use case: the district does not put a draft in force, and says why."""
    _require_governing(row, by)
    said_why = worded("reason", reason, LONGEST_REASON, missing=_("Say why, so that the hospital can put it right."))
    with transaction.atomic(durable=True):
        advance(row, PolicyStatus.REJECTED, by=by.actor, reason=said_why, expected_version=expected_version)
        _record("reject_policy", row, by, reason=said_why)


def withdraw(row: PolicyRow, *, expected_version: int, by: Acting) -> None:
    """Use case: those who entered a draft, or a colleague of the same place, take it back."""
    _require_entering(row, by)
    with transaction.atomic(durable=True):
        advance(row, PolicyStatus.WITHDRAWN, by=by.actor, expected_version=expected_version)
        _record("withdraw_policy", row, by)


def ask_end(row: PolicyRow, *, ends_on: date | None, today: date, expected_version: int, by: Acting) -> None:
    """Use case: ask that a value in force stops to hold on a day; it counts once a second person agrees.

    One that has not begun may be ended on its first day: then it never holds.
    """
    _require_entering(row, by)
    if row.status != PolicyStatus.IN_FORCE:
        raise Refusal("stale_state", _("Only a value in force can end."), current={"status": row.status, "version": row.version})
    day = end_day(row, ends_on, today)
    with transaction.atomic(durable=True):
        amend(
            row,
            "ask_end",
            by=by.actor,
            reason=day.isoformat(),
            expected_version=expected_version,
            ends_on=day,
            end_asked_by=by.user,
            ended_by=None,
        )
        _record("ask_end_of_policy", row, by)


def refuse_end(row: PolicyRow, *, expected_version: int, by: Acting) -> None:
    """Use case: the district keeps a value whose end was asked for, or who asked takes it back."""
    _require_end_asked(row)
    if row.end_asked_by_id != by.user.pk:
        _require_governing(row, by)
    with transaction.atomic(durable=True):
        amend(row, "refuse_end", by=by.actor, expected_version=expected_version, ends_on=None, end_asked_by=None)
        _record("keep_policy", row, by)


def end_row(row: PolicyRow, *, today: date, expected_version: int, by: Acting) -> None:
    """Step: a second person agrees to the end; a value that would end before it begins is cancelled."""
    requires_transaction()
    _require_end_asked(row)
    require_second_person(row.end_asked_by_id, row, by)
    day = end_day(row, row.ends_on, today)
    if day <= row.valid_from:
        advance(row, PolicyStatus.CANCELLED, by=by.actor, expected_version=expected_version, ended_by=by.user)
    else:
        amend(row, "end", by=by.actor, reason=day.isoformat(), expected_version=expected_version, valid_to=day, ended_by=by.user)
    _record("end_policy", row, by)


def require_second_person(first: int | None, row: PolicyRow, by: Acting) -> None:
    """Refuse unless the district acts, and somebody else than who entered."""
    _require_governing(row, by)
    if first == by.user.pk:
        raise Refusal("second_person_required", ANOTHER)


def end_after_beginning(begins: date, ends_on: date | None, today: date, *, past: str) -> date:
    """A day on which what began may end; `past` is said of a day that is over. Refuses with `invalid_input`."""
    day = _end_not_past(ends_on, today, past)
    if day <= begins:
        raise invalid("ends_on", _("It ends after it begins."), remedy=_("Before its first day it can be undone."))
    return day


def end_day(row: PolicyRow, ends_on: date | None, today: date) -> date:
    day = _end_not_past(ends_on, today, _("A value does not end in the past."))
    if row.valid_to is not None and day >= row.valid_to:
        raise invalid("ends_on", _("It ends earlier already."))
    return day


def _end_not_past(ends_on: date | None, today: date, past: str) -> date:
    if ends_on is None:
        raise invalid("ends_on", _("Enter the day from which it no longer holds, like 2026-11-26."))
    if ends_on < today:
        raise invalid("ends_on", past, remedy=_("Choose today or a later day."))
    return ends_on


def _scope(row: PolicyRow) -> Scope:
    scope = scope_of_row(row)
    if scope is None:
        raise Refusal("not_allowed", _("Values of the whole city are not set here."))
    return scope


def _require_governing(row: PolicyRow, by: Acting) -> None:
    if not governs(by) or not may_enter_for(by, row):
        raise Refusal("not_allowed", _("Only the district decides about this."))


def _require_entering(row: PolicyRow, by: Acting) -> None:
    if not may_enter_for(by, row):
        raise Refusal("not_allowed", _("This value is set by somebody else."))


def _require_end_asked(row: PolicyRow) -> None:
    if row.ends_on is None or row.ended_by_id is not None or row.status != PolicyStatus.IN_FORCE:
        raise Refusal("stale_state", _("Nobody asks that this value ends."), current={"status": row.status, "version": row.version})


def _record(verb: str, row: PolicyRow, by: Acting, *, reason: str = "") -> None:
    details: dict[str, Any] = {"parameter": row.parameter, "value": row.value, "from": row.valid_from.isoformat()}
    details |= {"to": row.valid_to.isoformat()} if row.valid_to else {}
    audit.record(verb, "policy_row", row.public_id, by=by.actor, reason=reason, details=details)
