"""How far a pushed row may change a published session: more places; never its time, its service or fewer places (R125, R126)."""

from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from clinics.models import ClinicSession, Slot
from clinics.timetables.timetable import SessionPlan
from permissions.acting import Acting
from reserved_pools.sessions.changes import MOST_EXTRA, add_places
from reserved_pools.sessions.doctors import change_doctor
from vault.faults import Faults
from vault.refusal import Refusal, invalid

STOP_FIRST = _("Stop the session and push another one under a key of its own.")


def is_as_said(session: ClinicSession, plan: SessionPlan) -> bool:
    """Whether a session is just what the row says."""
    return not _differences(session, plan) and session.capacity == plan.capacity


def change_session(session: ClinicSession, plan: SessionPlan, *, reason: str, by: Acting) -> None:
    """Bring a published session to what the row says: its doctor, then its places, which go to the smallest open band.

    Refuses with `invalid_input` what a published session never changes, every fault at once, and as change_doctor and add_places do.
    """
    if session.status != "planned":
        raise Refusal("stale_state", _("This session was stopped. Push another one under a key of its own."))
    faults = Faults()
    for name in _differences(session, plan):
        if name != "practitioner" or plan.practitioner is None:
            faults.add(invalid(name, _("A published session keeps its time and its service."), remedy=STOP_FIRST))
    if plan.capacity < session.capacity:
        faults.add(invalid("capacity", _("A published session never loses places."), remedy=STOP_FIRST))
    if plan.capacity > session.capacity + MOST_EXTRA:
        faults.add(invalid("capacity", _("At most 100 places are added at once.")))
    faults.tell()
    if plan.practitioner is not None and plan.practitioner.pk != session.practitioner_id:
        change_doctor(session, plan.practitioner.public_id, reason=reason, by=by, expected_version=session.version)
    if plan.capacity > session.capacity:
        bands = Slot.objects.filter(session=session, is_blocked=False, ends_at__gt=Now()).order_by("capacity", "starts_at")
        band = bands.values_list("public_id", flat=True).first()
        add_places(session, band, plan.capacity - session.capacity, reason=reason, by=by, expected_version=session.version)


def _differences(session: ClinicSession, plan: SessionPlan) -> list[str]:
    """The fields, as rows call them, in which both differ, the number of places aside."""
    pairs = {
        "service": (session.service_id, plan.service.pk),
        "date": (session.date, plan.date),
        "half_day": (str(session.half_day), str(plan.half_day)),
        "starts": (session.starts_at, plan.starts_at),
        "ends": (session.ends_at, plan.ends_at),
        "uncapped": (session.is_uncapped, plan.is_uncapped),
        "practitioner": (session.practitioner_id, plan.practitioner.pk if plan.practitioner else None),
    }
    return [name for name, (held, said) in pairs.items() if held != said]
