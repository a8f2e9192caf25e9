"""Writes what was found in a month and what is to be done; a second administrator signs it, and from then on it stays (R163, R178)."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from permissions.acting import Acting
from permissions.roles import Capability
from referral.booking.expected import NOTHING_HERE, today
from referral.evaluation.models import Finding, FindingMeasure
from referral.evaluation.queries import institutions_named
from referral.evaluation.scope import Month, begun, scope_of
from vault import audit
from vault.faults import Faults
from vault.refusal import Refusal, invalid
from vault.states import advance, created, created_together
from vault.transactions import requires_transaction

MOST: Final = 20
LONGEST: Final = {"summary": 2000, "found": 300, "action": 300, "owner": 100, "note": 200}
LATEST: Final = timedelta(days=366)
KIND, OF_MEASURE = Finding.STATES.kind, FindingMeasure.STATES.kind


@dataclass(frozen=True, slots=True)
class Point:
    """One thing found as it was written: where (nobody in particular: everywhere), what, and what is to be done by whom until when."""

    institution: UUID | None
    found: str
    action: str
    owner: str
    due_on: date


@dataclass(frozen=True, slots=True)
class Draft:
    """A finding as it was written."""

    month: Month
    summary: str
    points: tuple[Point, ...]


def write(draft: Draft, *, by: Acting) -> Finding:
    """Promise that the finding waits for a second administrator; about a month signed already it is a correction (R178).

    Refuses with `not_allowed`, `not_yet` (the month runs), `invalid_input` (every field) and `already_exists` while one waits.
    """
    _may(by)
    _check_month(draft.month, by)
    checked, places = _checked(draft, by)
    try:
        with transaction.atomic(durable=True):
            mine = Finding.objects.filter(district=by.district_id, month=draft.month.first)
            edition = (mine.aggregate(n=Max("edition"))["n"] or 0) + 1
            made = Finding.objects.create(
                district_id=by.district_id, month=draft.month.first, edition=edition, summary=checked.summary, written_by=by.user
            )
            created(made, by=by.actor)
            measures = FindingMeasure.objects.bulk_create(
                FindingMeasure(
                    finding=made, institution_id=places.get(point.institution), found=point.found, action=point.action,
                    owner=point.owner, due_on=point.due_on,
                )
                for point in checked.points
            )  # fmt: skip
            created_together(measures, by=by.actor)
            _record("finding.write", made, by)
    except IntegrityError as error:
        raise Refusal("already_exists", _("A finding about this month waits for its signature already.")) from error
    return made


def sign(finding_id: UUID, *, expected_version: int, by: Acting) -> Finding:
    """Promise that the finding stands from now on and supersedes the edition it corrects; what was done there stays done.

    Refuses with `not_allowed`, `not_found`, `second_person_required` and `stale_state`.
    """
    _may(by)
    with transaction.atomic(durable=True):
        held = _held(finding_id, by)
        _require_other(held, by)
        rows = Finding.objects.select_for_update(of=("self",), no_key=True)
        before = rows.filter(district=held.district_id, month=held.month, status="signed").first()
        if before is not None:
            advance(before, "superseded", by=by.actor)
        advance(held, "signed", by=by.actor, expected_version=expected_version, signed_by=by.user, signed_at=Now())
        if before is not None:
            _carry_over(before, held, by)
        _record("finding.sign", held, by)
    return held


def reject(finding_id: UUID, note: str, *, expected_version: int, by: Acting) -> Finding:
    """Promise that the finding is over with the second administrator's reason. Refuses as `sign`, and with `invalid_input`."""
    _may(by)
    why = _words(note, "note")
    with transaction.atomic(durable=True):
        held = _held(finding_id, by)
        _require_other(held, by)
        advance(held, "rejected", by=by.actor, reason=why, expected_version=expected_version)
        _record("finding.reject", held, by, why)
    return held


def withdraw(finding_id: UUID, *, expected_version: int, by: Acting) -> Finding:
    """Promise that whoever wrote it takes it back before anybody signed. Refuses with `not_allowed`, `not_found`, `stale_state`."""
    _may(by)
    with transaction.atomic(durable=True):
        held = _held(finding_id, by)
        if held.written_by_id != by.user.pk:
            raise Refusal("not_allowed", _("Only whoever wrote it takes it back; you can sign or reject it."))
        advance(held, "withdrawn", by=by.actor, expected_version=expected_version)
        _record("finding.withdraw", held, by)
    return held


def settle(measure_id: UUID, note: str, *, expected_version: int, by: Acting) -> FindingMeasure:
    """Promise that a measure of a signed finding is noted as done. Refuses as `reject`, but for the second person."""
    return _noted(measure_id, "done", "finding.settle", note, expected_version, by)


def reopen(measure_id: UUID, note: str, *, expected_version: int, by: Acting) -> FindingMeasure:
    """Promise that a measure noted as done is open again, for a reason. Refuses as `settle`."""
    return _noted(measure_id, "open", "finding.reopen", note, expected_version, by)


def _noted(measure_id: UUID, target: str, verb: str, note: str, version: int, by: Acting) -> FindingMeasure:
    _may(by)
    why = _words(note, "note")
    with transaction.atomic(durable=True):
        rows = FindingMeasure.objects.filter(finding__district=by.district_id, finding__status="signed", public_id=measure_id)
        held = rows.select_for_update(of=("self",), no_key=True).first()
        if held is None:
            raise Refusal("not_found", NOTHING_HERE)
        advance(held, target, by=by.actor, reason=why, expected_version=version, note=why, noted_by=by.user)
        audit.record(verb, OF_MEASURE, held.public_id, by=by.actor, reason=why, details={"status": held.status})
    return held


def _carry_over(before: Finding, now: Finding, by: Acting) -> None:
    """Step: what was done under the edition before is done under the correction that repeats it word for word."""
    done = {_said(one): one for one in before.measures.filter(status="done")}
    for measure in now.measures.all():
        known = done.get(_said(measure))
        if known is not None:
            advance(measure, "done", by=by.actor, reason=known.note, note=known.note, noted_by=known.noted_by)


def _said(measure: FindingMeasure) -> tuple[Any, ...]:
    return measure.institution_id, measure.found, measure.action


def _may(by: Acting) -> None:
    if not by.can(Capability.EVALUATE):
        raise Refusal("not_allowed", _("Your role does not include this."))


def _check_month(month: Month, by: Acting) -> None:
    if today() <= month.last:
        raise Refusal("not_yet", _("The month is not over. A finding can be written from its last midnight on."))
    if month.last < begun(scope_of(by)):
        raise invalid("month", _("Nothing of this district was kept in that month."))


def _held(finding_id: UUID, by: Acting) -> Finding:
    """Step: one finding of the acting district, locked."""
    requires_transaction()
    rows = Finding.objects.filter(district=by.district_id, public_id=finding_id)
    held = rows.select_for_update(of=("self",), no_key=True).first()
    if held is None:
        raise Refusal("not_found", NOTHING_HERE)
    return held


def _require_other(held: Finding, by: Acting) -> None:
    if held.written_by_id == by.user.pk:
        raise Refusal("second_person_required", _("You wrote this yourself. Another administrator of the district has to decide."))


def _checked(draft: Draft, by: Acting) -> tuple[Draft, dict[UUID | None, int]]:
    """The draft without blanks around its words, and the keys of the institutions it names."""
    faults = Faults()
    if len(draft.points) > MOST:
        faults.add(invalid("points", _("At most %(most)d points.") % {"most": MOST}))
    places: dict[UUID | None, int] = dict(institutions_named(by).values_list("public_id", "pk"))
    summary = faults.of(_words, draft.summary, "summary") or ""
    points = tuple(_point(point, f"points.{number}.", places, faults) for number, point in enumerate(draft.points))
    faults.tell()
    return Draft(draft.month, summary, points), places


def _point(point: Point, at: str, places: dict[UUID | None, int], faults: Faults) -> Point:
    found, action, owner = (faults.of(_words, getattr(point, name), name, at) or "" for name in ("found", "action", "owner"))
    if point.institution is not None and point.institution not in places:
        faults.add(invalid(f"{at}institution", _("Choose an institution of the district, or none for all of them.")))
    if not today() <= point.due_on <= today() + LATEST:
        faults.add(invalid(f"{at}due_on", _("Choose a day from today on, at most a year ahead.")))
    return Point(point.institution, found, action, owner, point.due_on)


MISSING: Final = {
    "summary": _("Say in a few sentences what the month was like."),
    "found": _("Say what was found."),
    "action": _("Say what is to be done."),
    "owner": _("Say who does it."),
    "note": _("Say in a sentence why."),
}


def _words(text: str, field: str, at: str = "") -> str:
    words, limit = text.strip(), LONGEST[field]
    if not words:
        raise invalid(at + field, MISSING[field])
    if len(words) > limit:
        raise invalid(at + field, _("At most %(limit)d characters; now %(count)d.") % {"limit": limit, "count": len(words)})
    return words


def _record(verb: str, held: Finding, by: Acting, why: str = "") -> None:
    details = {"month": f"{held.month:%Y-%m}", "edition": held.edition, "status": held.status}
    audit.record(verb, KIND, held.public_id, by=by.actor, reason=why, details=details)
