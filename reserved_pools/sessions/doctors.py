"""Another doctor for a published session: of the same specialty, of the same or a higher rank, and free at that time (R127, R159)."""

from typing import cast
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from clinics.models import ChangeKind, ClinicSession, Practitioner, ScheduleChange
from clinics.models.timetable import SessionStatus
from clinics.offers.ranks import may_stand_in
from clinics.timetables.schedule_changes import announce
from permissions.acting import Acting
from reserved_pools.sessions.changes import grounded, record_change
from vault.faults import Faults
from vault.refusal import invalid
from vault.states import amend
from vault.transactions import requires_transaction


def change_doctor(session: ClinicSession, doctor: UUID | None, *, reason: str, by: Acting, expected_version: int) -> ScheduleChange:
    """Use case: somebody else holds this session; class, title and bookings stay as they are.

    Raises Refusal("invalid_input") with every fault at once, Refusal("stale_state"), Refusal("no_grant_on_target").
    """
    with transaction.atomic(durable=True):
        return doctor_changed(session, doctor, reason=reason, by=by, expected_version=expected_version)


def doctor_changed(session: ClinicSession, doctor: UUID | None, *, reason: str, by: Acting, expected_version: int) -> ScheduleChange:
    """Step: the same inside another use case; refuses as `change_doctor` does."""
    requires_transaction()
    faults = Faults()
    ground = grounded(session, reason, by, faults)
    taking = cast(Practitioner, faults.of(_taking, session, doctor))  # what was refused is told before it is used
    faults.tell()
    before = str(session.practitioner.public_id) if session.practitioner else ""
    amend(session, "change_doctor", by=by.actor, reason=ground.reason, expected_version=expected_version, practitioner=taking)
    change = announce(session, ChangeKind.DOCTOR, by=by, reason=ground.reason, frozen=ground.frozen)
    record_change(change, session, by, {"from": before, "to": str(taking.public_id)})
    return change


def stand_ins(session: ClinicSession) -> list[Practitioner]:
    """Who could hold this session: same specialty, same or higher rank, free at that time; in two queries at most."""
    return [one for one in _free(session) if may_stand_in(one, session.service, session.title) and one.pk != session.practitioner_id]


def _taking(session: ClinicSession, public_id: UUID | None) -> Practitioner:
    found = next((one for one in _of_hospital(session) if one.public_id == public_id), None) if public_id else None
    if found is None:
        raise invalid("practitioner", _("Choose one of the doctors of this hospital."))
    if found.pk == session.practitioner_id:
        raise invalid("practitioner", _("This doctor holds the session already."))
    if not may_stand_in(found, session.service, session.title):
        sentence = _("The doctor is of another specialty or of a lower rank.")
        raise invalid("practitioner", sentence, remedy=_("Choose a doctor of the same specialty and the same or a higher rank."))
    if found not in _free(session):
        raise invalid("practitioner", _("The doctor has another clinic at this time."))
    return found


def _of_hospital(session: ClinicSession) -> QuerySet[Practitioner]:
    held = Practitioner.objects.filter(institution=session.service.institution_id, left_on=None).select_related("department")
    return held.order_by("name", "pk")


def _free(session: ClinicSession) -> QuerySet[Practitioner]:
    busy = ClinicSession.objects.filter(
        practitioner=OuterRef("pk"), status=SessionStatus.PLANNED, starts_at__lt=session.ends_at, ends_at__gt=session.starts_at
    ).exclude(pk=session.pk)
    return _of_hospital(session).filter(~Exists(busy))
