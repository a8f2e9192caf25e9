"""A hospital sends a patient back to the centre that looks after her (R129, R130)."""

from dataclasses import asdict
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from clinics import policy
from clinics.models import Institution
from permissions.acting import Acting
from permissions.roles import Capability
from referral import parameters
from referral.booking.expected import database_now
from referral.booking.facts import SHANGHAI
from referral.cases.models import Referral
from referral.cases.visit import locked_seen_here
from referral.patients.guardians_reach import reached
from referral.patients.queries import contract_on
from referral.returns.inform import tell_centre
from referral.returns.messages import RETURNED, told_of_return
from referral.returns.models import Return, ReturnDrug
from referral.returns.plan import Plan, check_plan
from vault import audit, outbox
from vault.refusal import Refusal
from vault.states import advance, created


def send(referral_id: UUID, plan: Plan, *, expected_version: int, by: Acting) -> Return:
    """Promise that the patient of a reported referral is sent back with the plan, and told so without a diagnosis.

    Goes to the centre of the contract in force today, else to the one that referred. Locks the referral. Refuses with
    `not_allowed`, `invalid_input` (all fields at once), `not_found` or `stale_state`; a second return is stale.
    """
    if not by.can(Capability.SEND_BACK):
        raise Refusal("not_allowed", _("Your role does not include this."))
    check_plan(plan)
    with transaction.atomic(durable=True):
        referral = locked_seen_here(referral_id, by)
        advance(referral, "returned", by=by.actor, expected_version=expected_version)
        sent_back = _written(referral, plan, by=by)
        created(sent_back, by=by.actor)
        _tell_patient(sent_back)
        tell_centre(sent_back, by=by)
        audit.record("send_back", "return", sent_back.public_id, by=by.actor, details={"referral": str(referral.public_id)})
    return sent_back


def answer_due(sent_at: datetime, centre: Institution) -> datetime:
    """Until when somebody at the centre must have taken the patient over."""
    days = policy.value(parameters.RETURN_ANSWER_DAYS, at=sent_at.astimezone(SHANGHAI).date(), institution=centre)
    return sent_at + timedelta(days=int(days))


def centre_of(referral: Referral, now: datetime) -> Institution:
    """Where the patient goes home to: the centre of her contract, else the one that referred her."""
    contract = contract_on(referral.patient, now.astimezone(SHANGHAI).date())
    return contract.institution if contract else referral.institution


def _written(referral: Referral, plan: Plan, *, by: Acting) -> Return:
    now = database_now()
    centre = centre_of(referral, now)
    assert by.post is not None
    sent_back = Return.objects.create(
        referral=referral,
        patient=referral.patient,
        post=by.post,
        from_institution=by.post.institution,
        to_institution=centre,
        due_at=answer_due(now, centre),
        **plan.texts,
    )
    ReturnDrug.objects.bulk_create(
        ReturnDrug(sent_back=sent_back, position=position, **asdict(drug)) for position, drug in enumerate(plan.drugs, start=1)
    )
    return sent_back


def _tell_patient(sent_back: Return) -> None:
    """A landline gets no message: the centre calls."""
    if phone := reached(sent_back.patient).phone:
        outbox.put(RETURNED.key, phone, told_of_return(sent_back), about=sent_back.public_id, version=sent_back.version)
