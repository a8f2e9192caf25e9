"""Sets who is served first, with a proof somebody has seen and a day on which it is verified again (R188, R201)."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from clinics import policy
from permissions.acting import Acting
from permissions.roles import Capability
from referral import parameters
from referral.patients.control_models import PriorityProof
from referral.patients.faults import Faults
from referral.patients.models import Patient, PriorityGroup
from referral.patients.residents import answered_for
from vault.actor import SYSTEM, Actor
from vault.audit import record, record_many
from vault.changes import note_changes, note_many
from vault.refusal import Refusal, invalid
from vault.transactions import requires_transaction

LONGEST_PROOF: Final = 200
AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class Shown:
    """A group, the proof that was seen, and the first day without it, as typed."""

    group: str
    proof: str
    valid_to: date | None


def set_priority(patient_id: UUID, shown: Shown, *, by: Acting, today: date) -> PriorityProof:
    """Promise one standing proof of a resident whose registration the unit keeps, and her group with it; the one before is ended.

    The same call verifies her again (R201). Only her centre does it. Refuses with `not_allowed`, `not_found`, and `invalid_input`
    (every field; an end beyond `priority_proof_months`).
    """
    _may(by)
    clean = _checked(shown, _latest(by, today), today)
    with transaction.atomic(durable=True):
        patient = _held(patient_id, by, today)
        _end_standing(patient, by)
        made = PriorityProof.objects.create(
            patient=patient, group=clean.group, proof=clean.proof, valid_from=today, valid_to=clean.valid_to, seen_by=by.user
        )  # fmt: skip
        _carry(patient, clean.group, by.actor, clean.proof)
        details = {"group": clean.group, "valid_to": made.valid_to.isoformat()}
        record("patient.set_priority", "patient", patient.public_id, by=by.actor, details=details)
    return made


def end_priority(patient_id: UUID, *, by: Acting, today: date) -> Patient:
    """Promise that the resident belongs to no priority group any more, whether one was proved or only listed. Refusals as above."""
    _may(by)
    with transaction.atomic(durable=True):
        patient = _held(patient_id, by, today)
        ended = _end_standing(patient, by)
        if not ended and not patient.priority_group:
            raise Refusal("stale_state", _("This resident belongs to no priority group."))
        _carry(patient, PriorityGroup.NONE, by.actor, "")
        record("patient.end_priority", "patient", patient.public_id, by=by.actor)
    return patient


def clear_expired(today: date) -> int:
    """Promise that nobody is listed in a group whose proof is over; the proof stands on, for whoever verifies it again. Says how many.

    One transaction for some hundreds of residents; their rows are taken in order of their ids.
    """
    cleared = 0
    while some := _cleared_some(today):
        cleared += some
    return cleared


def longest_end(by: Acting, today: date) -> date:
    """The latest first day without a proof that may be entered today."""
    return _latest(by, today)


@transaction.atomic(durable=True)
def _cleared_some(today: date) -> int:
    over = PriorityProof.objects.filter(ended_at__isnull=True, valid_to__lte=today, patient__priority_group=F("group"))
    ids = sorted(over.values_list("patient_id", flat=True)[:AT_ONCE])
    rows = Patient.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=ids).exclude(priority_group="").order_by("pk")
    patients = list(rows)
    notes = [("patient", one.public_id, {"priority_group": (one.priority_group, "")}) for one in patients]
    Patient.objects.filter(pk__in=[one.pk for one in patients]).update(priority_group=PriorityGroup.NONE)
    note_many(notes, by=SYSTEM, reason="expired")
    record_many([("patient.priority_expired", "patient", one.public_id, {"group": one.priority_group}) for one in patients], by=SYSTEM)
    return len(patients)


def _may(by: Acting) -> None:
    if by.post is None or not (by.can(Capability.SEE_PATIENTS) or by.can(Capability.MANAGE_RESIDENTS)):
        raise Refusal("not_allowed", _("Your role does not include this."))


def _held(patient_id: UUID, by: Acting, today: date) -> Patient:
    """Step: a resident the unit answers for, locked."""
    requires_transaction()
    patient = answered_for(by, today).filter(public_id=patient_id).select_for_update(of=("self",), no_key=True).first()
    if patient is None:
        raise Refusal("not_found", _("There is nothing here that you may see."))
    return patient


def _end_standing(patient: Patient, by: Acting) -> bool:
    standing = PriorityProof.objects.filter(patient=patient, ended_at__isnull=True)
    return bool(standing.update(ended_at=Now(), ended_by=by.user))


def _carry(patient: Patient, group: str, actor: Actor, proof: str) -> None:
    note_changes("patient", patient.public_id, {"priority_group": (patient.priority_group, group)}, by=actor, reason=proof)
    Patient.objects.filter(pk=patient.pk).update(priority_group=group)
    patient.priority_group = group


@dataclass(frozen=True, slots=True)
class _Clean:
    group: str
    proof: str
    valid_to: date


def _checked(shown: Shown, latest: date, today: date) -> _Clean:
    faults = Faults()
    group = faults.of(_group, shown.group)
    proof = faults.of(_proof, shown.proof)
    until = faults.of(_end, shown.valid_to, latest, today)
    faults.tell()
    assert group
    assert proof
    assert until
    return _Clean(group, proof, until)


def _group(group: str) -> str:
    if not group or group not in PriorityGroup.values:
        raise invalid("group", _("Choose the group."))
    return group


def _proof(text: str) -> str:
    words = text.strip()
    if not words:
        raise invalid("proof", _("Say what was seen: a certificate with its number, a record, the identity card."))
    if len(words) > LONGEST_PROOF:
        raise invalid("proof", _("At most %(limit)d characters; now %(count)d.") % {"limit": LONGEST_PROOF, "count": len(words)})
    return words


def _end(valid_to: date | None, latest: date, today: date) -> date:
    if valid_to is None:
        raise invalid("valid_to", _("Enter the last day of the proof."))
    if valid_to <= today:
        raise invalid("valid_to", _("This proof would be over already."))
    if valid_to > latest:
        last = (latest - timedelta(days=1)).isoformat()
        raise invalid("valid_to", _("Verified again at the latest on %(day)s; enter that day or an earlier one.") % {"day": last})
    return valid_to


def _latest(by: Acting, today: date) -> date:
    district = by.post.institution.district if by.post else None
    months = int(policy.value(parameters.PRIORITY_PROOF_MONTHS, at=today, district=district))
    return in_months(today, months)


def in_months(day: date, months: int) -> date:
    """The same day of a later month; where that month has no such day, the first of the next."""
    years, month = divmod(day.month - 1 + months, 12)
    try:
        return date(day.year + years, month + 1, day.day)
    except ValueError:
        return date(day.year + years + (month == 11), (month + 1) % 12 + 1, 1)
