"""When a resident's priority group is shown: as long as a proof of it stands and its end has not come, and else never (R188, R201)."""

from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from referral.patients.control_models import PriorityProof
from referral.patients.models import Patient


def is_proved(prefix: str, day: date) -> Any:
    """A condition for lists: a proof of the row's resident stands on the day, whether or not the nightly task ran."""
    return Exists(_proofs_on(day).filter(patient=OuterRef(prefix)))


def shown_group(patient: Patient, day: date) -> str:
    """The group a resident is shown in that day, none without a proof; a query only for who is in a group."""
    is_shown = bool(patient.priority_group) and _proofs_on(day).filter(patient=patient).exists()
    return patient.priority_group if is_shown else ""


def _proofs_on(day: date) -> QuerySet[PriorityProof]:
    return PriorityProof.objects.filter(ended_at__isnull=True, valid_to__gt=day)
