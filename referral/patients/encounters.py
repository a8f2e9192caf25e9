"""Records that a resident was seen; without it nothing is booked (R050)."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from permissions.acting import Acting
from permissions.roles import Capability
from referral.patients.models import Encounter, Patient
from referral.patients.queries import patients_of
from vault.audit import record
from vault.refusal import Refusal, invalid

LATE_ENTRY = timedelta(days=7)
CLOCK_SLACK = timedelta(minutes=5)


def record_encounter(patient_id: UUID, *, seen_at: datetime, note: str = "", by: Acting) -> Encounter:
    """Promise a visit of the acting doctor at her own unit, at most seven days back and not in the future.

    Judged by the database's clock, with five minutes' grace for the doctor's. Refuses with `not_found` (no relation),
    `not_allowed`, `invalid_input`.
    """
    if by.post is None or not by.can(Capability.WRITE_REFERRAL):
        raise Refusal("not_allowed", _("Your role does not include this."))
    with transaction.atomic(durable=True):
        patient = patients_of(by).annotate(now=Now()).filter(public_id=patient_id).first()
        if patient is None:
            raise Refusal("not_found", _("There is nothing here that you may see."))
        _check_time(seen_at, patient)
        encounter = Encounter.objects.create(
            patient=patient, post=by.post, institution=by.post.institution, seen_at=min(seen_at, patient.now), note=note.strip()
        )
        record("patient.see", "patient", patient.public_id, by=by.actor, details={"encounter": str(encounter.public_id)})
    return encounter


def _check_time(seen_at: datetime, patient: Patient) -> None:
    now: datetime = patient.now  # type: ignore[attr-defined]
    if seen_at > now + CLOCK_SLACK:
        raise invalid("seen_at", _("This visit lies in the future."))
    if seen_at < now - LATE_ENTRY:
        raise invalid("seen_at", _("A visit can be entered up to seven days later."))
