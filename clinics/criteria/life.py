"""The life of a list of criteria: handed in by one administrator, approved by another, undone before its day, ended by two (R116)."""

from datetime import date

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from clinics.criteria.judging import check_first_day
from clinics.criteria.write import require_district
from clinics.models import CriteriaSet
from clinics.models.criteria import CriteriaStatus
from clinics.policy.rows import ANOTHER, LONGEST_REASON, end_after_beginning
from permissions.acting import Acting
from vault import audit
from vault.refusal import Refusal, invalid
from vault.states import advance, amend
from vault.words import worded


def hand_in(criteria: CriteriaSet, *, today: date, expected_version: int, by: Acting) -> None:
    """Use case: the draft is finished and waits for a second person; from now on nobody changes it.

    Refuses with `not_allowed`, `invalid_input` (no line yet, or its day has passed), `stale_state`.
    """
    require_district(by, criteria)
    if criteria.entered_by_id != by.user.pk:
        raise Refusal("not_allowed", _("Only the colleague who began this list hands it in."))
    check_first_day(criteria.valid_from, today)
    if not criteria.lines.exists():
        raise invalid("lines", _("The list has no line yet."), remedy=_("Add the first criterion."))
    with transaction.atomic(durable=True):
        advance(criteria, CriteriaStatus.WAITING, by=by.actor, expected_version=expected_version)
        _record("hand_in_criteria_set", criteria, by)


def send_back(criteria: CriteriaSet, *, reason: str, expected_version: int, by: Acting) -> None:
    """Use case: the second person wants it changed and says what, or whoever handed it in takes it back: a draft again."""
    require_district(by, criteria)
    why = _reason(reason)
    with transaction.atomic(durable=True):
        advance(criteria, CriteriaStatus.DRAFT, by=by.actor, reason=why, expected_version=expected_version)
        _record("send_back_criteria_set", criteria, by, reason=why)


def approve(criteria: CriteriaSet, *, today: date, expected_version: int, by: Acting) -> None:
    """Use case: a second person puts the list in force from its first day on; an earlier version holds until then.

    Refuses with `not_allowed`, `second_person_required`, `invalid_input` (its day has passed, or another version begins that
    day), `stale_state`.
    """
    require_district(by, criteria)
    if criteria.entered_by_id == by.user.pk:
        raise Refusal("second_person_required", ANOTHER)
    check_first_day(criteria.valid_from, today)
    try:
        with transaction.atomic(durable=True):
            advance(criteria, CriteriaStatus.IN_FORCE, by=by.actor, expected_version=expected_version, approved_by=by.user)
            _record("approve_criteria_set", criteria, by)
    except IntegrityError as error:
        message = _("Another version of this list begins on this day.")
        raise invalid("valid_from", message, remedy=_("Send it back and choose another day.")) from error


def withdraw(criteria: CriteriaSet, *, expected_version: int, by: Acting) -> None:
    """Use case: a draft is given up. Refuses with `not_allowed`, `stale_state`."""
    require_district(by, criteria)
    with transaction.atomic(durable=True):
        advance(criteria, CriteriaStatus.WITHDRAWN, by=by.actor, expected_version=expected_version)
        _record("withdraw_criteria_set", criteria, by)


def undo(criteria: CriteriaSet, *, reason: str, today: date, expected_version: int, by: Acting) -> None:
    """Use case: before its first day one administrator takes an approved list back; it has held for nobody yet."""
    require_district(by, criteria)
    why = _reason(reason)
    if criteria.status == CriteriaStatus.IN_FORCE and criteria.valid_from <= today:
        raise Refusal("too_late", _("Its first day has come. Ask for its end instead."))
    with transaction.atomic(durable=True):
        advance(criteria, CriteriaStatus.CANCELLED, by=by.actor, reason=why, expected_version=expected_version)
        _record("undo_criteria_set", criteria, by, reason=why)


def ask_end(criteria: CriteriaSet, *, ends_on: date | None, today: date, expected_version: int, by: Acting) -> None:
    """Use case: ask that the list stops to hold on a day without a next version; it counts once a second person agrees."""
    require_district(by, criteria)
    if criteria.status != CriteriaStatus.IN_FORCE or criteria.valid_to is not None:
        raise _stale(criteria, _("Only a list in force can end."))
    day = _end_day(criteria, ends_on, today)
    with transaction.atomic(durable=True):
        asked = {"ends_on": day, "end_asked_by": by.user, "ended_by": None}
        amend(criteria, "ask_end", by=by.actor, reason=day.isoformat(), expected_version=expected_version, **asked)
        _record("ask_end_of_criteria_set", criteria, by)


def keep(criteria: CriteriaSet, *, expected_version: int, by: Acting) -> None:
    """Use case: the end that was asked for does not come."""
    require_district(by, criteria)
    _require_end_asked(criteria)
    with transaction.atomic(durable=True):
        amend(criteria, "refuse_end", by=by.actor, expected_version=expected_version, ends_on=None, end_asked_by=None)
        _record("keep_criteria_set", criteria, by)


def end(criteria: CriteriaSet, *, today: date, expected_version: int, by: Acting) -> None:
    """Use case: a second person agrees to the end. Refuses with `second_person_required`, `invalid_input` once its day has passed."""
    require_district(by, criteria)
    _require_end_asked(criteria)
    if criteria.end_asked_by_id == by.user.pk:
        raise Refusal("second_person_required", ANOTHER)
    day = _end_day(criteria, criteria.ends_on, today)
    with transaction.atomic(durable=True):
        amend(criteria, "end", by=by.actor, reason=day.isoformat(), expected_version=expected_version, valid_to=day, ended_by=by.user)
        _record("end_criteria_set", criteria, by)


def is_end_asked(criteria: CriteriaSet) -> bool:
    """Whether somebody asked that the list ends and nobody has decided yet."""
    return criteria.status == CriteriaStatus.IN_FORCE and criteria.ends_on is not None and criteria.ended_by_id is None


def _require_end_asked(criteria: CriteriaSet) -> None:
    if not is_end_asked(criteria):
        raise _stale(criteria, _("Nobody asks that this list ends."))


def _end_day(criteria: CriteriaSet, ends_on: date | None, today: date) -> date:
    return end_after_beginning(criteria.valid_from, ends_on, today, past=_("Criteria do not end in the past."))


def _reason(text: str) -> str:
    return worded("reason", text, LONGEST_REASON, missing=_("Say why in one sentence."))


def _stale(criteria: CriteriaSet, message: str) -> Refusal:
    return Refusal("stale_state", message, current={"status": criteria.status, "version": criteria.version})


def _record(verb: str, criteria: CriteriaSet, by: Acting, *, reason: str = "") -> None:
    details = {"title": criteria.title, "number": criteria.number, "from": criteria.valid_from.isoformat()}
    audit.record(verb, "criteria_set", criteria.public_id, by=by.actor, reason=reason, details=details)
