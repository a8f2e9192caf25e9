"""Registers a resident once: own document or guardian's, one way to be reached, a contract as the first relation."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext_lazy as _

from permissions.acting import Acting
from permissions.identity.documents import Document, parse_document
from permissions.identity.names import clean_name
from permissions.identity.phones import clean_contact, clean_mobile
from permissions.identity.pinyin import initials, search_keys
from permissions.roles import Capability
from referral.patients.contracts import NewContract, signed
from referral.patients.models import Guardian, Patient, PatientIdentifier, PriorityGroup, Sex
from referral.patients.queries import patients_of
from vault.audit import record
from vault.crypto import keyed_hash, keyed_hashes
from vault.refusal import Refusal, Violation, invalid

OWN_DOCUMENT_FROM = 14  # years: from this age a guardian's document is not enough
OLDEST = 130
IDENTITIES_PER_MOBILE = 3  # R011


@dataclass(frozen=True, slots=True)
class NewGuardian:
    """Who answers for the child, as typed."""

    name: str
    document_type: str
    document_number: str
    relation: str
    phone: str = ""


@dataclass(frozen=True, slots=True)
class NewPatient:
    """A resident as typed; sex and birth date may stay empty when the document says them."""

    name: str
    document_type: str = ""
    document_number: str = ""
    sex: str = ""
    birth_date: date | None = None
    mobile: str = ""
    landline: str = ""
    address: str = ""
    priority_group: str = ""
    guardian: NewGuardian | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """The same after every check of a single field."""

    name: str
    document: Document | None
    sex: str
    birth_date: date
    mobile: str
    landline: str
    address: str
    priority_group: str
    guardian: NewGuardian | None
    guardian_document: Document | None


def register_patient(new: NewPatient, contract: NewContract | None, *, by: Acting, today: date) -> Patient:
    """Promise one resident with her documents and, when given, her contract, all or nothing.

    A family doctor registers together with a contract, the relation everything else asks for; a regional-centre
    specialist may do without (C33). Refuses with `invalid_input` (first field that is wrong), `limit_reached` (R011),
    `already_exists`. Registrations of one mobile number or document wait for each other.
    """
    if by.post is None or not by.can(Capability.SEE_PATIENTS):
        raise Refusal("not_allowed", _("Your role does not include this."))
    if contract is None and by.post.kind == "family_doctor":
        raise invalid("contract", _("A family doctor registers a resident together with the contract."))
    person = checked(new, today)
    try:
        with transaction.atomic(durable=True):
            patient = _registered(person, by=by)
            if contract is not None:
                signed(patient, contract, by=by, today=today)
    except IntegrityError as error:
        raise _known(None) from error
    return patient


def checked(new: NewPatient, today: date) -> Person:
    """Every field cleaned and compared with the others; refuses with `invalid_input` on the first that is wrong."""
    document = parse_document(new.document_type, new.document_number, field="document.number", today=today) if new.document_number else None
    birth_date = _birth_date(new, document, today)
    sex = _sex(new, document)
    mobile = clean_mobile(new.mobile, "mobile") if new.mobile else ""
    landline = clean_contact(new.landline, "landline") if new.landline else ""
    if not mobile and not landline:
        raise invalid("mobile", _("Enter a mobile number or a landline: the resident must be reachable."))
    if new.priority_group not in PriorityGroup.values:
        raise invalid("priority_group", _("There is no such priority group."))
    guardian_document = _guardian_document(new, document, birth_date, today)
    return Person(
        clean_name(new.name), document, sex, birth_date, mobile, landline, new.address.strip(), new.priority_group,
        new.guardian, guardian_document,
    )  # fmt: skip


def _birth_date(new: NewPatient, document: Document | None, today: date) -> date:
    """The document's word counts; a different one typed beside it is a mistake somebody must look at."""
    said = document.birth_date if document else None
    if said and new.birth_date and said != new.birth_date:
        raise invalid("birth_date", _("The birth date is not the one in the document number."))
    born = said or new.birth_date
    if born is None:
        raise invalid("birth_date", _("Enter the birth date; this document does not say it."))
    if born > today or age_on(born, today) > OLDEST:
        raise invalid("birth_date", _("This birth date cannot be right."))
    return born


def _sex(new: NewPatient, document: Document | None) -> str:
    said = document.sex if document else ""
    if new.sex and new.sex not in Sex.values:
        raise invalid("sex", _("There is no such value."))
    if said and new.sex in (Sex.MALE, Sex.FEMALE) and said != new.sex:
        raise invalid("sex", _("The sex is not the one in the document number."))
    return new.sex or said or Sex.UNKNOWN


def _guardian_document(new: NewPatient, document: Document | None, born: date, today: date) -> Document | None:
    """A child under 14 without a document of its own comes with its guardian's (R025)."""
    if document is not None and new.guardian is None:
        return None
    if new.guardian is None and age_on(born, today) >= OWN_DOCUMENT_FROM:
        raise invalid("document.number", _("Enter the number of an identity document."))
    if new.guardian is None:
        raise invalid("guardian", _("A child under 14 without a document of its own needs a guardian."))
    if document is None and age_on(born, today) >= OWN_DOCUMENT_FROM:
        raise invalid("document.number", _("From the age of 14 a document of one's own is needed."))
    guardian = new.guardian
    return parse_document(guardian.document_type, guardian.document_number, field="guardian.document.number", today=today)


def age_on(born: date, day: date) -> int:
    """Full years on a day."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def _registered(person: Person, *, by: Acting) -> Patient:
    _wait_for_the_same(person)
    _refuse_duplicates(person, by=by)
    _refuse_crowded_mobile(person.mobile)
    patient = _inserted(person, by=by)
    if person.document:
        _insert_identifier(patient, person.document)
    if person.guardian and person.guardian_document:
        _insert_guardian(patient, person.guardian, person.guardian_document)
    document = person.document.type.value if person.document else "guardian"
    record("patient.register", "patient", patient.public_id, by=by.actor, details={"document": document})
    return patient


def _wait_for_the_same(person: Person) -> None:
    """Advisory locks, taken before any row lock and in key order, so that two registrations of one phone or document count right."""
    document = person.document or person.guardian_document
    keys = sorted(filter(None, [keyed_hash(person.mobile, "phone"), keyed_hash(document.key, "identity") if document else ""]))
    with connection.cursor() as cursor:
        for key in keys:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [key])


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
        raise _known(patients_of(by).filter(pk=known.pk).first())


def _known(related: Patient | None) -> Refusal:
    """Somebody with this document is registered; who it is only those with a relation learn."""
    if related is None:
        sentence = _("A resident with this document is registered already; her own centre can transfer her contract.")
        return Refusal("already_exists", sentence)
    return Refusal("already_exists", _("This resident is registered already."), current={"id": str(related.public_id)})


def _refuse_crowded_mobile(mobile: str) -> None:
    """R011: one mobile number links at most three people."""
    if not mobile:
        return
    count = Patient.objects.filter(phone_hash__in=keyed_hashes(mobile, "phone")).count()
    if count < IDENTITIES_PER_MOBILE:
        return
    sentence = _("This mobile number is already used for %(count)s people; at most %(limit)s are allowed.")
    told = sentence % {"count": count, "limit": IDENTITIES_PER_MOBILE}
    violation = Violation(
        "limit_reached", told, field="mobile", remedy=_("Enter another number, or a landline."), rule="R011",
        quote="网上注册时1个手机号可以关联3个身份证号", count=count, limit=IDENTITIES_PER_MOBILE,
    )  # fmt: skip
    raise Refusal("limit_reached", told, (violation,))


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
    if not guardian.relation.strip():
        raise invalid("guardian.relation", _("Say how the guardian is related to the child."))
    Guardian.objects.create(
        patient=patient, name=clean_name(guardian.name, "guardian.name"), document_type=document.type, number=document.number,
        lookup=document.key, number_hash=keyed_hash(document.key, "identity"), tail=document.tail,
        phone=clean_contact(guardian.phone, "guardian.phone") if guardian.phone else "", relation=guardian.relation.strip(),
    )  # fmt: skip
