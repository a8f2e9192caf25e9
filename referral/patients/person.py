"""What is typed about a resident, and the same person once every field is clean and agrees with the others."""

from dataclasses import dataclass, replace
from datetime import date

from django.utils.translation import gettext_lazy as _

from permissions.identity.documents import Document, parse_document
from permissions.identity.names import clean_name
from permissions.identity.phones import clean_contact, clean_mobile
from referral.patients.faults import Faults
from referral.patients.models import PriorityGroup, Sex
from vault.refusal import invalid

OWN_DOCUMENT_FROM = 14  # years: from this age a guardian's document is not enough
OLDEST = 130


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


def checked(new: NewPatient, today: date) -> Person:
    """Every field cleaned and compared with the others; refuses with `invalid_input` and every field that is wrong."""
    faults = Faults()
    name = faults.of(clean_name, new.name)
    document = faults.of(_document, new, today)
    told_by_document = document is not None or not new.document_number  # a number nobody can read says nothing of birth and age
    birth_date = faults.of(_birth_date, new, document, today) if told_by_document or new.birth_date else None
    sex = faults.of(_sex, new, document)
    mobile, landline = _reachable(new, faults)
    faults.of(_check_priority_group, new)
    if birth_date and told_by_document:
        faults.of(_check_who_answers, new, document, birth_date, today)
    guardian, guardian_document = (faults.of(_guardian, new.guardian, today) if new.guardian else None) or (None, None)
    faults.tell()
    assert name
    assert birth_date
    assert sex
    return Person(
        name, document, sex, birth_date, mobile, landline, new.address.strip(), new.priority_group, guardian, guardian_document,
    )  # fmt: skip


def _document(new: NewPatient, today: date) -> Document | None:
    if not new.document_number:
        return None
    return parse_document(new.document_type, new.document_number, field="document.number", today=today)


def _reachable(new: NewPatient, faults: Faults) -> tuple[str, str]:
    """Mobile and landline, one of which is enough."""
    if not new.mobile and not new.landline:
        faults.add(invalid("mobile", _("Enter a mobile number or a landline: the resident must be reachable.")))
    mobile = faults.of(clean_mobile, new.mobile, "mobile") if new.mobile else ""
    landline = faults.of(clean_contact, new.landline, "landline") if new.landline else ""
    return mobile or "", landline or ""


def _birth_date(new: NewPatient, document: Document | None, today: date) -> date:
    """The document's word counts; a different one typed beside it is a mistake somebody must look at."""
    said = document.birth_date if document else None
    if said and new.birth_date and said != new.birth_date:
        raise invalid("birth_date", _("The birth date is not the one in the document number."))
    born = said or new.birth_date
    if born is None and not new.document_number and new.guardian is None:
        raise invalid("document.number", _("Enter the number of an identity document."))
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


def _check_priority_group(new: NewPatient) -> None:
    if new.priority_group not in PriorityGroup.values:
        raise invalid("priority_group", _("There is no such priority group."))


def _check_who_answers(new: NewPatient, document: Document | None, born: date, today: date) -> None:
    """A child under 14 without a document of its own comes with its guardian's (R025)."""
    if document is not None:
        return
    if new.guardian is None and age_on(born, today) >= OWN_DOCUMENT_FROM:
        raise invalid("document.number", _("Enter the number of an identity document."))
    if new.guardian is None:
        raise invalid("guardian", _("A child under 14 without a document of its own needs a guardian."))
    if age_on(born, today) >= OWN_DOCUMENT_FROM:
        raise invalid("document.number", _("From the age of 14 a document of one's own is needed."))


def _guardian(guardian: NewGuardian, today: date) -> tuple[NewGuardian, Document]:
    """The guardian as stored; refuses with every field that is wrong."""
    faults = Faults()
    name = faults.of(clean_name, guardian.name, "guardian.name")
    document = faults.of(
        parse_document, guardian.document_type, guardian.document_number, field="guardian.document.number", today=today
    )  # fmt: skip
    relation = guardian.relation.strip()
    if not relation:
        faults.add(invalid("guardian.relation", _("Say how the guardian is related to the child.")))
    phone = faults.of(clean_contact, guardian.phone, "guardian.phone") if guardian.phone else ""
    faults.tell()
    assert name
    assert document
    return replace(guardian, name=name, relation=relation, phone=phone or ""), document


def age_on(born: date, day: date) -> int:
    """Full years on a day."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))
