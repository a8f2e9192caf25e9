"""The patient at the top of a page: the little a person who decides about her has to see."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone

from permissions.identity.masking import mask_number
from referral.booking.before import Before, counts_before
from referral.patients.guardians_reach import to_call
from referral.patients.models import FamilyDoctorContract, Patient
from referral.patients.priority_queries import group_word
from referral.patients.priority_shown import shown_group
from referral.patients.queries import contract_on


@dataclass(frozen=True, slots=True)
class Contract:
    """The contract as people say it: with whom, and its last day."""

    place: str
    last_day: date
    health_record_number: str


@dataclass(frozen=True, slots=True)
class Strip:
    """One patient; identity numbers are masked, the name is full because the page is hers."""

    name: str
    sex: str
    birth_date: date
    number: str
    contract: Contract | None
    seen_at: datetime | None
    promise_until: date | None = None
    before: Before | None = None
    priority: str = ""
    guardian: str = ""


def strip_of(
    patient: Patient, contract: FamilyDoctorContract | None, *,
    seen_at: datetime | None = None, promise_until: date | None = None, before: Before | None = None,
) -> Strip:  # fmt: skip
    """The strip of a patient: her primary document, or for a child without one its guardian; one query, two for a child.

    `before` adds what counts already where a place is chosen.
    """
    document = patient.identifiers.filter(is_primary=True).first()
    return Strip(
        name=patient.name,
        sex=patient.sex,
        birth_date=patient.birth_date,
        number=mask_number(document.number) if document else "",
        contract=contract_of(contract) if contract else None,
        seen_at=seen_at,
        promise_until=promise_until,
        before=before,
        priority=group_word(shown_group(patient, timezone.localdate())),
        guardian="" if document else to_call(patient).guardian,
    )


def strip_with_counts(patient: Patient, district: int, day: date | None, *, seen_at: datetime, promise_until: date | None = None) -> Strip:
    """The strip where a place is chosen: with what counts already around a day, as the rules count it.

    `district` is that of whoever acts, for a resident whose contract names none.
    """
    today = timezone.localdate()
    contract = contract_on(patient, today)
    before = counts_before(patient, contract.institution.district_id if contract else district, today, day)
    return strip_of(patient, contract, seen_at=seen_at, promise_until=promise_until, before=before)


def contract_of(contract: FamilyDoctorContract) -> Contract:
    """The day before `valid_to` is the last one with a contract."""
    return Contract(contract.institution.display_short_name, contract.valid_to - timedelta(days=1), contract.health_record_number)
