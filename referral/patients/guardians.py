"""Who answers for a child without a document of its own: replaced or corrected with its history, taken off when the child has one."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from permissions.acting import Acting
from permissions.identity.documents import Document, parse_document
from permissions.identity.names import clean_name
from permissions.identity.phones import clean_contact
from permissions.roles import Capability
from referral.patients.accepted import accepted_kinds, require_accepted
from referral.patients.faults import Faults
from referral.patients.models import Guardian, Patient, PatientIdentifier
from referral.patients.person import OWN_DOCUMENT_FROM, NewGuardian, age_on
from referral.patients.residents import answered_for
from referral.patients.waiting import document_key, wait_for
from vault.audit import record
from vault.changes import note_changes
from vault.crypto import keyed_hash, keyed_hashes
from vault.refusal import Refusal, Sentence, invalid
from vault.transactions import requires_transaction

LONGEST: Final = {"guardian.relation": 20, "reason": 200}


@dataclass(frozen=True, slots=True)
class OwnDocument:
    """The document a child has now, as typed."""

    type: str
    number: str


def set_guardian(patient_id: UUID, given: NewGuardian, reason: str, *, by: Acting, today: date) -> Guardian:
    """Promise that this person answers for the child from now on (R025); what was before stays in the history of the resident.

    Without a number the guardian stays the same person and name, relation and phone are corrected. Acts about one document wait for
    each other. Refuses with `not_allowed`, `not_found`, `invalid_input` (every field; a resident who has a document of her own, or is
    old enough to need one) and `already_exists` for a twin of the same name.
    """
    _may(by)
    clean, document = _checked(given, reason, today)
    require_accepted(document, accepted_kinds(by, today) if document else (), "guardian.document.type")
    with transaction.atomic(durable=True):
        wait_for([document_key(document)])
        child = _held(patient_id, by, today)
        _check_is_child(child, today)
        held = Guardian.objects.filter(patient=child).first()
        if document is None and held is None:
            raise invalid("guardian.document.number", _("Enter the number of the guardian's document."))
        _refuse_twin(child, document)
        made = _written(child, held, clean, document)
        note_changes("patient", child.public_id, _changes(held, made), by=by.actor, reason=reason.strip())
        verb = "patient.replace_guardian" if document else "patient.correct_guardian"
        record(verb, "patient", child.public_id, by=by.actor, reason=reason.strip(), details={"tail": made.tail})
    return made


def give_own_document(patient_id: UUID, shown: OwnDocument, *, by: Acting, today: date) -> PatientIdentifier:
    """Promise that the child is known by its own document from now on and its guardian's opens nothing any more (R025).

    No edit of the registration (R012): nothing is changed, something is added. Refuses with `not_allowed`, `not_found`,
    `invalid_input` (birth date or sex are not the child's, or it has a document) and `already_exists`.
    """
    _may(by)
    document = parse_document(shown.type, shown.number, field="document.number", today=today)
    require_accepted(document, accepted_kinds(by, today))
    try:
        with transaction.atomic(durable=True):
            wait_for([document_key(document)])
            child = _held(patient_id, by, today)
            _check_fits(child, document)
            made = PatientIdentifier.objects.create(
                patient=child, type=document.type, number=document.number, lookup=document.key,
                number_hash=keyed_hash(document.key, "identity"), tail=document.tail,
            )  # fmt: skip
            _take_off(child, document, by)
    except IntegrityError as error:
        raise _taken() from error
    return made


def children_who_need_one(acting: Acting, today: date) -> int:
    """How many residents the unit answers for have outgrown their guardian's document."""
    try:
        born_by = today.replace(year=today.year - OWN_DOCUMENT_FROM)
    except ValueError:
        born_by = today.replace(year=today.year - OWN_DOCUMENT_FROM, day=28)
    return answered_for(acting, today).filter(identifiers=None, birth_date__lte=born_by).count()


def needs_own_document(patient: Patient, today: date, *, has_own: bool) -> bool:
    """Whether a guardian's document is not enough any more."""
    return not has_own and age_on(patient.birth_date, today) >= OWN_DOCUMENT_FROM


def _may(by: Acting) -> None:
    if by.post is None or not (by.can(Capability.SEE_PATIENTS) or by.can(Capability.MANAGE_RESIDENTS)):
        raise Refusal("not_allowed", _("Your role does not include this."))


def _held(patient_id: UUID, by: Acting, today: date) -> Patient:
    """Step: a resident the unit answers for, locked."""
    requires_transaction()
    found = answered_for(by, today).filter(public_id=patient_id).select_for_update(of=("self",), no_key=True).first()
    if found is None:
        raise Refusal("not_found", _("There is nothing here that you may see."))
    return found


def _checked(given: NewGuardian, reason: str, today: date) -> tuple[NewGuardian, Document | None]:
    """Every field by itself; the document only where one was typed."""
    faults = Faults()
    name = faults.of(clean_name, given.name, "guardian.name")
    document = None
    if given.document_number:
        document = faults.of(
            parse_document, given.document_type, given.document_number, field="guardian.document.number", today=today
        )  # fmt: skip
    relation = faults.of(_words, given.relation, "guardian.relation", _("Say how the guardian is related to the child."))
    phone = faults.of(clean_contact, given.phone, "guardian.phone") if given.phone else ""
    faults.of(_words, reason, "reason", _("Say why, and which document was seen."))
    faults.tell()
    return replace(given, name=name or "", relation=relation or "", phone=phone or ""), document


def _words(text: str, field: str, missing: Sentence) -> str:
    words, limit = text.strip(), LONGEST[field]
    if not words:
        raise invalid(field, missing)
    if len(words) > limit:
        raise invalid(field, _("At most %(limit)d characters; now %(count)d.") % {"limit": limit, "count": len(words)})
    return words


def _check_is_child(child: Patient, today: date) -> None:
    if child.identifiers.exists():
        raise invalid("guardian", _("This resident has a document of her own; nobody else's is accepted for her."))
    if age_on(child.birth_date, today) >= OWN_DOCUMENT_FROM:
        raise invalid("guardian", _("From the age of 14 a document of one's own is needed."))


def _refuse_twin(child: Patient, document: Document | None) -> None:
    """Children of one guardian are told apart by name and birth date."""
    if document is None:
        return
    hashes = keyed_hashes(document.key, "identity")
    same = Patient.objects.filter(guardian__number_hash__in=hashes, identifiers=None, name=child.name, birth_date=child.birth_date)
    if same.exclude(pk=child.pk).exists():
        raise Refusal("already_exists", _("A child of this name, birth date and guardian is registered already."))


def _written(child: Patient, held: Guardian | None, clean: NewGuardian, document: Document | None) -> Guardian:
    fields: dict[str, str] = {"name": clean.name, "relation": clean.relation, "phone": clean.phone}
    if document is not None:
        fields |= {
            "document_type": document.type, "number": document.number, "lookup": document.key,
            "number_hash": keyed_hash(document.key, "identity"), "tail": document.tail,
        }  # fmt: skip
    if held is None:
        return Guardian.objects.create(patient=child, **fields)
    Guardian.objects.filter(pk=held.pk).update(**fields)
    return Guardian.objects.get(pk=held.pk)


def _changes(before: Guardian | None, after: Guardian | None) -> dict[str, tuple[str, str]]:
    """What differs, as the history keeps it: the document by its last four only."""
    return {
        name: (_said(before, attribute), _said(after, attribute))
        for name, attribute in (
            ("guardian_name", "name"), ("guardian_document", "tail"), ("guardian_relation", "relation"), ("guardian_phone", "phone"),
        )
    }  # fmt: skip


def _said(guardian: Guardian | None, attribute: str) -> str:
    return str(getattr(guardian, attribute)) if guardian else ""


def _check_fits(child: Patient, document: Document) -> None:
    if child.identifiers.exists():
        raise invalid("document.number", _("This resident has a document already; identity data do not change."))
    if document.birth_date and document.birth_date != child.birth_date:
        raise invalid("document.number", _("The birth date in this number is not the child's."))
    if document.sex and child.sex in ("1", "2") and document.sex != child.sex:
        raise invalid("document.number", _("The sex in this number is not the child's."))
    if PatientIdentifier.objects.filter(number_hash__in=keyed_hashes(document.key, "identity")).exists():
        raise _taken()


def _taken() -> Refusal:
    return Refusal("already_exists", _("Somebody else is registered with this document."))


def _take_off(child: Patient, document: Document, by: Acting) -> None:
    held = Guardian.objects.filter(patient=child).first()
    changes = _changes(held, None) | {"document": ("", document.tail)}
    note_changes("patient", child.public_id, changes, by=by.actor)
    Guardian.objects.filter(patient=child).delete()
    record("patient.give_document", "patient", child.public_id, by=by.actor, details={"document": document.type.value})
