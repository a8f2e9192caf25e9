"""A district's choice of a document's values: one administrator enters, another approves; then its values stand as policy rows."""

from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from clinics.models import PolicyRow, PolicySetChoice, PolicySetValue
from clinics.models.policy import PolicyStatus
from clinics.models.policy_set import ChoiceStatus
from clinics.policy.judging import NewRow, judge, parameter_named
from clinics.policy.rows import ANOTHER, LONGEST_REASON, end_after_beginning
from clinics.policy.scope import Scope, governs
from clinics.policy.sets import set_named
from clinics.policy.sets_judging import NewChoice, check_day, check_knowing, judge_choice, titles, values_of
from permissions.acting import Acting
from permissions.models import District
from vault import audit
from vault.actor import Actor, ActorKind
from vault.refusal import Refusal, invalid
from vault.states import advance, amend, created
from vault.transactions import requires_transaction
from vault.words import worded


def enter_choice(new: NewChoice, *, today: date, by: Acting) -> PolicySetChoice:
    """Use case: choose values of a document from a day on, for a second person to approve (R053, R140).

    Refuses with `invalid_input`, every fault at once: the day, the decision, values that a higher authority outranks (R138), and a
    draft for comment that is chosen without saying so (R140).
    """
    require_governing(by)
    district = District.objects.get(pk=by.district_id)
    lines = judge_choice(new, district, today=today)
    assert new.valid_from is not None
    with transaction.atomic(durable=True):
        choice = PolicySetChoice.objects.create(
            document=new.document.key, is_draft=new.document.is_draft, knows_draft=new.knows_draft, district=district,
            valid_from=new.valid_from, decision=new.decision.strip(), entered_by=by.user,
        )  # fmt: skip
        values = values_of(lines, new.document)
        for value in values:
            value.choice = choice
        PolicySetValue.objects.bulk_create(values)
        created(choice, by=by.actor)
        _record("enter_policy_set", choice, by, values=[value.parameter for value in values])
    return choice


def approve_choice(choice: PolicySetChoice, *, knows_draft: bool, today: date, expected_version: int, by: Acting) -> list[PolicyRow]:
    """Step: a second person puts the values in force as rows of the district, each judged again by what holds now.

    Raises Refusal("second_person_required"), Refusal("invalid_input") when the day has passed, the draft is not acknowledged or
    another row begins that day, Refusal("no_effect"), Refusal("stale_state"), Refusal("not_allowed").
    """
    requires_transaction()
    require_governing(by, choice)
    if choice.entered_by_id == by.user.pk:
        raise Refusal("second_person_required", ANOTHER)
    check_knowing(set_named(choice.document), knows_draft or not choice.is_draft)
    check_day(choice.valid_from, today)
    values = list(choice.values.order_by("pk"))
    advance(choice, ChoiceStatus.IN_FORCE, by=by.actor, expected_version=expected_version, approved_by=by.user)
    rows = [_row(value, choice, today, by) for value in values]
    _record("approve_policy_set", choice, by, values=[value.parameter for value in values])
    return rows


def reject_choice(choice: PolicySetChoice, *, reason: str, expected_version: int, by: Acting) -> None:
    """Use case: the second person says no, and why."""
    require_governing(by, choice)
    why = _reason(reason)
    with transaction.atomic(durable=True):
        advance(choice, ChoiceStatus.REJECTED, by=by.actor, reason=why, expected_version=expected_version)
        _record("reject_policy_set", choice, by, reason=why)


def withdraw_choice(choice: PolicySetChoice, *, expected_version: int, by: Acting) -> None:
    """Use case: a choice that nobody approved is taken back."""
    require_governing(by, choice)
    with transaction.atomic(durable=True):
        advance(choice, ChoiceStatus.WITHDRAWN, by=by.actor, expected_version=expected_version)
        _record("withdraw_policy_set", choice, by)


def ask_end_of_choice(choice: PolicySetChoice, *, ends_on: date | None, today: date, expected_version: int, by: Acting) -> None:
    """Use case: ask that everything chosen stops to hold on a day; it counts once a second person agrees."""
    require_governing(by, choice)
    _require_in_force(choice)
    day = end_day(choice, ends_on, today)
    with transaction.atomic(durable=True):
        amend(
            choice, "ask_end", by=by.actor, reason=day.isoformat(), expected_version=expected_version, ends_on=day, end_asked_by=by.user,
            ended_by=None,
        )  # fmt: skip
        _record("ask_end_of_policy_set", choice, by)


def keep_choice(choice: PolicySetChoice, *, expected_version: int, by: Acting) -> None:
    """Use case: the end that was asked for does not come."""
    require_governing(by, choice)
    _require_end_asked(choice)
    with transaction.atomic(durable=True):
        amend(choice, "refuse_end", by=by.actor, expected_version=expected_version, ends_on=None, end_asked_by=None)
        _record("keep_policy_set", choice, by)


def end_choice(choice: PolicySetChoice, *, today: date, expected_version: int, by: Acting) -> list[PolicyRow]:
    """Step: a second person agrees to the end; rows that were ended for themselves meanwhile stay as they are."""
    requires_transaction()
    require_governing(by, choice)
    _require_end_asked(choice)
    if choice.end_asked_by_id == by.user.pk:
        raise Refusal("second_person_required", ANOTHER)
    day, first = end_day(choice, choice.ends_on, today), choice.end_asked_by_id
    amend(choice, "end", by=by.actor, reason=day.isoformat(), expected_version=expected_version, valid_to=day, ended_by=by.user)
    rows = [row for row in _rows(choice) if row.valid_to is None or row.valid_to > day]
    for row in rows:
        ended: dict[str, Any] = {"ends_on": day, "end_asked_by_id": first, "valid_to": day, "ended_by": by.user}
        amend(row, "end", by=by.actor, reason=day.isoformat(), **ended)
    _record("end_policy_set", choice, by)
    return rows


def undo_choice(choice: PolicySetChoice, *, reason: str, today: date, expected_version: int, by: Acting) -> list[PolicyRow]:
    """Step: before its first day one administrator takes an approved choice back; nothing of it has held yet, so one is enough."""
    requires_transaction()
    require_governing(by, choice)
    _require_in_force(choice)
    if choice.valid_from <= today:
        raise Refusal("too_late", _("Its first day has come. Ask for its end instead."))
    why = _reason(reason)
    advance(choice, ChoiceStatus.CANCELLED, by=by.actor, reason=why, expected_version=expected_version)
    rows = _rows(choice)
    for row in rows:
        advance(row, PolicyStatus.CANCELLED, by=by.actor, reason=why)
    _record("undo_policy_set", choice, by, reason=why)
    return rows


def require_governing(by: Acting, choice: PolicySetChoice | None = None) -> None:
    """Refuse unless somebody acts for the district whose choice this is."""
    if not governs(by) or (choice is not None and choice.district_id != by.district_id):
        raise Refusal("not_allowed", _("Only the district decides about this."))


def _row(value: PolicySetValue, choice: PolicySetChoice, today: date, by: Acting) -> PolicyRow:
    """One value as a row in force: entered by the first person, approved by the second."""
    source, given = f"{value.source}；{choice.decision}"[:200], parameter_named(value.parameter)
    judge(given, NewRow(Scope(choice.district), value.value, choice.valid_from, source, None, value.quote), today=today)
    row = PolicyRow.objects.create(
        parameter=value.parameter, district=choice.district, value=value.value, valid_from=choice.valid_from, source=source,
        quote=value.quote, entered_by=choice.entered_by,
    )  # fmt: skip
    created(row, by=Actor(ActorKind.USER, choice.entered_by.public_id))
    try:
        with transaction.atomic():
            advance(row, PolicyStatus.IN_FORCE, by=by.actor, approved_by=by.user)
    except IntegrityError as error:  # another row of this day was approved at this moment
        message = _("Another value of the district begins on this day: %(titles)s.") % {"titles": titles([value.parameter])}
        raise invalid("valid_from", message) from error
    value.row = row
    value.save(update_fields=["row"])
    return row


def _rows(choice: PolicySetChoice) -> list[PolicyRow]:
    return list(PolicyRow.objects.filter(chosen__choice=choice, status=PolicyStatus.IN_FORCE).order_by("pk"))


def end_day(choice: PolicySetChoice, ends_on: date | None, today: date) -> date:
    return end_after_beginning(choice.valid_from, ends_on, today, past=_("A value does not end in the past."))


def _reason(text: str) -> str:
    return worded("reason", text, LONGEST_REASON, missing=_("Say why in one sentence."))


def _require_in_force(choice: PolicySetChoice) -> None:
    if choice.status != ChoiceStatus.IN_FORCE or choice.valid_to is not None:
        raise Refusal("stale_state", _("Only a choice in force can end."), current={"status": choice.status, "version": choice.version})


def _require_end_asked(choice: PolicySetChoice) -> None:
    if choice.ends_on is None or choice.ended_by_id is not None or choice.status != ChoiceStatus.IN_FORCE:
        raise Refusal("stale_state", _("Nobody asks that this choice ends."), current={"status": choice.status, "version": choice.version})


def _record(verb: str, choice: PolicySetChoice, by: Acting, *, reason: str = "", values: list[str] | None = None) -> None:
    details: dict[str, Any] = {"document": choice.document, "from": choice.valid_from.isoformat()}
    details |= {"parameters": values} if values else {}
    audit.record(verb, "policy_set", choice.public_id, by=by.actor, reason=reason, details=details)
