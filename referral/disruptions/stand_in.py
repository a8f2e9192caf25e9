"""Another doctor stands in: the sessions take place, nobody moves, and everybody who is booked is told (R126, R127)."""

from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from clinics.models import ClinicSession, Practitioner, Service, StopReason
from clinics.offers.ranks import may_stand_in
from clinics.timetables.stop_queries import session_run_by, sessions_to_stop
from permissions.acting import Acting
from referral.booking.models import Booking
from referral.disruptions.affected import affected_by
from referral.disruptions.messages import STAND_IN, stands, text_about
from referral.disruptions.stop import Wanted, check, locked
from referral.inbox.tell import answering_for, tell
from referral.patients.guardians_reach import reached
from reserved_pools.sessions.doctors import doctor_changed
from vault.outbox.put import put
from vault.refusal import Refusal, invalid
from vault.transactions import requires_transaction

NO_SESSION = _("No session is published in these days.")
BEHIND = ("patient", "institution", "department", "referral__institution", "referral__owner", "pool_slot__service")


@dataclass(frozen=True, slots=True)
class StoodIn:
    """How many sessions somebody else holds, and how many patients are told."""

    sessions: int
    told: int


@dataclass(frozen=True, slots=True)
class Kept:
    """What standing in would do: the sessions somebody else would hold, and how many bookings stay as they are."""

    sessions: list[ClinicSession]
    bookings: int


def kept_by(wanted: Wanted, doctor: UUID, *, by: Acting) -> Kept:
    """What standing in would do; changes nothing. Refuses as stand_in does, but for a clinic the doctor has at the same time."""
    check(wanted, by)
    sessions = list(sessions_to_stop(wanted.service, wanted.first_day, wanted.last_day, wanted.half_day).order_by("starts_at"))
    if not sessions:
        raise invalid("stand_in", NO_SESSION)
    if doctor not in {one.public_id for one in doctors_who_may(wanted.service)}:
        raise invalid("stand_in", _("Choose one of those shown."))
    return Kept(sessions, affected_by(sessions).count())


@transaction.atomic(durable=True)
def stand_in(wanted: Wanted, doctor: UUID, *, by: Acting) -> StoodIn:
    """Use case: instead of a stop, a doctor of the same specialty and the same or a higher rank holds these half-days (R126).

    Locks the sessions in key order. One who cannot stand in on one of these days stands in on none. Refuses with
    `invalid_input` at the field `stand_in`, `not_found`, and as stop_clinic does.
    """
    check(wanted, by)
    sessions = locked(wanted)
    if not sessions:
        raise invalid("stand_in", NO_SESSION)
    told = 0
    for session in sessions:
        try:
            told += _kept(session, doctor, reason_of(wanted), session.version, by)
        except Refusal as refusal:
            raise (invalid("stand_in", refusal.message) if refusal.code == "invalid_input" else refusal) from refusal
    return StoodIn(len(sessions), told)


@transaction.atomic(durable=True)
def stand_in_for(session_id: UUID, doctor: UUID, *, reason: str, expected_version: int, by: Acting) -> StoodIn:
    """Use case: the same for one session. Refuses with `not_found`, `invalid_input`, `stale_state`."""
    return StoodIn(1, _kept(session_run_by(by, session_id), doctor, reason, expected_version, by))


def doctors_who_may(service: Service) -> list[Practitioner]:
    """The hospital's doctors of this specialty and rank, by name, for a choice; whether they are free is asked when it is made."""
    rows = Practitioner.objects.filter(institution=service.institution_id, left_on=None).select_related("department").order_by("name", "pk")
    return [one for one in rows if may_stand_in(one, service, service.title)]


def reason_of(wanted: Wanted) -> str:
    """Why, as the week's changes show it: the note, or the words of the reason."""
    with translation.override(settings.LANGUAGE_CODE):
        return wanted.note.strip() or str(StopReason(wanted.reason).label)


def _kept(session: ClinicSession, doctor: UUID, reason: str, expected_version: int, by: Acting) -> int:
    """Step: the session gets its doctor, its patients an SMS and their referrers a notice; answers how many patients are told."""
    requires_transaction()
    doctor_changed(session, doctor, reason=reason, by=by, expected_version=expected_version)
    booked = Booking.objects.filter(pool_slot__slot__session=session, status="booked").select_related(*BEHIND).order_by("pk")
    told = 0
    for booking in booked:
        tell(
            answering_for(booking.referral.owner, booking.referral.institution),
            "booking_substituted",
            about=booking.public_id,
            version=session.version,
        )
        if phone := reached(booking.patient).phone:
            put(text_about(STAND_IN, booking).key, phone, stands(booking), about=booking.public_id, version=booking.version)
            told += 1
    return told
