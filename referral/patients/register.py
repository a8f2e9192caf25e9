"""Registers a resident once: own document or guardian's, one way to be reached, a contract as the first relation."""

from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from permissions.acting import Acting
from permissions.identity.documents import Document
from permissions.identity.pinyin import initials, search_keys
from permissions.roles import Capability, Role
from referral.patients.accepted import accepted_kinds, require_accepted
from referral.patients.contracts import NewContract, Terms, signed, terms_of
from referral.patients.faults import Faults
from referral.patients.models import Guardian, Patient, PatientIdentifier
from referral.patients.person import NewGuardian, NewPatient, Person, checked
from referral.patients.residents import residents_of
from referral.patients.waiting import document_key, mobile_key, record_key, wait_for
from vault.audit import record
from vault.crypto import keyed_hash, keyed_hashes
from vault.refusal import Refusal, Violation, invalid

IDENTITIES_PER_MOBILE = 3  # R011


def register_patient(new: NewPatient, contract: NewContract | None, *, by: Acting, today: date) -> Patient:
    """Promise one resident with her documents and, when given, her contract, all or nothing.

    A family doctor registers together with a contract, the relation everything else asks for; a regional-centre
    specialist may do without (C33). Refuses with `invalid_input` (every field that is wrong), `limit_reached` (R011),
    `already_exists`. Registrations of one mobile number or document wait for each other.
    """
    if by.post is None or not by.can(Capability.SEE_PATIENTS):
        raise Refusal("not_allowed", _("Your role does not include this."))
    person, terms = looked_over(new, contract, by=by, today=today)
    try:
        with transaction.atomic(durable=True):
            wait_for([*_keys_of(person), record_key(terms.health_record_number if terms else "")])
            patient = _registered(person, by=by)
            if terms is not None:
                signed(patient, terms, by=by)
    except IntegrityError as error:
        raise _known(None) from error
    return patient


def looked_over(new: NewPatient, contract: NewContract | None, *, by: Acting, today: date) -> tuple[Person, Terms | None]:
    """All that was typed, before anybody else's data are asked. Refuses with `invalid_input`, every field that is wrong."""
    faults = Faults()
    person = faults.of(checked, new, today)
    if person is not None:
        kinds = accepted_kinds(by, today)
        faults.of(require_accepted, person.document, kinds)
        faults.of(require_accepted, person.guardian_document, kinds, "guardian.document.type")
    terms = faults.of(terms_of, contract, by=by, today=today) if contract else None
    if contract is None and must_sign(by):
        faults.add(invalid("contract", _("A family doctor registers a resident together with the contract.")))
    faults.tell()
    assert person  # a missing one was told
    return person, terms


def must_sign(by: Acting) -> bool:
    """Whether this person registers only together with a contract."""
    return by.post is not None and by.post.kind == Role.FAMILY_DOCTOR


def _registered(person: Person, *, by: Acting) -> Patient:
    _refuse_duplicates(person, by=by)
    refuse_crowded_mobile(person.mobile)
    patient = _inserted(person, by=by)
    if person.document:
        _insert_identifier(patient, person.document)
    if person.guardian and person.guardian_document:
        _insert_guardian(patient, person.guardian, person.guardian_document)
    document = person.document.type.value if person.document else "guardian"
    record("patient.register", "patient", patient.public_id, by=by.actor, details={"document": document})
    return patient


def _keys_of(person: Person) -> list[str]:
    """What two registrations of one phone or document share."""
    return [mobile_key(person.mobile), document_key(person.document or person.guardian_document)]


def _refuse_duplicates(person: Person, *, by: Acting) -> None:
    if person.document:
        lookups = keyed_hashes(person.document.key, "identity")
        known = Patient.objects.filter(identifiers__number_hash__in=lookups).first()
    else:
        assert person.guardian_document is not None
        lookups = keyed_hashes(person.guardian_document.key, "identity")
        known = Patient.objects.filter(
            guardian__number_hash__in=lookups, name=person.name, birth_date=person.birth_date, identifiers=None
        ).first()
    if known:
        raise _known(residents_of(by).filter(pk=known.pk).first())


def _known(related: Patient | None) -> Refusal:
    """Somebody with this document is registered; who it is only those with a relation learn."""
    if related is None:
        sentence = _("A resident with this document is registered already; the manager of your centre can move her contract here.")
        return Refusal("already_exists", sentence)
    return Refusal("already_exists", _("This resident is registered already."), current={"id": str(related.public_id)})


def refuse_crowded_mobile(mobile: str, *, besides: Patient | None = None) -> None:
    """R011: one mobile number links at most three people. Refuses with `limit_reached`; the caller holds the number's key."""
    if not mobile:
        return
    others = Patient.objects.exclude(pk=besides.pk) if besides else Patient.objects.all()
    count = others.filter(phone_hash__in=keyed_hashes(mobile, "phone")).count()
    if count >= IDENTITIES_PER_MOBILE:
        raise crowded_mobile(count)


def crowded_mobile(count: int) -> Refusal:
    """The refusal that says how many people use the number already."""
    sentence = _("This mobile number is already used for %(count)s people; at most %(limit)s are allowed.")
    told = sentence % {"count": count, "limit": IDENTITIES_PER_MOBILE}
    violation = Violation(
        "limit_reached", told, field="mobile", remedy=_("Enter another number, or a landline."), rule="R011",
        quote="网上注册时1个手机号可以关联3个身份证号", count=count, limit=IDENTITIES_PER_MOBILE,
    )  # fmt: skip
    return Refusal("limit_reached", told, (violation,))


def _inserted(person: Person, *, by: Acting) -> Patient:
    institution: Any = by.post.institution if by.post else None
    return Patient.objects.create(
        district_id=institution.district_id,
        name=person.name,
        name_pinyin=initials(person.name),
        grams=search_keys(person.name),
        sex=person.sex,
        birth_date=person.birth_date,
        phone=person.mobile,
        phone_hash=keyed_hash(person.mobile, "phone"),
        phone_tail=person.mobile[-4:],
        landline=person.landline,
        landline_tail=person.landline[-4:],
        address=person.address,
        registered_at=institution,
        priority_group=person.priority_group,
    )


def _insert_identifier(patient: Patient, document: Document) -> None:
    PatientIdentifier.objects.create(
        patient=patient, type=document.type, number=document.number, lookup=document.key,
        number_hash=keyed_hash(document.key, "identity"), tail=document.tail,
    )  # fmt: skip


def _insert_guardian(patient: Patient, guardian: NewGuardian, document: Document) -> None:
    Guardian.objects.create(
        patient=patient, name=guardian.name, document_type=document.type, number=document.number, lookup=document.key,
        number_hash=keyed_hash(document.key, "identity"), tail=document.tail, phone=guardian.phone, relation=guardian.relation,
    )  # fmt: skip
