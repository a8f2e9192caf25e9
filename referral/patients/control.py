"""Puts documents on the list with which nothing is booked, and takes them off it: a reason, evidence, and two persons each time."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models.functions import Now, TruncDate
from django.utils.translation import gettext_lazy as _

from permissions.acting import Acting
from permissions.identity.documents import Document, parse_document
from permissions.roles import Capability
from referral.patients.control_models import HOLDS, ControlledIdentity, ControlReason
from referral.patients.control_queries import controls_of, owner_of
from referral.patients.faults import Faults
from referral.patients.waiting import document_key, wait_for
from vault.audit import record
from vault.crypto import keyed_hash, keyed_hashes
from vault.refusal import Refusal, Violation, invalid
from vault.states import advance, created
from vault.transactions import requires_transaction

LONGEST_EVIDENCE: Final = 500
LONGEST_NOTE: Final = 200
KIND: Final = ControlledIdentity.STATES.kind


@dataclass(frozen=True, slots=True)
class Proposal:
    """A document to be controlled, as typed: which one, why, and what shows it."""

    document_type: str
    document_number: str
    reason: str
    evidence: str


def propose(proposal: Proposal, *, by: Acting, today: date) -> ControlledIdentity:
    """Promise that the document waits for a second person of the district; until she approves nothing is refused (R014, R026).

    The number is kept as its keyed hash and its last four. Acts about one document wait for each other. Refuses with
    `not_allowed`, `invalid_input` (every field) and `already_exists` while an entry about the document is open.
    """
    _may(by)
    document, evidence = _checked(proposal, today)
    try:
        with transaction.atomic(durable=True):
            wait_for([document_key(document)])
            held = _open_entry(document)
            if held is not None:
                raise _known(held, by)
            made = ControlledIdentity.objects.create(
                district_id=by.district_id, type=document.type, lookup=document.key, number_hash=keyed_hash(document.key, "identity"),
                tail=document.tail, patient=owner_of(document.key, by.district_id), reason_code=proposal.reason, evidence=evidence,
                entered_by=by.user,
            )  # fmt: skip
            created(made, by=by.actor, reason=proposal.reason)
            _record("control.propose", made, by)
    except IntegrityError as error:
        raise _known(_open_entry(document), by) from error
    return made


def approve(control_id: UUID, *, expected_version: int, by: Acting) -> ControlledIdentity:
    """Promise that nothing is booked with the document from now on. Refuses with `second_person_required`, `not_found`, `stale_state`."""
    _may(by)
    with transaction.atomic(durable=True):
        held = _held(control_id, by)
        _require_other(held.entered_by_id, by)
        owner = owner_of(held.lookup, held.district_id) or held.patient
        advance(held, "in_force", by=by.actor, expected_version=expected_version, approved_by=by.user, patient=owner)
        _record("control.approve", held, by)
    return held


def reject(control_id: UUID, note: str, *, expected_version: int, by: Acting) -> ControlledIdentity:
    """Promise that the proposal is over with a second person's reason. Refuses as `approve`, and with `invalid_input` without one."""
    return _ended_by_another(control_id, "rejected", "control.reject", _note(note), expected_version, by)


def withdraw(control_id: UUID, *, expected_version: int, by: Acting) -> ControlledIdentity:
    """Promise that whoever proposed takes it back, as long as nobody decided. Refuses with `not_allowed`, `not_found`, `stale_state`."""
    _may(by)
    with transaction.atomic(durable=True):
        held = _held(control_id, by)
        if held.entered_by_id != by.user.pk:
            raise Refusal("not_allowed", _("Only whoever proposed it takes it back; you can approve or reject it."))
        advance(held, "withdrawn", by=by.actor, expected_version=expected_version)
        _record("control.withdraw", held, by)
    return held


def ask_to_lift(control_id: UUID, note: str, *, expected_version: int, by: Acting) -> ControlledIdentity:
    """Promise that lifting waits for a second person; the document stays controlled meanwhile. Refuses as `reject`."""
    _may(by)
    why = _note(note)
    with transaction.atomic(durable=True):
        held = _held(control_id, by)
        advance(held, "lift_asked", by=by.actor, reason=why, expected_version=expected_version, lift_asked_by=by.user)
        _record("control.ask_lift", held, by, why)
    return held


def lift(control_id: UUID, *, expected_version: int, by: Acting) -> ControlledIdentity:
    """Promise that the document is free from today on. Refuses with `second_person_required` whoever asked for it."""
    _may(by)
    with transaction.atomic(durable=True):
        held = _held(control_id, by)
        _require_other(held.lift_asked_by_id, by)
        until = TruncDate(Now())
        advance(held, "lifted", by=by.actor, expected_version=expected_version, lifted_by=by.user, valid_to=until)
        _record("control.lift", held, by)
    return held


def keep(control_id: UUID, note: str, *, expected_version: int, by: Acting) -> ControlledIdentity:
    """Promise that the document stays controlled, for a reason; whoever asked to lift it may take that back so too."""
    _may(by)
    why = _note(note)
    with transaction.atomic(durable=True):
        held = _held(control_id, by)
        advance(held, "in_force", by=by.actor, reason=why, expected_version=expected_version, lift_asked_by=None)
        _record("control.keep", held, by, why)
    return held


def _ended_by_another(control_id: UUID, target: str, verb: str, why: str, version: int, by: Acting) -> ControlledIdentity:
    _may(by)
    with transaction.atomic(durable=True):
        held = _held(control_id, by)
        _require_other(held.entered_by_id, by)
        advance(held, target, by=by.actor, reason=why, expected_version=version)
        _record(verb, held, by, why)
    return held


def _may(by: Acting) -> None:
    if not by.can(Capability.CONTROL_IDENTITIES):
        raise Refusal("not_allowed", _("Your role does not include this."))


def _held(control_id: UUID, by: Acting) -> ControlledIdentity:
    """Step: one entry of the acting district, locked."""
    requires_transaction()
    held = controls_of(by).filter(public_id=control_id).select_for_update(of=("self",), no_key=True).first()
    if held is None:
        raise Refusal("not_found", _("There is nothing here that you may see."))
    return held


def _require_other(first: Any, by: Acting) -> None:
    if first == by.user.pk:
        raise Refusal("second_person_required", _("A second administrator of the district has to decide about what you asked for."))


def _checked(proposal: Proposal, today: date) -> tuple[Document, str]:
    faults = Faults()
    document = faults.of(
        parse_document, proposal.document_type, proposal.document_number, field="document.number", today=today
    )  # fmt: skip
    if proposal.reason not in ControlReason.values:
        faults.add(invalid("reason", _("Choose one of the reasons.")))
    missing = _("Say what shows it: a report, a letter, a case number.")
    evidence = faults.of(_words, proposal.evidence, "evidence", LONGEST_EVIDENCE, missing)
    faults.tell()
    assert document
    assert evidence
    return document, evidence


def _note(text: str) -> str:
    return _words(text, "note", LONGEST_NOTE, _("Say in a sentence why."))


def _words(text: str, field: str, limit: int, missing: Any) -> str:
    words = text.strip()
    if not words:
        raise invalid(field, missing)
    if len(words) > limit:
        raise invalid(field, _("At most %(limit)d characters; now %(count)d.") % {"limit": limit, "count": len(words)})
    return words


def _open_entry(document: Document) -> ControlledIdentity | None:
    """The entry about this document that is not over, in whichever district."""
    rows = ControlledIdentity.objects.filter(number_hash__in=keyed_hashes(document.key, "identity"), status__in=("proposed", *HOLDS))
    return rows.select_related("district").first()


def _known(held: ControlledIdentity | None, by: Acting) -> Refusal:
    """Where the entry stands and whom to ask; of another district's the reader learns its name and state, never the reason."""
    sentence, remedy = _said_of(held, by)
    violation = Violation("already_exists", sentence, field="document.number", remedy=remedy)
    return Refusal("already_exists", sentence, (violation,))


def _said_of(held: ControlledIdentity | None, by: Acting) -> tuple[Any, Any]:
    if held is None:
        return _("This document is proposed or controlled already."), _("Try again.")
    if held.district_id == by.district_id:
        said = _("Your district has an entry about this document: %(state)s.") % {"state": held.get_status_display()}
        return said, _("Look for its last four, %(tail)s, in the list.") % {"tail": held.tail}
    named = {"district": held.district.name}
    if held.status == "proposed":
        remedy = _("Give that district's administrator your evidence. Once she approves, nothing is booked with it here either.")
        return _("%(district)s has proposed this document; its second person has not decided.") % named, remedy
    remedy = _("Nothing more is needed. Only that district can lift it; ask its administrator.")
    return _("%(district)s controls this document: nothing is booked with it here either.") % named, remedy


def _record(verb: str, held: ControlledIdentity, by: Acting, why: str = "") -> None:
    details = {"status": held.status, "tail": held.tail, "reason": held.reason_code}
    record(verb, KIND, held.public_id, by=by.actor, reason=why, details=details)
