"""Identity documents: each kind with its format, and what a resident number itself says about birth and sex."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from django.db.models import TextChoices
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from permissions.identity.folding import fold, fold_width
from permissions.identity.resident_number import birth_date_of, check_fits, sex_of
from vault.refusal import Sentence, invalid


class DocumentType(TextChoices):
    """The documents the sources and the State accept; DOMAIN.md 2.1. A driver's licence is none of them."""

    RESIDENT_ID = "resident_id", _("Resident identity card")
    HOUSEHOLD_REGISTER = "household_register", _("Household register")
    HMT_RESIDENCE = "hmt_residence", _("Residence permit for Hong Kong, Macao and Taiwan residents")
    HK_MACAU_PERMIT = "hk_macau_permit", _("Mainland travel permit for Hong Kong and Macao residents")
    TAIWAN_PERMIT = "taiwan_permit", _("Mainland travel permit for Taiwan residents")
    FOREIGN_PERMANENT = "foreign_permanent", _("Foreign permanent resident identity card")
    CHINESE_PASSPORT = "chinese_passport", _("Chinese passport")
    FOREIGN_PASSPORT = "foreign_passport", _("Foreign passport")
    MILITARY = "military", _("Military identity card")
    BIRTH_CERTIFICATE = "birth_certificate", _("Birth certificate number")


T = DocumentType

# CV02.01.101; what the standard has no code for is exported as 99.
STANDARD_CODES: Mapping[str, str] = MappingProxyType(
    {
        T.RESIDENT_ID: "01",
        T.HOUSEHOLD_REGISTER: "02",
        T.CHINESE_PASSPORT: "03",
        T.FOREIGN_PASSPORT: "03",
        T.MILITARY: "04",
        T.HK_MACAU_PERMIT: "06",
        T.TAIWAN_PERMIT: "07",
        T.HMT_RESIDENCE: "99",
        T.FOREIGN_PERMANENT: "99",
        T.BIRTH_CERTIFICATE: "99",
    }
)


@dataclass(frozen=True, slots=True)
class Document:
    """A document as it is stored; birth date and sex (GB/T 2261.1: 1 male, 2 female) only where the number says them."""

    type: DocumentType
    number: str
    birth_date: date | None = None
    sex: str = ""

    @property
    def key(self) -> str:
        """What two copies of one document share, to be hashed for finding it.

        A resident number is the same person on card, register and permit; a renewed Hong Kong or Macao permit keeps
        its first nine characters.
        """
        if self.type in EIGHTEEN_DIGITS and len(self.number) == 18:
            return f"number:{self.number}"
        if self.type == T.HK_MACAU_PERMIT:
            return f"{self.type.value}:{self.number[:9]}"
        return f"{self.type.value}:{self.number}"

    @property
    def tail(self) -> str:
        """The last four characters, all that lists may show."""
        return self.number[-4:]


EIGHTEEN = re.compile(r"\A[1-9][0-9]{16}[0-9X]\Z")
FIFTEEN = re.compile(r"\A[0-9]{15}\Z")
EIGHTEEN_DIGITS = frozenset({T.RESIDENT_ID, T.HOUSEHOLD_REGISTER, T.HMT_RESIDENCE, T.FOREIGN_PERMANENT})
HMT_PREFIXES = ("81", "82", "83")

PATTERNS: Mapping[DocumentType, re.Pattern[str]] = MappingProxyType(
    {
        T.FOREIGN_PERMANENT: re.compile(r"\A[A-Z]{3}[0-9]{12}\Z"),
        T.HK_MACAU_PERMIT: re.compile(r"\A[HM][0-9]{8}(?:[0-9]{2})?\Z"),
        T.TAIWAN_PERMIT: re.compile(r"\A(?:[0-9]{8}|[0-9]{10}\([A-Z]\))\Z"),
        T.CHINESE_PASSPORT: re.compile(r"\A(?:[EDSPGK][A-Z0-9][0-9]{7}|[EG][0-9]{8})\Z"),
        T.FOREIGN_PASSPORT: re.compile(r"\A[A-Z0-9]{5,20}\Z"),
        T.BIRTH_CERTIFICATE: re.compile(r"\A[A-Z][0-9]{9}\Z"),
    }
)
MILITARY = re.compile(r"\A[0-9A-Z\u4e00-\u9fff()]{4,20}\Z")

EXAMPLES: Mapping[DocumentType, Sentence] = MappingProxyType(
    {
        T.FOREIGN_PERMANENT: _("18 digits that start with 9, or three letters and 12 digits."),
        T.HK_MACAU_PERMIT: _("H or M and 8 digits, with 2 more on older cards."),
        T.TAIWAN_PERMIT: _("8 digits; on older permits 10 digits and a letter in brackets."),
        T.CHINESE_PASSPORT: _("A letter such as E or G and 8 characters."),
        T.FOREIGN_PASSPORT: _("5 to 20 letters and digits."),
        T.BIRTH_CERTIFICATE: _("A letter and 9 digits."),
        T.MILITARY: _("4 to 20 characters as printed, without spaces."),
    }
)


def parse_document(kind: str, raw: str, *, field: str = "number", today: date | None = None) -> Document:
    """The document in the one form that is stored. Refuses with `invalid_input` on `field`, saying what is wrong.

    Full-width characters are narrowed, spaces and hyphens taken away, letters upper-cased; letters that only look Latin
    are refused. An 18-digit number says itself whether it belongs to a card, a permit or a foreigner, and is stored so.
    """
    try:
        type_ = DocumentType(kind)
    except ValueError:
        raise invalid(field, _("There is no such kind of document.")) from None
    if type_ == T.MILITARY:
        return _military(raw, field)
    number = fold(raw)
    if not number.isascii():
        raise invalid(field, *_foreign_letter(number))
    number = number.upper()
    if type_ in EIGHTEEN_DIGITS and (type_ != T.FOREIGN_PERMANENT or number[:1].isdigit()):
        return _eighteen(type_, number, field, today or timezone.localdate())
    if not PATTERNS[type_].match(number):
        raise invalid(field, _("This is not a document number of that kind."), remedy=EXAMPLES[type_])
    return Document(type_, number)


def _foreign_letter(number: str) -> tuple[Sentence]:
    if number[-1:] in "ХхΧχ":
        return (_("The last character must be the Latin letter X; this one only looks like it."),)
    return (_("The number may only hold Latin letters and digits."),)


def _military(raw: str, field: str) -> Document:
    number = fold_width(raw).replace(" ", "").upper()
    if not MILITARY.match(number):
        raise invalid(field, _("This is not a document number of that kind."), remedy=EXAMPLES[T.MILITARY])
    return Document(T.MILITARY, number)


def _eighteen(type_: DocumentType, number: str, field: str, today: date) -> Document:
    if FIFTEEN.match(number):
        raise invalid(
            field,
            _("15-digit numbers are void since 2013."),
            remedy=_("Enter the 18-digit number; the police station or the household register knows it."),
        )
    if not EIGHTEEN.match(number):
        raise invalid(field, _("An identity number has 17 digits and a digit or X."), remedy=_("Copy it from the card, all 18 characters."))
    born = birth_date_of(number, today)
    if born is None:
        raise invalid(field, _("The birth date in this number does not exist."), remedy=_("Compare digits 7 to 14 with the card."))
    if not check_fits(number):
        raise invalid(
            field, _("The last character does not fit the rest: one digit is wrong."), remedy=_("Compare the number with the card.")
        )
    return Document(_kind_of(type_, number, field), number, born, sex_of(number))


def _kind_of(type_: DocumentType, number: str, field: str) -> DocumentType:
    """The kind an 18-digit number belongs to; a household register holds residents' numbers only."""
    if number.startswith("9"):
        found = T.FOREIGN_PERMANENT
    elif number.startswith(HMT_PREFIXES):
        found = T.HMT_RESIDENCE
    else:
        found = T.HOUSEHOLD_REGISTER if type_ == T.HOUSEHOLD_REGISTER else T.RESIDENT_ID
    if type_ == T.HOUSEHOLD_REGISTER and found != type_:
        raise invalid(
            field, _("A number of this kind is not in a household register."), remedy=_("Choose the card or permit it is printed on.")
        )
    return found
