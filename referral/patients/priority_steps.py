"""Keeps the proof of a priority in step with a group that a correction or a list has changed (R201)."""

from django.db.models import F
from django.db.models.functions import Now

from permissions.acting import Acting
from referral.patients.control_models import PriorityProof
from referral.patients.models import Patient
from vault.transactions import requires_transaction


def keep_in_step(patient: Patient, *, by: Acting) -> None:
    """Step: after a correction or a list changed a resident's group, a proof of another group does not stand any more."""
    requires_transaction()
    standing = PriorityProof.objects.filter(patient=patient, ended_at__isnull=True).exclude(group=patient.priority_group)
    standing.update(ended_at=Now(), ended_by=by.user)


def keep_all_in_step(patients: list[Patient], *, by: Acting) -> None:
    """Step: the same for the residents of a list, in one statement."""
    requires_transaction()
    standing = PriorityProof.objects.filter(patient__in=patients, ended_at__isnull=True).exclude(group=F("patient__priority_group"))
    PriorityProof.objects.filter(pk__in=list(standing.values_list("pk", flat=True))).update(ended_at=Now(), ended_by=by.user)
