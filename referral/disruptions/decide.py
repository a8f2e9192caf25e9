"""Decides about a long stop: another person of the hospital agrees or declines, who asked takes it back (R161)."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from clinics.models import ClinicStop
from clinics.timetables.stop_queries import BEHIND, NOTHING_HERE, may_decide, sessions_to_stop, stops_seen_by
from clinics.timetables.stopping import terms_of
from permissions.acting import Acting
from permissions.roles import Capability
from referral.disruptions.stop import LONGEST_NOTE, Outcome, close, recorded, today
from referral.inbox.tell import tell
from vault.refusal import Refusal, invalid
from vault.states import advance


@transaction.atomic(durable=True)
def approve(stop_id: UUID, *, expected_version: int, by: Acting) -> Outcome:
    """Use case: the second person agrees and the clinic is stopped at once (R161).

    Locks the stop, then its sessions, then their places. A stop that waited until less than the notice was left becomes a special
    one (R128). Refuses with `not_found`, `not_allowed`, `second_person_required` to who asked, `stale_state`, and `invalid_input`
    when its days are over.
    """
    stop = _decidable(stop_id, expected_version, by)
    day = today()
    if stop.last_day < day:
        raise invalid("version", _("The days of this stop are over. Decline it."))
    rows = sessions_to_stop(stop.service, max(stop.first_day, day), stop.last_day, stop.half_day)
    sessions = list(rows.select_for_update(of=("self",), no_key=True))
    notice = (min((session.date for session in sessions), default=max(stop.first_day, day)) - day).days
    special = bool(sessions) and notice < terms_of(stop.service.institution, stop.service.department, day).notice_days
    advance(stop, "in_force", by=by.actor, expected_version=expected_version, decided_by=by.user, is_special=special)
    places = close(stop, sessions, by=by)
    recorded("approve_stop", stop, by=by, withdrawn=places)
    tell([stop.asked_by], "stop_agreed", about=stop.public_id, version=stop.version)
    return Outcome(stop, is_new=False, withdrawn=places)


@transaction.atomic(durable=True)
def decline(stop_id: UUID, *, why: str, expected_version: int, by: Acting) -> ClinicStop:
    """Use case: the second person does not agree and says why; the sessions take place. Refuses as `approve` does."""
    stop = _decidable(stop_id, expected_version, by)
    words = why.strip()
    if not words:
        raise invalid("why", _("Say why, so that the one who asked knows what to do."))
    if len(words) > LONGEST_NOTE:
        raise invalid("why", _("Write at most 200 characters."))
    advance(stop, "declined", by=by.actor, reason=words, expected_version=expected_version, decided_by=by.user)
    recorded("decline_stop", stop, by=by)
    tell([stop.asked_by], "stop_declined", about=stop.public_id, version=stop.version)
    return stop


@transaction.atomic(durable=True)
def take_back(stop_id: UUID, *, expected_version: int, by: Acting) -> ClinicStop:
    """Use case: who proposed a stop takes it back before anybody decided. Refuses with `not_found`, `not_allowed`, `stale_state`."""
    stop = _locked(stop_id, by)
    if not by.can(Capability.MANAGE_POOLS) or stop.asked_by_id != by.user.pk:
        raise Refusal("not_allowed", _("Only the person who proposed this stop takes it back."))
    advance(stop, "withdrawn", by=by.actor, expected_version=expected_version)
    recorded("withdraw_stop", stop, by=by)
    return stop


def actions_open_to(stop: ClinicStop, by: Acting) -> list[str]:
    """The decisions this person may take about a stop, by the table of its life."""
    roles = (by.role.value,) if by.role else ()
    steps = [step.event for step in stop.STATES.open_to(stop.status, roles)]
    mine = stop.asked_by_id == by.user.pk
    decides = may_decide(by, stop)
    return [event for event in steps if (mine if event == "withdraw" else decides)]


def _decidable(stop_id: UUID, expected_version: int, by: Acting) -> ClinicStop:
    stop = _locked(stop_id, by)
    if stop.status == "proposed" and stop.version == expected_version and stop.asked_by_id == by.user.pk:
        raise Refusal("second_person_required", _("You proposed this stop yourself. Another person of the hospital has to agree."))
    if stop.status == "proposed" and not may_decide(by, stop):
        raise Refusal("not_allowed", _("Your role does not include this."))
    return stop


def _locked(stop_id: UUID, by: Acting) -> ClinicStop:
    """The stop, locked; of other hospitals, and for those who may only look, it is not found or not theirs."""
    found = stops_seen_by(by).filter(public_id=stop_id).values_list("pk", flat=True).first()
    stop = ClinicStop.objects.locked().filter(pk=found).select_related(*BEHIND).first() if found else None
    if stop is None:
        raise Refusal("not_found", NOTHING_HERE)
    return stop
