"""What happened to a registration and its contracts: signed, ended, corrected, by whom, the latest first."""

from collections.abc import Iterable
from uuid import UUID

from referral.patients.models import FamilyDoctorContract, Patient
from vault.changes import Change

SIGNED, ENDED, CHANGED, CORRECTED = "signed", "ended", "changed", "corrected"


def story_of(patient: Patient, contracts: Iterable[FamilyDoctorContract]) -> list[Change]:
    """Every change of the resident's registration and of these contracts, in one query."""
    about: list[UUID] = [patient.public_id, *(contract.public_id for contract in contracts)]
    return list(Change.objects.filter(object_id__in=about).order_by("-id"))


def deed_of(change: Change) -> str:
    """Which of the four things a change was."""
    if change.kind != "contract":
        return CORRECTED
    if change.field == "valid_to" and not change.old:
        return SIGNED
    return ENDED if change.field == "valid_to" else CHANGED
